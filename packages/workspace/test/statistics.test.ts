import { mcnemar, pairedT, signFlip, spread, studentTails } from '../src/comparison/statistics.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const differences = [0.0012, 0.0031, -0.0004, 0.0022, 0.0017];

describe('spread', () => {
  it('has the mean, the standard deviation with ddof 1, and the range', () => {
    const { mean, deviation, lowest, highest } = spread([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([mean, lowest, highest]).toEqual([5, 2, 9]);
    expect(deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('knows no deviation of one value, and nothing of none', () => {
    expect(spread([0.5])).toEqual({ mean: 0.5, deviation: null, lowest: 0.5, highest: 0.5 });
    expect(() => spread([])).toThrow('at least one value');
  });
});

/** Golden values: SciPy 1.17.1, scipy.stats.ttest_1samp, t.sf, binomtest and permutation_test. */
describe('against SciPy', () => {
  it.each([
    [2, 2.263157894736842, 0.2648748909241303],
    [3, 1.2850936923219265, 0.32748624201186904],
    [4, 2.033709981170839, 0.13486095946194665],
    [5, 2.680903128236598, 0.05517677791652461],
  ])('paired t-test of the first %i differences', (n, t, p) => {
    const found = pairedT(differences.slice(0, n));
    expect(found?.degrees).toBe(n - 1);
    expect(found?.t).toBeCloseTo(t, 12);
    expect(found?.p).toBeCloseTo(p, 12);
  });

  it.each([
    [2.5, 1, 0.24223788318168682],
    [-2.5, 2, 0.12961172022151082],
    [2.5, 3, 0.08770664700806556],
    [1.1, 7, 0.30771625509408934],
    [3.3, 10, 0.008013498113698335],
    [12, 4, 0.000276428548502973],
  ])('both tails beyond %d with %i degrees of freedom', (t, degrees, p) => {
    expect(studentTails(t, degrees)).toBeCloseTo(p, 12);
  });

  it.each([
    [10, 25, 0.016673847800120715],
    [150, 100, 0.0018833009350761602],
    [0, 7, 0.015625],
    [3, 4, 1],
    [1200, 1100, 0.03896685268382023],
    [900, 300, 5.34512207281104e-70],
  ])('McNemar of %i and %i', (a, b, p) => {
    expect(mcnemar(a, b) / p).toBeCloseTo(1, 10);
    expect(mcnemar(b, a)).toBe(mcnemar(a, b));
  });

  it('sign flips', () => {
    expect(signFlip(differences)).toBe(0.125);
  });
});

describe('tests of differences', () => {
  it('give no t where all differences are equal, and flip no more signs than 12', () => {
    expect(pairedT([0.1, 0.1, 0.1])).toBeUndefined();
    expect(signFlip(Array.from({ length: 12 }, () => 1))).toBe(2 / 4096);
    expect(signFlip(Array.from({ length: 13 }, () => 1))).toBeUndefined();
    expect([mcnemar(0, 0), mcnemar(5, 5)]).toEqual([1, 1]);
  });

  it('heed neither the sign of all differences nor their unit, and change nothing that they are given', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(values, (given) => {
        const copy = [...given];
        const p = signFlip(given) as number;
        expect(p).toBeGreaterThanOrEqual(2 / 2 ** given.length);
        expect(p).toBeLessThanOrEqual(1);
        expect(signFlip(given.map((value) => -value / 1000))).toBe(p);
        expect(pairedT(given.map((value) => -value))?.p).toBe(pairedT(given)?.p);
        expect(given).toEqual(copy);
      }),
    );
  });
});
