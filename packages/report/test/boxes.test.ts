import { binEdges, forOverlaps, overlapBins } from '@layerwise/kernels/overlap';
import { describe, expect, it } from 'vitest';
import { box, layerBoxes, type NodeBoxes } from '../src/analysis/boxes.js';

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
    expect(box(Float32Array.from(values), [0, values.length])).toEqual({
      min: quantile(values, 0),
      q1: quantile(values, 0.25),
      median: quantile(values, 0.5),
      q3: quantile(values, 0.75),
      max: quantile(values, 1),
      count: values.length,
    });
  });

  it('of no values has no numbers', () => {
    expect(box(new Float32Array(0), [0, 0])).toEqual({ min: NaN, q1: NaN, median: NaN, q3: NaN, max: NaN, count: 0 });
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
  const [[first, second]] = layerBoxes(data, 2, [group], 4) as [NodeBoxes[]];

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

describe('boxes of several groupings', () => {
  const N = 3000;
  const classes = 5;
  // Reproducible values without order: the fractional parts of multiples of the golden ratio.
  const part = (i: number): number => (i * 0.6180339887498949) % 1;
  const groupings = [1, 7].map((step) =>
    Uint16Array.from({ length: N }, (_, r) => Math.floor(5 * part(step * r + 3)) % 4),
  );
  const node: Readonly<Record<string, (r: number) => number>> = {
    'mostly 0': (r) => Math.max(0, part(r) - 0.7),
    'on both sides of 0': (r) => Math.fround(part(r) - 0.5),
    'with one far away': (r) => (r === 1234 ? 1e30 : part(r)),
    'all below 0 but a few': (r) => (r % 500 === 0 ? 3 : -part(r) - 1),
    'of few kinds': (r) => Math.floor(6 * part(r)) - 2,
    'all the same': () => -1.5,
  };

  it.each(Object.entries(node))('are what each grouping has by itself, of values %s', (_, value) => {
    const data = Float32Array.from({ length: N }, (_, r) => value(r));
    const found = layerBoxes(data, 1, groupings, classes);
    for (const [g, group] of groupings.entries()) {
      const parts = Array.from({ length: classes }, (_, c) => data.filter((_, r) => group[r] === c));
      const overlaps: number[] = [];
      forOverlaps(
        parts,
        binEdges((r) => data[r] as number, N, overlapBins(N, classes)),
        (_a, _b, overlap) => overlaps.push(overlap),
      );
      const [boxes] = found[g] as NodeBoxes[];
      expect(boxes?.overlap).toBe(overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length);
      expect(boxes?.boxes.map(({ min, q1, median, q3, max }) => [min, q1, median, q3, max])).toEqual(
        parts.map((values) =>
          [0, 0.25, 0.5, 0.75, 1].map((share) => (values.length ? quantile([...values], share) : NaN)),
        ),
      );
    }
  });

  it('are the same of a range of nodes', () => {
    const width = 37;
    const data = Float32Array.from({ length: N * width }, (_, i) => Math.max(0, part(i) - (i % width) / 40));
    const whole = layerBoxes(data, width, groupings, classes);
    for (const [from, to] of [
      [0, 18],
      [18, 37],
      [5, 6],
      [9, 9],
    ] as const)
      expect(layerBoxes(data, width, groupings, classes, [from, to])).toEqual(
        whole.map((nodes) => nodes.slice(from, to)),
      );
  });
});
