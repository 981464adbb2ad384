import { pathPattern, type Bounds, type Constraint, type Fields } from './constraints.js';

/** A JSON Schema (draft 2020-12) fragment. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The JSON Schema of a constraint table, for completion in editors: it accepts exactly the JSON values that {@link check} accepts. */
export function jsonSchema(fields: Fields): JsonSchema {
  const required = Object.entries(fields).filter(
    ([, constraint]) => constraint.default === undefined && !constraint.optional && !constraint.formerly,
  );
  const former = formerNames(fields);
  const pairs = Object.entries(fields).flatMap(([name, { insteadOf }]) =>
    insteadOf === undefined ? [] : [{ oneOf: [{ required: [insteadOf] }, { required: [name] }] }],
  );
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries([
      ...Object.entries(fields).map(([name, constraint]) => [name, schemaOf(constraint)]),
      ...former.map(({ old, schema }) => [old, schema]),
    ]),
    ...(required.length > 0 ? { required: required.map(([name]) => name) } : {}),
    ...(pairs.length + former.length > 0 ? { allOf: [...pairs, ...former.map(({ rule }) => rule)] } : {}),
  };
}

/** The former names of fields, each with its schema, and the rule that not both names are given, and one if the field is required. */
function formerNames(
  fields: Fields,
): { readonly old: string; readonly schema: JsonSchema; readonly rule: JsonSchema }[] {
  return Object.entries(fields).flatMap(([name, constraint]) => {
    if (!constraint.formerly || Object.hasOwn(fields, constraint.formerly.name)) return [];
    const { name: old, values } = constraint.formerly;
    const schema = {
      ...(values ? { enum: Object.keys(values) } : schemaOf({ ...constraint, default: undefined } as Constraint)),
      description: `now called ${name}`,
      deprecated: true,
    };
    const isRequired = constraint.default === undefined && !constraint.optional;
    const rule = isRequired
      ? { oneOf: [{ required: [name] }, { required: [old] }] }
      : { not: { required: [name, old] } };
    return [{ old, schema, rule }];
  });
}

function schemaOf(constraint: Constraint): JsonSchema {
  const common = {
    description: constraint.doc,
    ...(constraint.default !== undefined ? { default: constraint.default } : {}),
  };
  switch (constraint.kind) {
    case 'integer':
      return { type: 'integer', ...safe(constraint), ...bounds(constraint), ...common };
    case 'number':
      return { type: 'number', ...bounds(constraint), ...common };
    case 'boolean':
      return { type: 'boolean', ...common };
    case 'string':
      return { type: 'string', minLength: 1, ...(constraint.path ? { pattern: pathPattern } : {}), ...common };
    case 'choice':
      return { enum: constraint.values, ...common };
    case 'list': {
      const { minItems, maxItems, unique } = constraint;
      return {
        type: 'array',
        items: schemaOf(constraint.item as Constraint),
        ...(minItems ? { minItems } : {}),
        ...(maxItems === undefined ? {} : { maxItems }),
        ...(unique ? { uniqueItems: true } : {}),
        ...common,
      };
    }
    case 'object':
      return { ...jsonSchema(constraint.fields), ...common };
    case 'either':
      return { anyOf: (constraint.options as readonly Constraint[]).map(schemaOf), ...common };
    case 'variant':
      return { ...jsonSchema(optionalAll(constraint.fields)), minProperties: 1, maxProperties: 1, ...common };
  }
}

function optionalAll(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, constraint]) => [name, { ...constraint, default: undefined, optional: true }]),
  );
}

/** Whole numbers that a double cannot hold exactly are refused where no narrower bound does so. */
function safe({ min, max, above, below }: Bounds): JsonSchema {
  return {
    ...((min ?? above) === undefined ? { minimum: Number.MIN_SAFE_INTEGER } : {}),
    ...((max ?? below) === undefined ? { maximum: Number.MAX_SAFE_INTEGER } : {}),
  };
}

function bounds({ min, max, above, below }: Bounds): JsonSchema {
  const given = { minimum: min, maximum: max, exclusiveMinimum: above, exclusiveMaximum: below };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
