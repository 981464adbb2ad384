export * from './document.js';
export * from './plan.js';
export type { StudyProblem } from './problem.js';
export * from './roles.js';
export * from './schema.js';
export { mostCharacters, readYaml, type YamlFile } from './yaml.js';
