import type { ResultTable } from '@layerwise/contracts';
import { decodeParquet, encodeParquet } from '@layerwise/store';
import { describe, expect, it } from 'vitest';

const table: ResultTable = {
  epoch: { type: 'int32', values: [1, -2147483648, 2147483647] },
  loss: { type: 'float64', values: Float64Array.of(0.1, 1e-300, -2.5) },
  valLoss: { type: 'float64', values: [NaN, 0.5, NaN] },
  seen: { type: 'int32', values: [NaN, 7, 8] },
  name: { type: 'string', values: ['', 'naïve, "quoted"\n', '数字'] },
  best: { type: 'boolean', values: [false, true, false] },
};
const plain = (given: ResultTable): unknown =>
  Object.fromEntries(
    Object.entries(given).map(([name, { type, values }]) => [
      name,
      { type, values: Array.from(values as ArrayLike<unknown>) },
    ]),
  );

describe('Parquet', () => {
  it('keeps every type of column, and numbers that are missing', async () => {
    expect(plain(await decodeParquet(await encodeParquet(table)))).toEqual(plain(table));
  });

  it('keeps a table of no rows', async () => {
    const empty: ResultTable = { epoch: { type: 'int32', values: [] }, name: { type: 'string', values: [] } };
    expect(await decodeParquet(await encodeParquet(empty))).toEqual(empty);
  });

  it('gives equal bytes for equal tables', async () => {
    expect(await encodeParquet(table)).toEqual(await encodeParquet({ ...table }));
  });

  it.each<[string, ResultTable, string]>([
    [
      'columns of different lengths',
      { a: { type: 'int32', values: [1, 2] }, b: { type: 'int32', values: [1] } },
      "column 'b' must have 2 values like the first column, got 1",
    ],
    [
      'a fraction among whole numbers',
      { a: { type: 'int32', values: [1.5] } },
      "column 'a' must hold whole numbers of 32 bits, got 1.5",
    ],
    [
      'a whole number of more than 32 bits',
      { a: { type: 'int32', values: [2147483648] } },
      "column 'a' must hold whole numbers of 32 bits, got 2147483648",
    ],
    ['no column', {}, 'a table must have a column, got none'],
  ])('refuses %s', async (_what, wrong, message) => {
    await expect(encodeParquet(wrong)).rejects.toThrow(message);
  });

  it.each([0, 3, 100])('refuses %i bytes that are no Parquet', async (length) => {
    await expect(decodeParquet(new Uint8Array(length))).rejects.toThrow();
  });
});
