import { Refusal, type Existing, type FileSet } from '@layerwise/scaffold';

/** The part of Nx's tree of files that a generator needs. */
export interface Tree {
  readonly root: string;
  read(path: string, encoding: 'utf-8'): string | null;
  exists(path: string): boolean;
  write(path: string, text: string): void;
}

/** Writes files into the tree. @throws Error for Nx to show, without a stack, for what is refused */
export function writeInto(tree: Tree, files: (existing: Existing) => FileSet): void {
  try {
    const made = files((path) => (tree.exists(path) ? (tree.read(path, 'utf-8') ?? '') : undefined));
    for (const [path, text] of made) tree.write(path, text);
  } catch (error) {
    if (error instanceof Refusal) error.stack = error.message;
    throw error;
  }
}
