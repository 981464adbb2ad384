import { describe, expect, it } from 'vitest';
import { boxPlot } from '../src/plots/box-plot.js';
import { roundTicks } from '../src/plots/ticks.js';

/** Heights of the numbers on the axis, by what they say. */
const ticksOf = (svg: string): [number, number][] =>
  [...svg.matchAll(/<text x="40" y="([\d.]+)"[^>]*>([−\d.]+)<\/text>/g)].map((match) => [
    Number((match[2] as string).replace('−', '-')),
    Number(match[1]),
  ]);

describe('a box plot', () => {
  it.each([
    [0, 14.37],
    [0, 0.0316],
    [-0.84, 3.21],
    [-7, 0],
    [0, 1234],
  ])('from %d to %d has its numbers where their values are, at least two of them', (low, high) => {
    const five = [low, low / 2, (low + high) / 2, high / 2, high];
    const ticks = ticksOf(boxPlot('Node 1', five, ['a'], ['#000'], 'class').text);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThan(7);
    // The plot is 84 high, and ends at 92.
    for (const [value, y] of ticks) expect(Math.abs(y - (92 - ((value - low) / (high - low)) * 84))).toBeLessThan(0.06);
  });

  it('draws no box of a class without images', () => {
    const { text } = boxPlot('Node 1', [0, 1, 2, 3, 4, NaN, NaN, NaN, NaN, NaN], ['a', 'b'], ['#123', '#456'], 'class');
    expect(text).toContain('#123');
    expect(text).not.toMatch(/#456|NaN/);
  });

  it('escapes names of classes', () => {
    expect(boxPlot('A "<b>"', [0, 1, 2, 3, 4], ['<i>'], ['#000'], 'class').text).not.toMatch(/<[bi]>/);
  });
});

describe('round ticks', () => {
  it('are multiples of a round step within the scale', () => {
    expect(roundTicks(0, 14.37, 4)).toEqual([0, 5, 10]);
    expect(roundTicks(-0.84, 3.21, 4)).toEqual([0, 2]);
    expect(roundTicks(-0.3, 0.3, 4)).toEqual([-0.2, 0, 0.2]);
    expect(roundTicks(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(roundTicks(0, 3000, 4)).toEqual([0, 1000, 2000, 3000]);
  });
});
