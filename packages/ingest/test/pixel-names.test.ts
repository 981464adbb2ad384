import { describe, expect, it } from 'vitest';
import { pixelNames } from '../src/interpretation/pixel-names.js';

/** A fixed shuffle of the numbers below n, n not a multiple of 7. */
const shuffled = (n: number): number[] => Array.from({ length: n }, (_, i) => (i * 7 + 3) % n);

describe('names of pixels', () => {
  it.each<[string, (i: number) => string]>([
    ['a number from 0', (i) => String(i)],
    ['a word and a number from 1', (i) => `pixel${i + 1}`],
    ['numbers with zeros in front', (i) => `px_${String(i).padStart(4, '0')}`],
    ['a number between words', (i) => `the ${i} th`],
    ['a second number that is always the same', (i) => `img28_${i}`],
    ['row and column from 1', (i) => `${Math.floor(i / 4) + 1}x${(i % 4) + 1}`],
    ['row and column from 0', (i) => `r${Math.floor(i / 4)}c${i % 4}`],
    ['row and column, as scikit-learn has them', (i) => `pixel_${Math.floor(i / 4)}_${i % 4}`],
    ['column and row', (i) => `x${i % 4}y${Math.floor(i / 4)}`],
    ['column and row in words', (i) => `col${i % 4}_row${Math.floor(i / 4)}`],
    ['different case', (i) => `${i % 2 === 0 ? 'PIXEL' : 'pixel'}${i}`],
  ])('that are %s are put in their order', (_name, nameOf) => {
    const file = shuffled(16);
    const found = pixelNames(['label', ...file.map(nameOf), 'id']);
    expect(found?.order.map((at) => file[at - 1])).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(found?.sorted).toBe(false);
    expect(pixelNames(Array.from({ length: 16 }, (_, i) => nameOf(i)))?.sorted).toBe(true);
  });

  it.each<[string, string[]]>([
    ['no numbers', ['a', 'b', 'c', 'd']],
    ['gaps', ['p0', 'p1', 'p2', 'p4']],
    ['the same number twice', ['p0', 'p1', 'p01', 'p2']],
    ['rows of different length', ['1x1', '1x2', '2x1', '3x1']],
    ['three numbers that differ', ['0_0_0', '0_0_1', '0_1_0', '1_0_0']],
    ['one name', ['image0']],
  ])('that have %s count no pixels', (_name, names) => {
    expect(pixelNames(names)).toBeUndefined();
  });

  it('are told among a million in good time', () => {
    const names = Array.from({ length: 1 << 20 }, (_, i) => `p${(1 << 20) - i}`);
    expect(pixelNames(names)?.order[0]).toBe(names.length - 1);
  });
});
