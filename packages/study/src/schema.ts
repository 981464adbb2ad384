import { jsonSchema, type AnyStage, type Fields, type JsonSchema } from '@layerwise/contracts';
import { experimentFields, experimentNameRules, namePattern, studyFields, studyNameRules } from './fields.js';
import { unfitness } from './plan.js';
import { roles, sectionOf, sectionRoles, type Role, type RoleName } from './roles.js';

/**
 * The JSON Schema (draft 2020-12) of study.yaml, for completion and marks in editors.
 * @param catalog the stage packages that are offered, by package name
 */
export function studySchema(catalog: ReadonlyMap<string, AnyStage>): JsonSchema {
  const sections = (whole: boolean): object =>
    Object.fromEntries(sectionRoles.map((role) => [sectionOf(role), sectionSchema(role, catalog, whole)]));
  const experiment = withProperties(experimentFields, sections(false));
  const experiments = {
    type: 'object',
    minProperties: 1,
    propertyNames: named(experimentNameRules),
    additionalProperties: experiment,
    description: 'The experiments by name.',
  };
  const study = withProperties(studyFields, { ...sections(true), experiments });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A study of Layerwise',
    ...study,
    allOf: [{ properties: { name: named(studyNameRules) } }],
    required: ['name', 'experiments'],
  };
}

function named(rules: typeof studyNameRules): JsonSchema {
  return { pattern: namePattern, not: { anyOf: rules.map(({ broken }) => ({ pattern: broken.source })) } };
}

/** All fields may be missing: a section is completed by the study's, or by the experiments'. */
function withProperties(fields: Fields, more: object): JsonSchema {
  const { type, additionalProperties, properties } = jsonSchema(fields);
  return { type, additionalProperties, properties: { ...(properties as object), ...more }, required: [] };
}

/**
 * One alternative for each package that can take the role.
 * @param whole whether `uses` must be there where the role has no package of its own; an experiment may leave it to the study
 */
function sectionSchema(role: RoleName, catalog: ReadonlyMap<string, AnyStage>, whole: boolean): JsonSchema {
  const { uses: preset, doc }: Role = roles[role];
  const fitting = [...catalog].filter(([, stage]) => unfitness(role, stage) === undefined && takesInput(stage, role));
  const alternatives = fitting.map(([name, stage]) => ({
    ...withProperties(stage.params, {
      uses: { const: name, description: stage.summary },
      seed: { type: 'integer', minimum: 0, maximum: 4294967295, description: 'Seed of this stage alone.' },
    }),
    required: whole && name !== preset ? ['uses'] : [],
  }));
  return { description: doc, anyOf: alternatives };
}

/** A stage that reads nothing is offered only where there is nothing to read. */
function takesInput(stage: AnyStage, role: RoleName): boolean {
  return Object.keys(stage.reads).length > 0 || Object.keys(roles[role].inputs).length === 0;
}
