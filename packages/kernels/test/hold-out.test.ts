import { deriveSeed } from '@layerwise/contracts';
import { holdOut } from '@layerwise/kernels/hold-out';
import { describe, expect, it } from 'vitest';

const seed = deriveSeed(1, 'test', 'rows');

describe('holdOut', () => {
  it('takes the share of each class, at least one and never all, and loses no row', () => {
    const labels = Uint16Array.from({ length: 1000 }, (_, i) =>
      i < 700 ? 0 : i < 990 ? 1 : i < 992 ? 2 : i < 993 ? 3 : 4,
    );
    const { kept, held } = holdOut(labels, 6, 0.1, seed);
    const counts = [0, 1, 2, 3, 4, 5].map((c) => held.filter((row) => labels[row] === c).length);
    expect(counts).toEqual([70, 29, 1, 0, 1, 0]);
    expect([...kept, ...held].sort((a, b) => a - b)).toEqual(Array.from(labels, (_, row) => row));
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
    expect([...holdOut(Uint16Array.of(0, 0), 1, 0.99, seed).kept]).toHaveLength(1);
  });

  it('depends on the seed, and draws rows evenly', () => {
    const labels = new Uint16Array(1000);
    const one = holdOut(labels, 1, 0.3, seed).held;
    expect(holdOut(labels, 1, 0.3, seed).held).toEqual(one);
    expect(holdOut(labels, 1, 0.3, deriveSeed(2, 'test', 'rows')).held).not.toEqual(one);
    // mean of 300 of 0 … 999 has deviation 14
    expect(Math.abs(one.reduce((a, b) => a + b, 0) / 300 - 499.5)).toBeLessThan(56);
  });

  it('refuses a share that is none, and labels that are no class', () => {
    expect(() => holdOut(new Uint16Array(2), 1, 1, seed)).toThrow('share must be in (0, 1), got 1');
    expect(() => holdOut(Uint16Array.of(0, 3), 3, 0.5, seed)).toThrow('labels must be below 3, got 3 in row 1');
  });
});
