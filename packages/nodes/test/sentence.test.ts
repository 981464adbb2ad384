import { describe, expect, it } from 'vitest';
import { sentence, type Findings } from '../src/sentence.js';

const names = [...'0123456789'];
const loss = (mean: number, error = 0.001) => ({ mean, error });
const shares = (of: Readonly<Record<number, number>>): number[] => names.map((_, c) => of[c] ?? 0);
const node = (changes: Partial<Findings>): string =>
  sentence(
    {
      dead: false,
      duplicateOf: -1,
      strongest: { rows: 550, shares: shares({ 4: 1 }) },
      zeros: shares({}),
      margin: loss(0.42),
      margins: names.map(() => loss(0.4)),
      accuracy: loss(0, 0),
      ...changes,
    },
    names,
  );

describe('a sentence about a node', () => {
  it('names the classes that make up most of its strongest images', () => {
    expect(node({ strongest: { rows: 550, shares: shares({ 4: 306 / 550, 1: 212 / 550, 9: 32 / 550 }) } })).toMatch(
      /^is most active for 4s and 1s \(94% of the 550 images that activate it most\)/,
    );
    expect(node({ strongest: { rows: 1200, shares: shares({ 6: 0.999, 0: 0.001 }) } })).toMatch(
      /^is most active for 6s \(over 99%|^is most active for 6s \(over 99% of the 1,200 images/,
    );
  });

  it('says so where no few classes do, without a class that is one in forty of them', () => {
    const text = node({
      strongest: {
        rows: 550,
        shares: shares({ 7: 243 / 550, 5: 131 / 550, 1: 13 / 550, 2: 50 / 550, 3: 50 / 550, 9: 63 / 550 }),
      },
    });
    expect(text).toMatch(
      /^is most active for several classes \(7s 44%, 5s 24% and 9s 11% of the 550 images that activate it most\)/,
    );
    expect(text).not.toContain('1s');
    expect(
      node({ strongest: { rows: 550, shares: names.map((_, c) => (c < 2 ? 0.09 : c < 8 ? 0.095 : 0.125)) } }),
    ).toContain('several classes (8s 13% and 9s 13%');
    expect(
      sentence(
        {
          dead: false,
          duplicateOf: -1,
          strongest: { rows: 40, shares: new Array<number>(20).fill(0.05) },
          zeros: [],
          margin: loss(1),
          margins: [],
          accuracy: loss(0),
        },
        [],
      ),
    ).toMatch(/^is most active for many classes \(none more than 5% of the 40 images/);
  });

  it('is silent for classes that it is not strongest for', () => {
    expect(node({ zeros: shares({ 0: 0.97, 4: 0.96, 2: 0.94 }) })).toContain(
      ' images that activate it most), silent for 0s;',
    );
    expect(node({ zeros: names.map(() => 0.99) })).toContain('silent for 9 classes');
    expect(node({ zeros: shares({ 0: NaN }) })).not.toContain('silent');
  });

  it('says gains as gains, costs as costs, and neither where the difference is not clear', () => {
    expect(node({ accuracy: loss(0.021) })).toContain(
      '; removing it lowers the margin of the true class by 0.42, and costs 2.1 points of accuracy',
    );
    expect(node({ margin: loss(-0.03), accuracy: loss(-0.0004, 0.0001) })).toMatch(
      /; removing it raises the margin of the true class by 0\.03, and gains 0\.04 points of accuracy$/,
    );
    expect(node({ accuracy: loss(-0.0004, 0.0003) })).toMatch(
      /; removing it lowers the margin of the true class by 0\.42$/,
    );
    expect(node({ margin: loss(0.003, 0.002) })).toMatch(
      /; removing it makes no clear difference to the margin of the true class \(0\.003 ± 0\.004\)$/,
    );
    expect(node({ margin: loss(0, 0) })).toContain('no clear difference to the margin of the true class (0.00 ± 0.00)');
    expect(node({ margin: loss(0.42), accuracy: { mean: NaN, error: NaN } })).toMatch(/by 0\.42$/);
  });

  it('names the class that loses most only where it is clear of the others', () => {
    const margins = (first: number, second: number) =>
      names.map((_, c) => loss(c === 6 ? first : c === 0 ? second : 0.1, 0.05));
    expect(node({ margins: margins(1.8, 1) })).toContain('by 0.42, most for 6s (1.80)');
    expect(node({ margins: margins(1.8, 1.75) })).not.toContain('most for');
    expect(
      node({ margins: names.map((_, c) => (c === 3 ? { mean: NaN, error: NaN } : loss(c === 2 ? 2 : 0))) }),
    ).toContain('most for 2s (2.00)');
  });

  it('has no price where none was measured, and no class of a node that never changes', () => {
    expect(node({ margin: { mean: NaN, error: NaN } })).toBe(
      'is most active for 4s (100% of the 550 images that activate it most)',
    );
    expect(node({ dead: true })).toBe('has the same value for every training image: it tells nothing');
    expect(node({ duplicateOf: 0 })).toMatch(/; repeats node 0$/);
  });
});
