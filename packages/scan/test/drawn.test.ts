import { boundsOf, drawn, normalise, PEN, penWidth } from '@layerwise/scan';
import { describe, expect, it } from 'vitest';

/** The outline of a ring around (0, 0). */
const ring = (radius: number): number[] =>
  Array.from({ length: 61 }, (_, i) => [
    radius * Math.cos((i * Math.PI) / 30),
    radius * Math.sin((i * Math.PI) / 30),
  ]).flat();

describe('a drawing', () => {
  it('is the same image wherever and however large it was drawn', () => {
    const small = normalise(drawn([ring(3)]));
    expect(normalise(drawn([ring(300).map((value) => value + 1000)]))).toEqual(small);
    expect(small.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(20_000);
  });

  it('has a pen as wide as asked', () => {
    expect(penWidth(drawn([ring(50)])) / 5).toBeCloseTo(PEN, 0);
  });

  it('keeps strokes apart, and its sides in proportion', () => {
    const { data, width } = drawn([
      [0, 0, 0, 50],
      [20, 0, 20, 50],
    ]);
    expect(data[50 * width + 50]).toBe(0);
    expect(data[50 * width + 33]).toBe(1);
    expect(data[50 * width + 67]).toBe(1);
    expect(boundsOf({ data, width, height: width })).toMatchObject({ y: 0, height: 100 });
  });

  it('is a dot of one point, and empty of none', () => {
    expect(Math.max(...normalise(drawn([[5, 5]])))).toBe(255);
    expect(normalise(drawn([])).every((value) => value === 0)).toBe(true);
  });
});
