import { describe, expect, it } from 'vitest';
import { box } from '../src/analysis/boxes.js';

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
    expect(box(Float32Array.from(values))).toEqual({ min: quantile(values, 0), q1: quantile(values, 0.25), median: quantile(values, 0.5), q3: quantile(values, 0.75), max: quantile(values, 1), count: values.length });
  });

  it('of no values has no numbers', () => {
    expect(box(new Float32Array(0))).toEqual({ min: NaN, q1: NaN, median: NaN, q3: NaN, max: NaN, count: 0 });
  });
});
