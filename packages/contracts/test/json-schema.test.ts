import {
  check,
  choice,
  either,
  boolean,
  integer,
  jsonSchema,
  list,
  object,
  number,
  string,
  variant,
  type Constraint,
  type Fields,
} from '@layerwise/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const doc = 'a field';
const names = ['alpha', 'beta', 'gamma'];
const numbers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.constantFrom(2 ** 53, -(2 ** 53), 1e300, 0.5, 1, 0),
);

/** Bounds of which the lower is not above the upper. */
const bounds = fc
  .record({
    low: fc.integer({ min: -3, max: 0 }),
    high: fc.integer({ min: 1, max: 3 }),
    lower: fc.constantFrom('min', 'above', 'none'),
    upper: fc.constantFrom('max', 'below', 'none'),
  })
  .map(({ low, high, lower, upper }) => ({
    ...(lower === 'none' ? {} : { [lower]: low }),
    ...(upper === 'none' ? {} : { [upper]: high }),
  }));

const { constraint } = fc.letrec<{ constraint: Constraint; fields: Fields }>((tie) => ({
  fields: fc.dictionary(fc.constantFrom(...names), tie('constraint'), {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  }),
  constraint: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(bounds, fc.constantFrom({}, { optional: true as const }, { default: 0 }))
      .map(([b, more]): Constraint => integer({ ...b, ...more, doc })),
    bounds.map((b): Constraint => number({ ...b, doc })),
    fc.constantFrom<Constraint>(
      boolean({ doc }),
      boolean({ default: false, doc }),
      string({ doc }),
      string({ optional: true, doc }),
      choice(names, { doc }),
    ),
    fc
      .tuple(
        tie('constraint'),
        fc.constantFrom({}, { minItems: 1 }, { maxItems: 1 }, { maxItems: 0 }, { minItems: 1, maxItems: 2 }),
      )
      .map(([item, size]): Constraint => list(item, { ...size, doc })),
    tie('fields').map((fields): Constraint => object(fields, { doc })),
    tie('fields').map((fields): Constraint => variant(fields, { doc })),
    fc.tuple(bounds, tie('constraint')).map(([b, other]): Constraint =>
      either([integer({ ...b, doc }), other.kind === 'list' || other.kind === 'object' ? other : string({ doc })], {
        doc,
      }),
    ),
    fc.constant(list(integer({ doc }), { minItems: 1, maxItems: 3, unique: true, doc })),
  ),
}));

/** A JSON value that is often, but not always, what the constraint asks for. */
function valueFor(given: Constraint): fc.Arbitrary<unknown> {
  const stray = fc.constantFrom<unknown>(null, true, '', 'alpha', 'x', 1, 0.5, [], {}, { alpha: 1 });
  return fc.oneof({ weight: 12, arbitrary: fitting(given) }, { weight: 1, arbitrary: stray });
}

function fitting(given: Constraint): fc.Arbitrary<unknown> {
  switch (given.kind) {
    case 'integer':
    case 'number':
      return numbers;
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.constantFrom('', 'x', 'alpha');
    case 'choice':
      return fc.constantFrom(...names, 'alpah');
    case 'list':
      return fc.array(valueFor(given.item as Constraint), { maxLength: 3 });
    case 'object':
      return members(given.fields);
    case 'either':
      return fc.oneof(...(given.options as readonly Constraint[]).map(valueFor));
    case 'variant':
      return fc.oneof(
        {
          weight: 3,
          arbitrary: fc
            .constantFrom(...Object.entries(given.fields))
            .chain(([name, inner]) => valueFor(inner).map((value) => ({ [name]: value }))),
        },
        { weight: 1, arbitrary: members(given.fields) },
      );
  }
}

function members(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const known = Object.fromEntries(Object.entries(fields).map(([name, inner]) => [name, valueFor(inner)]));
  return fc.oneof(
    { weight: 6, arbitrary: fc.record(known) },
    { weight: 2, arbitrary: fc.record(known, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.record(known).map((value) => ({ ...value, delta: 1 })) },
  );
}

describe('jsonSchema', () => {
  it('accepts exactly what check accepts', () => {
    const seen = { accepted: 0, refused: 0 };
    const ajv = new Ajv2020({ strict: true, strictTypes: false });
    fc.assert(
      fc.property(
        constraint.chain((inner) =>
          fc.tuple(fc.constant({ field: inner }), fc.array(members({ field: inner }), { minLength: 8, maxLength: 8 })),
        ),
        ([fields, values]) => {
          const validate = ajv.compile(jsonSchema(fields));
          for (const value of values) {
            const accepted = check(fields, value).problems === undefined;
            seen[accepted ? 'accepted' : 'refused']++;
            expect(validate(value), JSON.stringify({ fields, value, problems: check(fields, value).problems })).toBe(
              accepted,
            );
          }
        },
      ),
      { seed: 11, numRuns: 90 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
  });

  it('carries words and defaults for editors', () => {
    expect(jsonSchema({ epochs: integer({ min: 1, max: 9, default: 3, doc: 'How often.' }) })).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: { epochs: { type: 'integer', minimum: 1, maximum: 9, description: 'How often.', default: 3 } },
    });
  });
});
