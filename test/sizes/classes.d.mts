/** Writes a CSV of square images; each class has a pattern of its own, each row some noise. The same file each time. */
export function writeClasses(
  path: string,
  size: { readonly classes: number; readonly rows: number; readonly side: number },
): Promise<void>;
