import { Ajv2020 } from 'ajv/dist/2020.js';
import { check, boolean, integer, jsonSchema } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

const fields = {
  topK: integer({ doc: 'how many', min: 1, formerly: { name: 'keep' } }),
  restoreBest: boolean({
    doc: 'which weights',
    default: true,
    formerly: { name: 'weights', values: { best: true, last: false } },
  }),
};
const accepts = new Ajv2020({ allowUnionTypes: true }).compile(jsonSchema(fields));

describe('a field that was called something else', () => {
  it.each([
    [{ topK: 3 }, { topK: 3, restoreBest: true }, []],
    [{ keep: 3 }, { topK: 3, restoreBest: true }, ["is now called 'topK'; write topK: 3"]],
    [
      { keep: 3, weights: 'last' },
      { topK: 3, restoreBest: false },
      ["is now called 'topK'; write topK: 3", "is now called 'restoreBest'; write restoreBest: false"],
    ],
    [
      { topK: 1, weights: 'best' },
      { topK: 1, restoreBest: true },
      ["is now called 'restoreBest'; write restoreBest: true"],
    ],
  ])('%j is read, with a note of the name of now', (given, value, notes) => {
    const frozen = Object.freeze({ ...given });
    const checked = check(fields, frozen);
    expect(checked.value).toEqual(value);
    expect(checked.notes?.map(({ message }) => message)).toEqual(notes);
    expect(accepts(given)).toBe(true);
  });

  it.each([
    [{ keep: 3, topK: 3 }, ["is the former name of 'topK', which is given too; leave 'keep' out"]],
    [{ keep: 0 }, ['must be a whole number of at least 1, got 0']],
    [
      { topK: 3, weights: 'first' },
      ['is the former name of \'restoreBest\' and must be one of best, last, got "first"'],
    ],
    [
      { topK: 3, weights: 'toString' },
      ['is the former name of \'restoreBest\' and must be one of best, last, got "toString"'],
    ],
    [{}, ["needs the field 'topK': how many"]],
  ])('%j is refused', (given, messages) => {
    expect(check(fields, given).problems?.map(({ message }) => message)).toEqual(messages);
    expect(accepts(given)).toBe(false);
  });
});
