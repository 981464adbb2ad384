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
  type Fields,
} from '@layerwise/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

const doc = 'what it is for';
const only = (fields: Fields, given: unknown): string[] =>
  (check(fields, given).problems ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('check', () => {
  const integers = { n: integer({ doc }) };
  const pair = list(number({ doc }), { minItems: 2, maxItems: 2, unique: true, doc });
  const messages: [name: string, fields: Fields, given: unknown, message: string][] = [
    ['a fraction for a whole number', integers, { n: 1.5 }, 'n: must be a whole number, got 1.5'],
    ['a text for a whole number', integers, { n: '5' }, 'n: must be a whole number, got "5"'],
    ['null', integers, { n: null }, 'n: must be a whole number, got null'],
    [
      'a whole number that a double cannot hold',
      integers,
      { n: 2 ** 53 },
      'n: must be a whole number, got 9007199254740992',
    ],
    ['one too small', { n: integer({ min: 1, doc }) }, { n: 0 }, 'n: must be a whole number of at least 1, got 0'],
    ['one too large', { n: integer({ max: 9, doc }) }, { n: 10 }, 'n: must be a whole number of at most 9, got 10'],
    [
      'one outside an interval',
      { n: integer({ min: 0, max: 4294967295, doc }) },
      { n: -1 },
      'n: must be a whole number in [0, 4294967295], got -1',
    ],
    [
      'a number on an open bound',
      { r: number({ above: 0, max: 1, doc }) },
      { r: 0 },
      'r: must be a number in (0, 1], got 0',
    ],
    [
      'a number on the other open bound',
      { r: number({ min: 0, below: 1, doc }) },
      { r: 1 },
      'r: must be a number in [0, 1), got 1',
    ],
    ['a number not above', { r: number({ above: 0, doc }) }, { r: 0 }, 'r: must be a number above 0, got 0'],
    ['a number not below', { r: number({ below: 1, doc }) }, { r: 1 }, 'r: must be a number below 1, got 1'],
    ['NaN', { r: number({ doc }) }, { r: NaN }, 'r: must be a number, got NaN'],
    ['infinity', { r: number({ doc }) }, { r: Infinity }, 'r: must be a number, got Infinity'],
    ['a number for a truth value', { f: boolean({ doc }) }, { f: 1 }, 'f: must be true or false, got 1'],
    [
      "a text for a truth value, as YAML 1.1's yes",
      { f: boolean({ doc }) },
      { f: 'yes' },
      'f: must be true or false, got "yes"',
    ],
    ['an empty text', { t: string({ doc }) }, { t: '' }, 't: must be a text, got ""'],
    ['a number for a text', { t: string({ doc }) }, { t: 5 }, 't: must be a text, got 5'],
    [
      'a misspelt choice',
      { c: choice(['adam', 'rmsprop', 'sgd'], { doc }) },
      { c: 'adma' },
      'c: must be one of adam, rmsprop, sgd (did you mean \'adam\'?), got "adma"',
    ],
    [
      'a choice unlike any',
      { c: choice(['adam', 'sgd'], { doc }) },
      { c: 'newton' },
      'c: must be one of adam, sgd, got "newton"',
    ],
    ['a number for a choice', { c: choice(['adam', 'sgd'], { doc }) }, { c: 1 }, 'c: must be one of adam, sgd, got 1'],
    ['one thing for a list', { l: list(integer({ doc }), { doc }) }, { l: 5 }, 'l: must be a list, got 5'],
    [
      'a list too short',
      { l: list(integer({ doc }), { minItems: 1, doc }) },
      { l: [] },
      'l: must be a list of at least 1 entry, got []',
    ],
    [
      'a list too long',
      { l: list(integer({ doc }), { maxItems: 2, doc }) },
      { l: [1, 2, 3] },
      'l: must be a list of 0 to 2 entries, got [1,2,3]',
    ],
    [
      'a list not of the one length',
      { l: list(integer({ doc }), { minItems: 2, maxItems: 2, doc }) },
      { l: [1] },
      'l: must be a list of 2 entries, got [1]',
    ],
    [
      'a wrong entry',
      { l: list(integer({ min: 1, doc }), { doc }) },
      { l: [1, 0] },
      'l.1: must be a whole number of at least 1, got 0',
    ],
    [
      'a list for a group',
      { o: object({ a: integer({ doc }) }, { doc }) },
      { o: [1] },
      'o: must be a group of fields (a), got [1]',
    ],
    ['null for the whole', integers, null, ': must be a group of fields (n), got null'],
    ['a missing field', integers, {}, ": needs the field 'n': what it is for"],
    [
      'a missing field of a group',
      { o: object({ a: integer({ doc }) }, { doc }) },
      { o: {} },
      "o: needs the field 'a': what it is for",
    ],
    [
      'a misspelt field',
      { epochs: integer({ default: 1, doc }) },
      { epcohs: 3 },
      "epcohs: is not a known field; did you mean 'epochs'?",
    ],
    [
      'a field unlike any',
      { epochs: integer({ default: 1, doc }), batch: integer({ default: 1, doc }) },
      { colour: 3 },
      'colour: is not a known field; known: epochs, batch',
    ],
    ['a field where there are none', {}, { colour: 3 }, 'colour: is not a known field; known: none'],
    [
      'two of a variant',
      { v: variant({ first: integer({ doc }), last: integer({ doc }) }, { doc }) },
      { v: { first: 1, last: 2 } },
      'v: must be exactly one of { first: … } or { last: … }, got {"first":1,"last":2}',
    ],
    [
      'none of a variant',
      { v: variant({ first: integer({ doc }), last: integer({ doc }) }, { doc }) },
      { v: {} },
      'v: must be exactly one of { first: … } or { last: … }, got {}',
    ],
    [
      'a number for a variant',
      { v: variant({ first: integer({ doc }), last: integer({ doc }) }, { doc }) },
      { v: 5000 },
      'v: must be exactly one of { first: … } or { last: … }, got 5000',
    ],
    [
      'a misspelt alternative, said once',
      { v: variant({ first: integer({ doc }), last: integer({ doc }) }, { doc }) },
      { v: { frist: 1 } },
      "v.frist: is not a known field; did you mean 'first'?",
    ],
    [
      'a wrong value of an alternative',
      { v: variant({ first: integer({ doc }) }, { doc }) },
      { v: { first: 'x' } },
      'v.first: must be a whole number, got "x"',
    ],
    [
      'equal entries of a list of different ones',
      { l: pair },
      { l: [3, 3] },
      'l: must be a list of 2 different numbers, got [3,3]',
    ],
    [
      'a value of neither type',
      { e: either([pair, choice(['auto'], { doc })], { doc }) },
      { e: 3 },
      'e: must be a list of 2 different numbers or auto, got 3',
    ],
    [
      'a text that is no choice where a list may stand too',
      { e: either([pair, choice(['auto'], { doc })], { doc }) },
      { e: 'atuo' },
      'e: must be a list of 2 different numbers or auto, got "atuo"',
    ],
    [
      'a wrong entry of a list where a text may stand too',
      { e: either([pair, choice(['auto'], { doc })], { doc }) },
      { e: [0, 'x'] },
      'e.1: must be a number, got "x"',
    ],
    [
      'a broken number where a whole one or a text may stand',
      { e: either([integer({ min: -5, doc }), string({ doc })], { doc }) },
      { e: 1.5 },
      'e: must be a whole number of at least -5 or a text, got 1.5',
    ],
    ['a long value, cut', integers, { n: 'x'.repeat(200) }, `n: must be a whole number, got "${'x'.repeat(76)}...`],
  ];
  it.each(messages)('refuses %s', (_name, fields, given, message) => {
    expect(only(fields, given)).toEqual([message]);
  });

  it('says everything that is wrong, with its path', () => {
    const fields = {
      net: object({ hidden: list(object({ units: integer({ min: 1, doc }) }, { doc }), { doc }) }, { doc }),
      epochs: integer({ doc }),
    };
    const { problems } = check(fields, { net: { hidden: [{ units: 5 }, { units: 0 }, { unit: 3 }] }, epochs: 'many' }, [
      'train',
    ]);
    expect(problems?.map(({ path }) => path.join('.'))).toEqual([
      'train.net.hidden.1.units',
      'train.net.hidden.2.unit',
      'train.net.hidden.2',
      'train.epochs',
    ]);
  });

  it('wants exactly one of two fields that stand for each other', () => {
    const fields = {
      share: number({ optional: true, doc: 'a share' }),
      count: integer({ optional: true, insteadOf: 'share', doc: 'a count' }),
    };
    expect(check(fields, { count: 3 }).problems).toBeUndefined();
    expect(check(fields, { share: 0.5 }).problems).toBeUndefined();
    expect(check(fields, {}, ['reduce']).problems).toEqual([
      { path: ['reduce'], message: 'must be given exactly one of share and count, got neither' },
    ]);
    expect(check(fields, { share: 0.5, count: 3 }).problems).toEqual([
      { path: [], message: 'must be given exactly one of share and count, got share: 0.5 and count: 3' },
    ]);
    const accepts = new Ajv2020({ strict: true, strictRequired: false }).compile(jsonSchema(fields));
    expect([{ count: 3 }, { share: 0.5 }, {}, { share: 0.5, count: 3 }].map((value) => accepts(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is not fooled by the names of what every object has', () => {
    expect(only(integers, { n: 1, constructor: 1 })).toEqual(['constructor: is not a known field; known: n']);
    expect(only(integers, JSON.parse('{"n": 1, "__proto__": {"n": 2}}'))).toEqual([
      '__proto__: is not a known field; known: n',
    ]);
  });

  it('fills in defaults, nested ones too', () => {
    const inner = object({ deep: integer({ default: 3, doc }) }, { default: {}, doc });
    expect(
      check(
        {
          a: integer({ default: 1, doc }),
          b: inner,
          c: string({ optional: true, doc }),
          d: list(integer({ doc }), { default: [7], doc }),
        },
        {},
      ).value,
    ).toEqual({ a: 1, b: { deep: 3 }, d: [7] });
  });

  it('takes undefined as missing', () => {
    expect(check({ a: integer({ default: 1, doc }) }, { a: undefined }).value).toEqual({ a: 1 });
  });

  it('never mutates what it is given, nor hands it out', () => {
    const given = { list: [1, 2], group: { a: 1 }, one: { first: 1 } };
    const copy = structuredClone(given);
    const fields = {
      list: list(integer({ doc }), { doc }),
      group: object({ a: integer({ doc }), b: integer({ default: 2, doc }) }, { doc }),
      one: variant({ first: integer({ doc }) }, { doc }),
    };
    const { value } = check(fields, given);
    expect(given).toEqual(copy);
    expect(Object.isFrozen(given) || Object.isFrozen(given.list) || Object.isFrozen(given.group)).toBe(false);
    expect(value?.list).not.toBe(given.list);
  });

  it('freezes the result to its depth', () => {
    const standard = [{ units: 1 }];
    const fields = {
      layers: list(object({ units: integer({ doc }) }, { doc }), { default: standard, doc }),
      one: variant({ first: integer({ doc }) }, { doc }),
    };
    const { value } = check(fields, { one: { first: 1 } });
    expect([value, value?.layers, value?.layers[0], value?.one].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(standard)).toBe(false);
  });
});
