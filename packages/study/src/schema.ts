import { jsonSchema, type AnyStage, type Fields, type JsonSchema } from '@layerwise/contracts';
import { experimentFields, studyFields } from './fields.js';
import { roleNames, roles, sectionOf, type Role, type RoleName } from './roles.js';

/**
 * The JSON Schema (draft 2020-12) of study.yaml, for completion and marks in editors.
 * @param catalog the stage packages that are offered, by package name
 */
export function studySchema(catalog: ReadonlyMap<string, AnyStage>): JsonSchema {
  const sections = Object.fromEntries(roleNames.map((role) => [sectionOf(role), sectionSchema(role, catalog)]));
  const experiment = withProperties(experimentFields, sections);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A study of Layerwise',
    ...withProperties(studyFields, { ...sections, experiments: { type: 'object', minProperties: 1, additionalProperties: experiment, description: 'The experiments by name.' } }),
    required: ['name', 'experiments'],
  };
}

function withProperties(fields: Fields, more: Record<string, unknown>): JsonSchema {
  const base = jsonSchema(fields);
  return { ...base, properties: { ...(base.properties as object), ...more }, required: [] };
}

/** One alternative for each package that can take the role: it reads what the role is given and writes the same kind. */
function sectionSchema(role: RoleName, catalog: ReadonlyMap<string, AnyStage>): JsonSchema {
  const { uses: preset, inputs, doc }: Role = roles[role];
  const writes = preset ? catalog.get(preset)?.writes : 'features';
  const fitting = [...catalog].filter(([, stage]) => stage.writes === writes && Object.keys(stage.reads).every((input) => Object.hasOwn(inputs, input)) && sameInputs(stage, inputs));
  const alternatives = fitting.map(([name, stage]) => ({
    ...withProperties(stage.params, { uses: { const: name, description: stage.summary }, seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Seed of this stage alone.' } }),
    required: name === preset ? [] : ['uses'],
  }));
  return { description: doc, anyOf: alternatives };
}

function sameInputs(stage: AnyStage, inputs: Role['inputs']): boolean {
  return Object.keys(stage.reads).length > 0 || Object.keys(inputs).length === 0;
}
