import { describe, expect, it } from 'vitest';
import { apart } from '../src/figures/badges.js';

const nearest = (spots: readonly { x: number; y: number }[]): number =>
  Math.min(...spots.flatMap((a, i) => spots.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y))));

describe('badges of classes', () => {
  it('move apart where they would hide each other, others stay, and the given ones are left alone', () => {
    const given = [
      { x: 100, y: 100 },
      { x: 104, y: 101 },
      { x: 300, y: 20 },
    ];
    const moved = apart(given, 19);
    expect(nearest(moved)).toBeGreaterThan(18.9);
    expect(moved[2]).toEqual({ x: 300, y: 20 });
    expect(given[0]).toEqual({ x: 100, y: 100 });
    for (const [i, { x, y }] of moved.entries())
      expect(Math.hypot(x - (given[i]?.x ?? 0), y - (given[i]?.y ?? 0))).toBeLessThan(19);
  });
  it('part even from one spot', () => {
    expect(
      nearest(
        apart(
          Array.from({ length: 10 }, () => ({ x: 50, y: 50 })),
          19,
        ),
      ),
    ).toBeGreaterThan(17);
  });
});
