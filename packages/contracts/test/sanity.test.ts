import { sanityWarnings } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

const score = (accuracy: number) => ({ accuracy, loss: 1 });
/** 1000 rows, 10 classes, 100 each. */
const even = Uint16Array.from({ length: 1000 }, (_, i) => i % 10);
const codes = (train: number, test: number, labels = even): string[] => sanityWarnings({ train: score(train), test: score(test) }, labels, 10).map(({ code }) => code);

describe('sanityWarnings', () => {
  it('says nothing of a net that does well', () => {
    expect(codes(0.98, 0.97)).toEqual([]);
  });

  it('measures chance by the commonest class and the number of rows', () => {
    // 0.1 + 2.5758 * sqrt(0.1 * 0.9 / 1000) = 0.12444
    expect(codes(0.12, 0.124)).toEqual(['NO_BETTER_THAN_CHANCE']);
    expect(codes(0.13, 0.125)).toEqual([]);
    const lopsided = Uint16Array.from({ length: 1000 }, (_, i) => (i < 900 ? 3 : i % 10));
    expect(codes(0.91, 0.91, lopsided)).toEqual(['NO_BETTER_THAN_CHANCE']);
    expect(codes(0.11, 0.108, Uint16Array.from({ length: 100_000 }, (_, i) => i % 10))).toEqual([]);
  });

  it('gives the numbers', () => {
    const [warning] = sanityWarnings({ train: score(0.11), test: score(0.1135) }, even, 10);
    expect(warning?.message).toContain('test accuracy 11.35% is no better than chance: always guessing the commonest class is right for 10.00% of the 1000 test rows, with luck for up to 12.44%');
  });

  it('calls a gap of more than five points overfitting', () => {
    expect(codes(0.99, 0.945)).toEqual([]);
    const [warning] = sanityWarnings({ train: score(0.99), test: score(0.93) }, even, 10);
    expect(warning).toMatchObject({ code: 'OVERFITTED', message: expect.stringContaining('training accuracy 99.00% is 6.00 points above test accuracy 93.00%') as string });
  });

  it('has nothing to judge without test rows', () => {
    expect(sanityWarnings({ train: score(0.5), test: score(0) }, new Uint16Array(0), 10)).toEqual([]);
  });
});
