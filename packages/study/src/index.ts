export * from './document.js';
export { experimentNameRules, nameFault, studyNameRules, type NameRule } from './fields.js';
export * from './plan.js';
export type { StudyProblem } from './problem.js';
export * from './roles.js';
export * from './schema.js';
/** Reads a study's YAML, for those who remember what stood in it. */
export { mostCharacters, readOutline, readYaml, type YamlFile } from './yaml.js';
