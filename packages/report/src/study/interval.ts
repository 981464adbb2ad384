/** 97.5% of the standard normal distribution lies below. */
const Z = 1.959963984540054;

/** Ends of an interval, as shares. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95% interval of a share of `rows` independent images by Wilson's score (E. B. Wilson, JASA 22, 1927), which stays within 0 and 1.
 * It knows the number of images and nothing of other seeds. @returns undefined without rows
 */
export function wilson(share: number, rows: number | undefined): Interval | undefined {
  if (!rows || !Number.isFinite(share)) return undefined;
  const centre = (share + Z ** 2 / (2 * rows)) / (1 + Z ** 2 / rows);
  const half = (Z / (1 + Z ** 2 / rows)) * Math.sqrt((share * (1 - share)) / rows + Z ** 2 / (4 * rows ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
