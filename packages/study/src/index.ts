export * from './document.js';
export * from './plan.js';
export type { StudyProblem } from './problem.js';
export * from './roles.js';
export * from './schema.js';
/** Reads a study's YAML, for those who remember what stood in it. */
export { mostCharacters, readYaml, type YamlFile } from './yaml.js';
