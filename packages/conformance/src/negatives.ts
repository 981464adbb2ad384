import { optionFor, type Bounds, type Constraint, type Fields } from '@layerwise/contracts';

/** Parameters that a stage must refuse. */
export interface Negative {
  /** What is wrong, for the test's name: `epochs = 0`. */
  readonly name: string;
  readonly params: Record<string, unknown>;
  /** Where the problem must be reported. */
  readonly path: readonly (string | number)[];
  /** Words that the message must contain. */
  readonly says: readonly string[];
}

/** A value that breaks one constraint, below the path of that constraint. */
interface Bad {
  readonly value: unknown;
  readonly below?: readonly (string | number)[];
  readonly says: readonly string[];
}

/**
 * Every way of breaking a constraint table by one value, made from the table itself: an unknown field with a near
 * miss of a known one, a value of another type, a number just outside each bound, a choice that is none.
 *
 * @param fields the stage's table
 * @param valid parameters that it accepts; each result differs from them in one place
 */
export function negatives(fields: Fields, valid: Readonly<Record<string, unknown>>): readonly Negative[] {
  return badGroups(fields, valid).map(({ value, below = [], says }) => ({
    name: `${below.join('.') || 'parameters'} = ${short(at(value, below))}`,
    params: value as Record<string, unknown>,
    path: below,
    says,
  }));
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((inner, step) => (inner as Record<string | number, unknown>)?.[step], value);
}

/** Whole groups with one bad member each, `below` leading to it. */
function badGroups(fields: Fields, valid: Readonly<Record<string, unknown>>): Bad[] {
  const result = unknownFields(fields, valid);
  for (const [name, constraint] of Object.entries(fields)) {
    for (const { value, below = [], says } of badValues(constraint, valid[name] ?? constraint.default)) {
      result.push({ value: { ...valid, [name]: value }, below: [name, ...below], says });
    }
    if (constraint.default === undefined && !constraint.optional) {
      const rest = Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));
      result.push({ value: rest, says: [`needs the field '${name}'`] });
    }
  }
  return result;
}

function unknownFields(fields: Fields, valid: Readonly<Record<string, unknown>>): Bad[] {
  const [first] = Object.keys(fields);
  const result: Bad[] = [{ value: { ...valid, zqxjkvbw: 1 }, below: ['zqxjkvbw'], says: ['is not a known field'] }];
  if (first !== undefined && first.length > 2) {
    const typo = `${first}${first.at(-1)}`;
    if (!Object.hasOwn(fields, typo))
      result.push({
        value: { ...valid, [typo]: 1 },
        below: [typo],
        says: ['is not a known field', `did you mean '${first}'?`],
      });
  }
  return result;
}

function badValues(constraint: Constraint, valid: unknown): Bad[] {
  switch (constraint.kind) {
    case 'integer':
      return [...wrongTypes('a whole number', ['many', true, 1.5, null]), ...outside(constraint, 1)];
    case 'number':
      return [...wrongTypes('a number', ['many', true, null, [1]]), ...outside(constraint, 1e-9)];
    case 'boolean':
      return wrongTypes('true or false', ['yes', 1, null]);
    case 'string':
      return wrongTypes('a text', [
        1,
        '',
        null,
        ...(constraint.path ? ['../elsewhere', 'a/../../b', '/etc/passwd', 'C:/x', 'a\\b'] : []),
      ]);
    case 'choice':
      return wrongTypes(`one of ${constraint.values.join(', ')}`, ['zqxjkvbw', 1, null]);
    case 'list':
      return badLists(constraint, valid);
    case 'object':
      return [...wrongTypes('a group of fields', [1, 'x', null]), ...badGroups(constraint.fields, asGroup(valid))];
    case 'variant':
      return badVariants(constraint.fields, valid);
    case 'either':
      return badOptions(constraint, valid);
  }
}

function wrongTypes(rule: string, values: readonly unknown[]): Bad[] {
  return values.map((value) => ({ value, says: [`must be ${rule}`, `got ${JSON.stringify(value)}`] }));
}

function outside({ min, max, above, below }: Bounds, step: number): Bad[] {
  const result: Bad[] = [];
  const add = (value: number, bound: number): void =>
    void result.push({ value, says: ['must be', String(bound), `got ${value}`] });
  if (min !== undefined) add(min - step, min);
  if (above !== undefined) add(above, above);
  if (max !== undefined) add(max + step, max);
  if (below !== undefined) add(below, below);
  return result.filter(({ value }) => Number.isFinite(value));
}

function badLists(constraint: Extract<Constraint, { kind: 'list' }>, valid: unknown): Bad[] {
  const items = Array.isArray(valid) ? (valid as unknown[]) : [];
  const { minItems = 0, maxItems = Infinity } = constraint;
  const result = wrongTypes('a list', [1, 'x', null]);
  if (minItems > 0) result.push({ value: [], says: ['must be a list of', 'got []'] });
  if (items.length > 0) {
    if (constraint.unique && maxItems > 1)
      result.push({ value: [items[0], structuredClone(items[0])], says: ['must be a list of', 'different'] });
    for (const { value, below = [], says } of badValues(constraint.item as Constraint, items[0]))
      result.push({ value: [value, ...items.slice(1)], below: [0, ...below], says });
    if (maxItems < 1000)
      result.push({
        value: Array.from({ length: maxItems + 1 }, () => items[0]),
        says: ['must be a list of', String(maxItems)],
      });
  }
  return result;
}

/** Values of no option's type, and bad ones of each option's. */
function badOptions(constraint: Extract<Constraint, { kind: 'either' }>, valid: unknown): Bad[] {
  const strays = [null, true, 1.5, 'zqxjkvbw', [], {}].filter((value) => optionFor(constraint, value) === undefined);
  const result: Bad[] = strays.map((value) => ({ value, says: ['must be', ' or ', `got ${JSON.stringify(value)}`] }));
  for (const option of constraint.options as readonly Constraint[]) {
    const fits = valid !== undefined && optionFor(constraint, valid) === option;
    for (const bad of badValues(option, fits ? valid : undefined)) {
      if (optionFor(constraint, bad.value) === option)
        result.push(bad.below ? bad : { value: bad.value, says: ['must be', ' or ', 'got'] });
    }
  }
  return result;
}

function badVariants(fields: Fields, valid: unknown): Bad[] {
  const given = Object.entries(asGroup(valid));
  const result = wrongTypes('exactly one of', [1, 'x', null, {}]);
  for (const [name, constraint] of Object.entries(fields)) {
    const inner = given[0]?.[0] === name ? given[0][1] : undefined;
    for (const { value, below = [], says } of badValues(constraint, inner))
      result.push({ value: { [name]: value }, below: [name, ...below], says });
  }
  const other = Object.keys(fields).find((name) => name !== given[0]?.[0]);
  if (given[0] && other !== undefined)
    result.push({ value: { ...asGroup(valid), [other]: 1 }, says: ['must be exactly one of'] });
  return result;
}

function asGroup(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
