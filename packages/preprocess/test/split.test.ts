import { splitRows, type Choice } from '@layerwise/preprocess';
import { describe, expect, it } from 'vitest';

const seed = Uint32Array.of(1, 2, 3, 4);

function split(rows: number, choice: Choice, words = seed): { train: number[]; validation: number[] | undefined } {
  const { train, validation } = splitRows(rows, choice, words);
  return { train: [...train], validation: validation && [...validation] };
}

describe('splitRows', () => {
  it('sets the first rows apart', () => {
    expect(split(5, { first: 2 })).toEqual({ train: [2, 3, 4], validation: [0, 1] });
    expect(split(3, { first: 0 })).toEqual({ train: [0, 1, 2], validation: [] });
  });

  it('sets the last share apart, cut where Keras cuts', () => {
    expect(split(5, { lastFraction: 0.3 })).toEqual({ train: [0, 1, 2], validation: [3, 4] });
    // int(math.floor(60000 * (1.0 - f))) by CPython 3.11
    for (const [fraction, kept] of [
      [0.0833, 55_002],
      [0.2, 48_000],
      [0.3, 42_000],
      [0.1, 54_000],
      [0, 60_000],
    ] as const) {
      expect(splitRows(60_000, { lastFraction: fraction }, seed).train.length).toBe(kept);
    }
  });

  it('sets a random share apart, another one for another seed, each row in one part', () => {
    const one = split(1000, { randomFraction: 0.3 });
    expect(one.train).toHaveLength(700);
    expect([...one.train, ...one.validation!].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, row) => row),
    );
    expect(one.validation).toEqual([...one.validation!].sort((a, b) => a - b));
    expect(split(1000, { randomFraction: 0.3 })).toEqual(one);
    expect(split(1000, { randomFraction: 0.3 }, Uint32Array.of(1, 2, 3, 5))).not.toEqual(one);
    // mean 499.5, deviation of the mean of 300 of 1000: 288.7 / sqrt(300) * sqrt(0.7) = 13.9; four of them
    expect(Math.abs(one.validation!.reduce((a, b) => a + b, 0) / 300 - 499.5)).toBeLessThan(56);
  });

  it('sets given rows apart', () => {
    expect(split(5, { rows: [4, 1] })).toEqual({ train: [0, 2, 3], validation: [1, 4] });
  });

  it('keeps all rows where the test set serves for validation, or nothing does', () => {
    expect(split(2, { set: 'test' })).toEqual({ train: [0, 1], validation: undefined });
    expect(split(2, { set: 'none' })).toEqual({ train: [0, 1], validation: [] });
  });

  it('refuses rows that are not there, or named twice', () => {
    expect(() => split(4, { first: 5 })).toThrow(
      'preprocess.validation.first must be at most the 4 training rows, got 5',
    );
    expect(() => split(4, { rows: [4] })).toThrow('preprocess.validation.rows must be row numbers below 4, got 4');
    expect(() => split(4, { rows: [1, 2, 1] })).toThrow(
      'preprocess.validation.rows must name each row once, got 1 twice',
    );
  });
});
