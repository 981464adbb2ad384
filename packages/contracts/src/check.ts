import {
  optionFor,
  pathPattern,
  type Bounds,
  type Constraint,
  type EitherConstraint,
  type Fields,
  type Infer,
  type ListConstraint,
} from './constraints.js';
import { nearest } from './nearest.js';

/** One violated rule: `path` leads to the value, `message` is rule + received value. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Whether it is no fault, but something to be told. */
  readonly isNote?: boolean;
}

/** Either the value with defaults filled in, deeply frozen, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly value: T; readonly notes: readonly Problem[]; readonly problems?: undefined }
  | { readonly value?: undefined; readonly notes?: undefined; readonly problems: readonly Problem[] };

/**
 * Checks `given` against a constraint table. Never mutates `given`.
 * @param path where the value stands, put before the path of each problem
 */
export function check<F extends Fields>(
  fields: F,
  given: unknown,
  path: readonly (string | number)[] = [],
): Checked<Infer<F>> {
  const met: Problem[] = [];
  const value = checkFields(fields, given, path, met);
  const problems = met.filter(({ isNote }) => !isNote);
  return problems.length > 0 ? { problems } : { value: value as Infer<F>, notes: met };
}

function checkFields(fields: Fields, raw: unknown, path: readonly (string | number)[], problems: Problem[]): unknown {
  if (!isPlainObject(raw)) {
    problems.push({
      path,
      message: `must be a group of fields (${Object.keys(fields).join(', ') || 'none'}), got ${received(raw)}`,
    });
    return undefined;
  }
  const given = underNewNames(fields, raw, path, problems);
  refuseUnknown(fields, given, path, problems);
  const result: Record<string, unknown> = {};
  for (const [name, constraint] of Object.entries(fields)) {
    if (given[name] !== undefined) result[name] = checkValue(constraint, given[name], [...path, name], problems);
    else if (constraint.default !== undefined) result[name] = fill(constraint);
    else if (!constraint.optional) problems.push({ path, message: `needs the field '${name}': ${constraint.doc}` });
    if (constraint.insteadOf !== undefined) requireOne([constraint.insteadOf, name], given, path, problems);
  }
  return Object.freeze(result);
}

/** The fields with those of former names under the names of now; adds a note for each. */
function underNewNames(
  fields: Fields,
  given: Record<string, unknown>,
  path: Problem['path'],
  problems: Problem[],
): Record<string, unknown> {
  const result = { ...given };
  for (const [name, { formerly }] of Object.entries(fields)) {
    if (!formerly || given[formerly.name] === undefined || Object.hasOwn(fields, formerly.name)) continue;
    const { name: old, values } = formerly;
    const value = given[old];
    const at = [...path, old];
    delete result[old];
    if (given[name] !== undefined)
      problems.push({ path: at, message: `is the former name of '${name}', which is given too; leave '${old}' out` });
    else if (values && !(typeof value === 'string' && Object.hasOwn(values, value)))
      problems.push({
        path: at,
        message: `is the former name of '${name}' and must be one of ${Object.keys(values).join(', ')}, got ${received(value)}`,
      });
    else {
      result[name] = values ? values[value as string] : value;
      problems.push({
        path: at,
        message: `is now called '${name}'; write ${name}: ${String(JSON.stringify(result[name]))}`,
        isNote: true,
      });
    }
  }
  return result;
}

function requireOne(
  names: readonly string[],
  given: Record<string, unknown>,
  path: Problem['path'],
  problems: Problem[],
): void {
  const present = names.filter((name) => given[name] !== undefined);
  if (present.length === 1) return;
  const got = present.map((name) => `${name}: ${received(given[name])}`).join(' and ') || 'neither';
  problems.push({ path, message: `must be given exactly one of ${names.join(' and ')}, got ${got}` });
}

function fill(constraint: Constraint): unknown {
  return checkValue(constraint, constraint.default, [], []);
}

/** Adds a problem for each field that is not in the table; whether there was one. */
function refuseUnknown(
  fields: Fields,
  given: Record<string, unknown>,
  path: readonly (string | number)[],
  problems: Problem[],
): boolean {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(fields, name));
  problems.push(...unknown.map((name) => unknownField(name, Object.keys(fields), path)));
  return unknown.length > 0;
}

/** The problem of a field that is none of the `known`, with the nearest of them. */
export function unknownField(name: string, known: readonly string[], path: Problem['path']): Problem {
  const close = nearest(name, known);
  return {
    path: [...path, name],
    message: `is not a known field; ${close ? `did you mean '${close}'?` : `known: ${known.join(', ') || 'none'}`}`,
  };
}

type Kind = Constraint['kind'];
type Of<K extends Kind> = Extract<Constraint, { readonly kind: K }>;

/** Where a value stands, and how to say that it breaks a rule. */
interface Place {
  readonly path: Problem['path'];
  readonly problems: Problem[];
  readonly fail: (rule: string) => undefined;
}

/** By kind: the value as it counts; undefined where it breaks its constraint, which is then among the problems. */
const checks: { readonly [K in Kind]: (constraint: Of<K>, given: unknown, at: Place) => unknown } = {
  integer: (constraint, given, { fail }) =>
    Number.isSafeInteger(given) && within(constraint, given as number) ? given : fail(ruleOf(constraint)),
  number: (constraint, given, { fail }) =>
    typeof given === 'number' && Number.isFinite(given) && within(constraint, given) ? given : fail(ruleOf(constraint)),
  boolean: (constraint, given, { fail }) => (typeof given === 'boolean' ? given : fail(ruleOf(constraint))),
  string(constraint, given, { fail }) {
    if (typeof given !== 'string' || given.length === 0) return fail('a text');
    return constraint.path && !pathRule.test(given)
      ? fail("a text: a path below the workspace or the data folder, with '/', not absolute and without '..'")
      : given;
  },
  choice({ values }, given, { fail }) {
    if (typeof given === 'string' && values.includes(given)) return given;
    const close = typeof given === 'string' ? nearest(given, values) : undefined;
    return fail(`one of ${values.join(', ')}${close ? ` (did you mean '${close}'?)` : ''}`);
  },
  list(constraint, given, { path, problems, fail }) {
    const { minItems = 0, maxItems = Infinity, unique, item } = constraint;
    if (!Array.isArray(given)) return fail('a list');
    const fits =
      given.length >= minItems && given.length <= maxItems && !(unique && new Set(given).size < given.length);
    if (!fits) return fail(listRule(constraint));
    return Object.freeze(given.map((one, index) => checkValue(item as Constraint, one, [...path, index], problems)));
  },
  object: ({ fields }, given, { path, problems }) => checkFields(fields, given, path, problems),
  either: (constraint, given, { path, problems }) => checkEither(constraint, given, path, problems),
  variant({ fields }, given, { path, problems, fail }) {
    const rule = `exactly one of { ${Object.keys(fields).join(': … } or { ')}: … }`;
    if (!isPlainObject(given)) return fail(rule);
    const misspelt = refuseUnknown(fields, given, path, problems);
    const present = Object.keys(fields).filter((name) => given[name] !== undefined);
    if (present.length === 0 && misspelt) return undefined;
    if (present.length !== 1) return fail(rule);
    const [name] = present as [string];
    return Object.freeze({ [name]: checkValue(fields[name], given[name], [...path, name], problems) });
  },
};

function checkValue(constraint: Constraint, given: unknown, path: Problem['path'], problems: Problem[]): unknown {
  const fail = (rule: string): undefined => {
    problems.push({ path, message: `must be ${rule}, got ${received(given)}` });
    return undefined;
  };
  const checkKind = checks[constraint.kind] as (constraint: Constraint, given: unknown, at: Place) => unknown;
  return checkKind(constraint, given, { path, problems, fail });
}

function checkEither(
  constraint: EitherConstraint,
  given: unknown,
  path: Problem['path'],
  problems: Problem[],
): unknown {
  const option = optionFor(constraint, given);
  const found: Problem[] = [];
  const value = option && checkValue(option, given, path, found);
  if (option && found.every((problem) => problem.path.length > path.length)) problems.push(...found);
  else
    problems.push({
      path,
      message: `must be ${constraint.options.map(ruleOf).join(' or ')}, got ${received(given)}`,
    });
  return value;
}

function ruleOf(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'integer':
      return `a whole number${boundsText(constraint)}`;
    case 'number':
      return `a number${boundsText(constraint)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'choice':
      return constraint.values.join(' or ');
    case 'list':
      return listRule(constraint);
    default:
      return 'a group of fields';
  }
}

function listRule({ minItems = 0, maxItems = Infinity, unique, item }: ListConstraint<Constraint>): string {
  const noun = item.kind === 'integer' || item.kind === 'number' ? (maxItems === 1 ? 'number' : 'numbers') : undefined;
  const size = sizeText(minItems, maxItems);
  return `a list of ${unique ? size.replace(/(entry|entries)$/, `different ${noun ?? '$1'}`) : size}`;
}

const pathRule = new RegExp(pathPattern);

function within({ min = -Infinity, max = Infinity, above = -Infinity, below = Infinity }: Bounds, n: number): boolean {
  return n >= min && n <= max && n > above && n < below;
}

/** ` in [0, 1)`, ` at least 1`, or nothing. */
function boundsText({ min, max, above, below }: Bounds): string {
  const low = min ?? above;
  const high = max ?? below;
  if (low !== undefined && high !== undefined)
    return ` in ${min !== undefined ? '[' : '('}${low}, ${high}${max !== undefined ? ']' : ')'}`;
  if (low !== undefined) return min !== undefined ? ` of at least ${low}` : ` above ${low}`;
  if (high !== undefined) return max !== undefined ? ` of at most ${high}` : ` below ${high}`;
  return '';
}

/** `1 to 3 entries`, `at least 1 entry`. */
function sizeText(min: number, max: number): string {
  if (max === Infinity) return `at least ${min} ${min === 1 ? 'entry' : 'entries'}`;
  return `${min === max ? '' : `${min} to `}${max} ${max === 1 ? 'entry' : 'entries'}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A received value as messages show it: JSON, at most 80 characters. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = written(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Undefined, functions and what is nested so deep that it exhausts the stack have no JSON. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'what is nested thousands of levels deep';
  }
}
