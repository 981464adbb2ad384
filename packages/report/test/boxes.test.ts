import { describe, expect, it } from 'vitest';
import { box, layerBoxes } from '../src/analysis/boxes.js';

/** numpy's default quantile, by sorting all values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return low + (place - Math.floor(place)) * (high - low);
}

describe('a box', () => {
  it.each([
    ['nothing but zeros', [0, 0, 0]],
    ['zeros below', [0, 3, 0, 1.5, 0, 2, 0]],
    ['zeros between', [0, -3, 0.25, 0, -1.5, 7, 0, -2]],
    ['zeros above', [-0.5, 0, -3, -2, 0]],
    ['no zeros', [4, -1, 2.5, 8, -9, 1]],
    ['one value', [-2]],
    ['two values', [5, -2]],
    ['many values, most of them zero', Array.from({ length: 2000 }, (_, i) => Math.max(0, ((i * 7919) % 2003) - 1400))],
    ['many values of few kinds, also below zero', Array.from({ length: 999 }, (_, i) => ((i * 37) % 9) - 4)],
    ['many values in order', Array.from({ length: 500 }, (_, i) => i - 20)],
  ])('has the five numbers of values with %s', (_, values) => {
    expect(box(Float32Array.from(values))).toEqual({
      min: quantile(values, 0),
      q1: quantile(values, 0.25),
      median: quantile(values, 0.5),
      q3: quantile(values, 0.75),
      max: quantile(values, 1),
      count: values.length,
    });
  });

  it('of no values has no numbers', () => {
    expect(box(new Float32Array(0))).toEqual({ min: NaN, q1: NaN, median: NaN, q3: NaN, max: NaN, count: 0 });
  });
});

describe('the classes of a node', () => {
  const N = 9000;
  const group = Uint16Array.from({ length: N }, (_, r) => r % 3);
  // Evenly spread: class 0 over -1 to 1, class 1 over -0.1 to 0.1, class 2 over 0 to 2. Two nodes: that one, and one that is 0 for classes 0 and 2.
  const place = (r: number): number => (Math.floor(r / 3) + 0.5) / (N / 3);
  const value = (r: number): number => [2 * place(r) - 1, 0.2 * place(r) - 0.1, 2 * place(r)][r % 3] as number;
  const data = Float32Array.from({ length: 2 * N }, (_, i) =>
    i % 2 === 0 ? value(i >> 1) : (i >> 1) % 3 === 1 ? 1 + place(i >> 1) : 0,
  );
  const [first, second] = layerBoxes(data, 2, group, 4);

  it('overlap as their densities do, also a narrow one in the middle of a wide one', () => {
    // 0 and 1: density 1/2 on a fifth of 1; 0 and 2: 1/2 on 1; 1 and 2: 1/2 on a tenth of 1.
    expect(first?.overlap).toBeCloseTo((0.1 + 0.5 + 0.05) / 3, 1);
    expect(first?.most).toEqual({ a: 0, b: 2, overlap: expect.closeTo(0.5, 1) });
    expect(first?.pairs).toBe(3);
  });

  it('overlap in full where both are zero, and not where only one is', () => {
    expect(second).toMatchObject({ overlap: 1 / 3, most: { a: 0, b: 2, overlap: 1 }, apart: 2 });
  });
});
