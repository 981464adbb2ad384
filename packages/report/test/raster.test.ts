import { describe, expect, it } from 'vitest';
import { largest, weightedSums } from '@layerwise/nets';
import { owner, rasterize } from '../src/figures/raster.js';

const [width, height, classes, N] = [24, 18, 3, 400];
/** Reproducible places, some of them outside the image. */
const part = (i: number): number => (i * 0.6180339887498949) % 1;
const x = Float32Array.from({ length: N }, (_, i) => 30 * part(i) - 3);
const y = Float32Array.from({ length: N }, (_, i) => 24 * part(7 * i + 2) - 3);
const group = Uint16Array.from({ length: N }, (_, i) => Math.floor(3 * part(5 * i + 1)));

describe('a scatter as pixels', () => {
  const { pixels } = rasterize({ x, y, group, classes, width, height, radius: 1.5 });
  /** Points of each class whose disc has the pixel in it. */
  const covering = (p: number): number[] =>
    Array.from(
      { length: classes },
      (_, c) =>
        [...group.keys()].filter(
          (i) =>
            group[i] === c &&
            (Math.round(x[i] as number) - (p % width)) ** 2 +
              (Math.round(y[i] as number) - Math.floor(p / width)) ** 2 <=
              1.5 ** 2,
        ).length,
    );

  it('gives each pixel to the class of most points on it, of equals the lowest, stronger the more there are', () => {
    const right = Array.from(pixels, (_, p) => {
      const counts = covering(p);
      const total = counts.reduce((a, b) => a + b);
      return total === 0 ? 0 : 1 + (Math.min(total, 4) - 1) * classes + counts.indexOf(Math.max(...counts));
    });
    expect(Array.from(pixels)).toEqual(right);
    expect(new Set(pixels).size).toBeGreaterThan(8);
  });
});

it('gives a place of the ground to the largest output there, of equals the first', () => {
  const part = (i: number): number => ((i * 0.6180339887498949) % 1) - 0.5;
  for (const classes of [1, 2, 10]) {
    const kernel = Float32Array.from({ length: 2 * classes }, (_, i) => Math.round(8 * part(i + classes)) / 4);
    const bias = Float32Array.from({ length: classes }, (_, c) => Math.round(4 * part(3 * c + 1)) / 4);
    for (let i = 0; i < 400; i++) {
      const [x, y] = [Math.round(20 * part(i)) / 4, Math.round(20 * part(7 * i)) / 4];
      expect(owner({ kernel, bias }, x, y)).toBe(largest(weightedSums({ kernel, bias }, [x, y])));
    }
  }
});
