import { describe, expect, it } from 'vitest';
import { blobsOf, strokeOf } from '@layerwise/kernels/blobs';
import { inkedBox, placeOf } from '@layerwise/kernels/places';

describe('where a map has its largest values', () => {
  const map = (...rows: string[]): Float64Array =>
    Float64Array.from([...rows.join('')].map((digit) => (digit === '-' ? -5 : Number(digit))));

  it('is in blobs of connected pixels, corners included, without the weak ones', () => {
    const blobs = blobsOf(map('800000', '080010', '-00044', '000004', '100000'), 6);
    expect(blobs.map(({ pixels, sum }) => [[...pixels], sum])).toEqual([
      [[0, 7], 16],
      [[16, 17, 23], 12],
    ]);
    expect([blobs[1].x, blobs[1].y]).toEqual([(4 * 4 + 5 * 8) / 12, (2 * 8 + 3 * 4) / 12]);
    expect(blobsOf(map('000', '-00'), 3)).toEqual([]);
  });

  it.each([
    ['upright', map('0110', '0110', '0110', '0110', '0110')],
    ['level', map('0000', '9999', '0000')],
    ['rising', map('0009', '0090', '0900', '9000')],
    ['falling', map('9900', '0990', '0099', '0009')],
    [undefined, map('0110', '0110', '0000')],
    [undefined, map('0000', '0900', '0000')],
    [undefined, map('9000', '9000', '9990', '9990')],
  ])('%s', (direction, values) => expect(strokeOf(blobsOf(values, 4)[0])).toBe(direction));

  it('counts as asked, from a share of the largest value on', () => {
    expect(blobsOf(map('804000'), 6, 0.5).map(({ pixels }) => [...pixels])).toEqual([[0], [2]]);
    expect(blobsOf(map('803000'), 6, 0.5).map(({ pixels }) => [...pixels])).toEqual([[0]]);
  });

  it('is said by thirds of the rectangle that has ink', () => {
    const mean = Float64Array.from({ length: 100 }, (_, p) =>
      p % 10 >= 2 && p % 10 <= 7 && p >= 10 && p < 70 ? 0.5 : 0.01,
    );
    const box = inkedBox(mean, 10);
    expect(box).toEqual({ left: 2, right: 7, top: 1, bottom: 6 });
    expect([2.4, 4, 5, 7].map((x) => placeOf({ x, y: 1 }, box))).toEqual([
      'at the upper left',
      'at the top',
      'at the top',
      'at the upper right',
    ]);
    expect([0, 3.5, 9].map((y) => placeOf({ x: 4.5, y }, box))).toEqual([
      'at the top',
      'in the centre',
      'at the bottom',
    ]);
    expect([0, 9].map((x) => placeOf({ x, y: 4 }, box))).toEqual(['on the left', 'on the right']);
    expect([0, 9].map((x) => placeOf({ x, y: 6 }, box))).toEqual(['at the lower left', 'at the lower right']);
    expect(inkedBox(new Float64Array(6), 3)).toEqual({ left: 0, right: 2, top: 0, bottom: 1 });
  });
});
