/** One step of a path: no dot in front, no separator, nothing that some file system takes for more than a name. */
const step = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** Whether `name` may be the name of a stage instance. */
export function isInstanceId(name: string): boolean {
  return step.test(name);
}

/** Whether `file` may be a data file: names with `/` between them, below the folder whatever they are. */
export function isDataFile(file: string): boolean {
  return file.length <= 200 && file.split('/').every((name) => step.test(name));
}

/** The first of some data files that is a folder of another of them, which no file system can hold. */
export function fileInPlaceOfFolder(files: readonly string[]): string | undefined {
  const known = new Set(files);
  return files.flatMap(foldersOf).find((folder) => known.has(folder));
}

/** `a` and `a/b` of `a/b/c`. */
function foldersOf(file: string): string[] {
  const names = file.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}
