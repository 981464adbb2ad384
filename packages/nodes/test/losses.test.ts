import { describe, expect, it } from 'vitest';
import { accuracyLost, marginLost } from '../src/losses.js';

const removal = (right: readonly number[], changed: number) => ({
  right: Uint32Array.from(right),
  changed: Uint32Array.of(changed),
  loss: Float64Array.of(5, 1),
  squares: Float64Array.of(13, 1),
});
const ablation = (rows: readonly number[], whole: readonly number[]) => ({
  rows: Uint32Array.from(rows),
  whole: Uint32Array.from(whole),
  zero: removal([0, 0], 0),
  mean: removal([0, 0], 0),
});

describe('what is lost without a node', () => {
  it('is a mean with its standard error', () => {
    // Class 0 lost 2, 3 and 0, class 1 lost 1.
    const of = ablation([3, 1], [2, 1]);
    expect(marginLost(of, of.zero, 0)).toEqual({
      mean: 1.5,
      error: expect.closeTo(Math.sqrt((0.25 + 2.25 + 2.25 + 0.25) / 3 / 4), 12),
    });
    expect(marginLost(of, of.zero, 0, 0)).toEqual({
      mean: expect.closeTo(5 / 3, 12),
      error: expect.closeTo(Math.sqrt(((2 - 5 / 3) ** 2 + (3 - 5 / 3) ** 2 + (5 / 3) ** 2) / 2 / 3), 12),
    });
    expect(marginLost(ablation([0, 0], [0, 0]), of.zero, 0).mean).toBeNaN();
  });

  it('is no accuracy of a few hundred of many rows, where one image is a tenth of a point', () => {
    const of = ablation([100, 246], [99, 240]);
    expect(accuracyLost(of, removal([98, 239], 2), 0, 346)).toEqual({
      mean: 2 / 346,
      error: expect.closeTo(Math.sqrt(2 - 4 / 346) / 346, 12),
    });
    expect(accuracyLost(of, removal([98, 239], 2), 0, 42_000)).toEqual({ mean: NaN, error: NaN });
    expect(accuracyLost(ablation([5000, 5000], [4900, 4950]), removal([4890, 4955], 25), 0, 42_000, 1)).toEqual({
      mean: -0.001,
      error: NaN,
    });
  });
});
