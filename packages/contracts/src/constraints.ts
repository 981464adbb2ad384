/**
 * Constraint tables: one declaration of a stage's parameters gives the TypeScript type ({@link Infer}),
 * the check with its message (`check.ts`), the JSON Schema (`json-schema.ts`) and the negative tests.
 */

/** What every constraint has. */
export interface Common<T> {
  /** One line for editor completion and documentation. */
  readonly doc: string;
  /** Used when the field is missing. Without it, and unless `optional`, the field is required. */
  readonly default?: T;
  readonly optional?: boolean;
  /** Another optional field of the table: exactly one of the two must be given. Said at one of them. */
  readonly insteadOf?: string;
  /** What the field was called in earlier versions, which is still read, with a note; `values` maps its values then to those of now. */
  readonly formerly?: { readonly name: string; readonly values?: Readonly<Record<string, unknown>> };
}

/** Bounds of a number: `min`/`max` are included, `above`/`below` are not. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

/** A whole number, |n| <= 2^53 - 1. */
export interface IntegerConstraint extends Common<number>, Bounds {
  readonly kind: 'integer';
}
/** A finite number. */
export interface NumberConstraint extends Common<number>, Bounds {
  readonly kind: 'number';
}
/** true or false. */
export interface BooleanConstraint extends Common<boolean> {
  readonly kind: 'boolean';
}
/** A text, not empty. */
export interface StringConstraint extends Common<string> {
  readonly kind: 'string';
  /** Whether it is the path of a file, which must be relative and may not lead upwards; see {@link pathPattern}. */
  readonly path?: boolean;
}
/** Paths with `/`, neither absolute nor with a part `..`, without control characters. */
export const pathPattern = '^(?![/~])(?![A-Za-z]:)(?!(?:[^\\u0000-\\u001f]*/)?\\.\\.(?:/|$))[^\\\\\\u0000-\\u001f]+$';
/** One of a few texts. */
export interface ChoiceConstraint<V extends string = string> extends Common<V> {
  readonly kind: 'choice';
  readonly values: readonly V[];
}
/** A list of like things. */
export interface ListConstraint<C extends Constraint = Constraint> extends Common<readonly Infer1<C>[]> {
  readonly kind: 'list';
  readonly item: C;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Whether all must be different; for numbers and texts. */
  readonly unique?: boolean;
}
/** A group of named fields; unknown ones are refused. */
export interface ObjectConstraint<F extends Fields = Fields> extends Common<unknown> {
  readonly kind: 'object';
  readonly fields: F;
}
/** Exactly one of several named fields, as in `{ first: 5000 }` or `{ lastFraction: 0.2 }`. */
export interface VariantConstraint<F extends Fields = Fields> extends Common<unknown> {
  readonly kind: 'variant';
  readonly fields: F;
}

/** A value of one of several types of JSON, such as a number or a text; no two options may be of the same type. */
export interface EitherConstraint<C extends Constraint = Constraint> extends Common<Infer1<C>> {
  readonly kind: 'either';
  readonly options: readonly C[];
}

/** Any constraint. */
export type Constraint =
  | IntegerConstraint
  | NumberConstraint
  | BooleanConstraint
  | StringConstraint
  | ChoiceConstraint
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the recursion of the inferred type ends here
  | ListConstraint<any>
  | ObjectConstraint
  | VariantConstraint
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the recursion of the inferred type ends here
  | EitherConstraint<any>;

/** A table of named constraints. */
export type Fields = { readonly [name: string]: Constraint };

/** The type of the value that one constraint describes. */
export type Infer1<C> = C extends { kind: 'integer' | 'number' }
  ? number
  : C extends { kind: 'boolean' }
    ? boolean
    : C extends { kind: 'string' }
      ? string
      : C extends { kind: 'choice'; values: readonly (infer V)[] }
        ? V
        : C extends { kind: 'either'; options: readonly (infer O)[] }
          ? O extends unknown
            ? Infer1<O>
            : never
          : C extends { kind: 'list'; item: infer I }
            ? readonly Infer1<I>[]
            : C extends { kind: 'object'; fields: infer F }
              ? Infer<F>
              : C extends { kind: 'variant'; fields: infer F }
                ? {
                    readonly [K in keyof F]: { readonly [L in K]: Infer1<F[L]> } & {
                      readonly [L in Exclude<keyof F, K>]?: undefined;
                    };
                  }[keyof F]
                : never;

/** Names of the fields of a table that may be left out and have no default. */
export type OptionalNames<F> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F];

/** The type of the parameters that a table describes, defaults filled in. */
export type Infer<F> = { readonly [K in Exclude<keyof F, OptionalNames<F>>]: Infer1<F[K]> } & {
  readonly [K in OptionalNames<F>]?: Infer1<F[K]> | undefined;
};

/** What is given to make a constraint: all of it but its kind. */
export type Given<C> = Omit<C, 'kind'>;

/** A whole number within bounds. */
export const integer = <const G extends Given<IntegerConstraint>>(given: G): { kind: 'integer' } & G => ({
  kind: 'integer',
  ...given,
});
/** A finite number within bounds. */
export const number = <const G extends Given<NumberConstraint>>(given: G): { kind: 'number' } & G => ({
  kind: 'number',
  ...given,
});
/** A truth value. */
export const boolean = <const G extends Given<BooleanConstraint>>(given: G): { kind: 'boolean' } & G => ({
  kind: 'boolean',
  ...given,
});
/** A text that is not empty. */
export const string = <const G extends Given<StringConstraint>>(given: G): { kind: 'string' } & G => ({
  kind: 'string',
  ...given,
});
/** One of a few texts. */
export const choice = <const V extends string, const G extends Common<V>>(
  values: readonly V[],
  given: G,
): { kind: 'choice'; values: readonly V[] } & G => ({
  kind: 'choice',
  values,
  ...given,
});
/** A list of `item`s. */
export const list = <const C extends Constraint, const G extends Omit<Given<ListConstraint<C>>, 'item'>>(
  item: C,
  given: G,
): { kind: 'list'; item: C } & G => ({
  kind: 'list',
  item,
  ...given,
});
/** A group of fields. */
export const object = <const F extends Fields, const G extends Common<unknown>>(
  fields: F,
  given: G,
): { kind: 'object'; fields: F } & G => ({
  kind: 'object',
  fields,
  ...given,
});
/** Exactly one of the fields. */
export const variant = <const F extends Fields, const G extends Common<unknown>>(
  fields: F,
  given: G,
): { kind: 'variant'; fields: F } & G => ({
  kind: 'variant',
  fields,
  ...given,
});
/** A value of one of several types of JSON. */
export const either = <const C extends readonly Constraint[], const G extends Omit<Common<Infer1<C[number]>>, 'kind'>>(
  options: C,
  given: G,
): { kind: 'either'; options: C } & G => ({
  kind: 'either',
  options,
  ...given,
});

const types: Readonly<Record<Exclude<Constraint['kind'], 'either'>, string>> = {
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  string: 'string',
  choice: 'string',
  list: 'list',
  object: 'group',
  variant: 'group',
};

/** The option that is of a value's type; undefined if none is. */
export function optionFor({ options }: EitherConstraint, value: unknown): Constraint | undefined {
  const type = Array.isArray(value) ? 'list' : value !== null && typeof value === 'object' ? 'group' : typeof value;
  return options.find((option) => option.kind !== 'either' && types[option.kind] === type);
}
