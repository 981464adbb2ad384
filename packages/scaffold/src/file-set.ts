/** Texts by path, relative to the root of the workspace, with forward slashes. */
export type FileSet = ReadonlyMap<string, string>;

/** The text of a file that is there, by its path as in {@link FileSet}; undefined if there is none. */
export type Existing = (path: string) => string | undefined;

/** What keeps files from being written: said to whoever asked for them. */
export class Refusal extends Error {}

/** The files, if none of them is there yet. @throws Refusal that names the first that is */
export function newFiles(files: FileSet, existing: Existing): FileSet {
  const taken = [...files.keys()].find((path) => existing(path) !== undefined);
  if (taken !== undefined) throw new Refusal(`${taken} must not be there yet, but it is; choose another name`);
  return files;
}
