import { sanityWarnings } from '@layerwise/fit';
import { describe, expect, it } from 'vitest';

const score = (accuracy: number) => ({ accuracy, loss: 1 });
/** So many rows of 10 classes, as evenly as they go. */
const rows = (count: number): Uint16Array => Uint16Array.from({ length: count }, (_, i) => i % 10);
const even = rows(1000);
const codes = (train: number, test: number, labels = even): string[] =>
  sanityWarnings({ train: score(train), test: score(test) }, labels, 10).map(({ code }) => code);

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
    expect(
      codes(
        0.11,
        0.108,
        Uint16Array.from({ length: 100_000 }, (_, i) => i % 10),
      ),
    ).toEqual([]);
  });

  it('gives the numbers', () => {
    const [warning] = sanityWarnings({ train: score(0.11), test: score(0.1135) }, even, 10);
    expect(warning?.message).toContain(
      'test accuracy 11.35% is no better than chance: always guessing the commonest class is right for 10.00% ' +
        'of the 1000 test rows, with luck for up to 12.44%',
    );
  });

  it('calls a gap of more than five points overfitting, where chance does not explain it', () => {
    expect(codes(0.99, 0.945)).toEqual([]);
    // Wilson's interval of 930 of 1000 ends at 94.83%, of 920 at 93.94%.
    expect(codes(0.99, 0.93)).toEqual([]);
    const [warning] = sanityWarnings({ train: score(0.99), test: score(0.92) }, even, 10);
    expect(warning).toMatchObject({
      code: 'OVERFITTED',
      message: expect.stringContaining(
        'training accuracy 99.00% is 7.00 points above test accuracy 92.00% (with luck 93.94% on 1000 rows)',
      ) as string,
    });
    expect(codes(0.99, 0.93, rows(10_000))).toEqual(['OVERFITTED']);
  });

  it.each([
    ['12 of 13 rows right', 1, 12 / 13, rows(13), []],
    ['none of 13 right, 1 of 13 in training', 1 / 13, 0, rows(13), ['NO_BETTER_THAN_CHANCE']],
    ['chance, a little above it in training', 0.2, 0.1, even, ['NO_BETTER_THAN_CHANCE']],
    ['far from having learned its training rows', 0.59, 0.45, rows(10_000), []],
    ['17 of 20 right', 1, 0.85, rows(20), []],
    ['half of 20 right', 1, 0.5, rows(20), ['OVERFITTED']],
  ])('says of a net with %s', (_what, train, test, labels, expected) => {
    expect(codes(train, test, labels)).toEqual(expected);
  });

  it('says one thing of a net that knows its training rows alone', () => {
    const warnings = sanityWarnings({ train: score(0.99), test: score(0.1) }, even, 10);
    expect(warnings.map(({ code }) => code)).toEqual(['NO_BETTER_THAN_CHANCE']);
    expect(warnings[0]?.message).toContain(
      'though training accuracy is 99.00%: the net is overfitted, or the test rows are labelled otherwise or of another kind than the training rows',
    );
    expect(warnings[0]?.message).not.toContain('more nodes');
  });

  it.each([13, 50, 200, 1000])(
    'is rarely wrong about nets that are five points worse on new rows, %s of them',
    (count) => {
      // The exact chance, by the binomial distribution, that a net whose gap is five points gets the warning.
      for (const train of [1, 0.97, 0.9, 0.8]) {
        const right = train - 0.05;
        let [logarithm, wrong] = [count * Math.log(1 - right), 0];
        for (let k = 0; k <= count; k++) {
          if (codes(train, k / count, rows(count)).includes('OVERFITTED')) wrong += Math.exp(logarithm);
          logarithm += Math.log(((count - k) / (k + 1)) * (right / (1 - right)));
        }
        // One in 200 by the interval; Wilson's is somewhat short where few rows and few errors meet.
        expect(wrong).toBeLessThan(0.03);
      }
    },
  );

  it('has nothing to judge without test rows', () => {
    expect(sanityWarnings({ train: score(0.5), test: score(0) }, new Uint16Array(0), 10)).toEqual([]);
  });
});
