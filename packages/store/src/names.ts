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
