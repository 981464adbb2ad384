import { received } from './check.js';

/**
 * What a value of JSON must be: gives the rule that it breaks, with the path to where it does, or undefined. What a form does not name may be
 * there too.
 */
export type Form = (value: unknown, path: string) => string | undefined;

const rule =
  (what: string, isSo: (value: unknown) => boolean): Form =>
  (value, path) =>
    isSo(value) ? undefined : `${path} must be ${what}, got ${received(value)}`;

/** A text. */
export const text: Form = rule('a text', (value) => typeof value === 'string');
/** A number, finite as all are in JSON. */
export const real: Form = rule('a number', Number.isFinite);
/** A whole number of at least 0. */
export const count: Form = rule(
  'a whole number of at least 0',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);
/** True or false. */
export const flag: Form = rule('true or false', (value) => typeof value === 'boolean');

/** One of some texts. */
export function oneOf(values: readonly string[]): Form {
  return rule(`one of ${values.join(', ')}`, (value) => values.includes(value as string));
}

/** A list of alike. */
export function listOf(item: Form): Form {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} must be a list, got ${received(value)}`;
    return first(value.entries(), ([index, one]) => item(one, `${path}[${index}]`));
  };
}

/** A group of alike, whatever their names. */
export function groupOf(item: Form): Form {
  return (value, path) =>
    isGroup(value)
      ? first(Object.entries(value), ([name, one]) => item(one, `${path}.${name}`))
      : `${path} must be a group of fields, got ${received(value)}`;
}

/** A group of these fields. */
export function group(fields: Readonly<Record<string, Form>>): Form {
  return (value, path) =>
    isGroup(value)
      ? first(Object.entries(fields), ([name, form]) =>
          form(Object.hasOwn(value, name) ? value[name] : undefined, `${path}.${name}`),
        )
      : `${path} must be a group of fields, got ${received(value)}`;
}

/** What need not be there. */
export function optional(form: Form): Form {
  return (value, path) => (value === undefined ? undefined : form(value, path));
}

/** What may be null. */
export function orNull(form: Form): Form {
  return (value, path) => (value === null ? undefined : form(value, path));
}

/** A number, null where there was nothing to count: JSON has no NaN. */
export const known: Form = orNull(real);

function first<T>(items: Iterable<T>, ruleOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const broken = ruleOf(item);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
