import { boundsOf, formOf, normalise, type Ink } from '@layerwise/scan/normalise';
import { drawStrokes } from '@layerwise/ingest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function ink(width: number, height: number, filled: (x: number, y: number) => number): Ink {
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => filled(i % width, Math.floor(i / width))),
  };
}

function box(image: Uint8Array): { width: number; height: number; x: number; y: number } {
  return boundsOf({ width: 28, height: 28, data: Array.from(image, (value) => value / 255) }, 0.05)!;
}

function centre(image: Uint8Array): [number, number] {
  let [mass, x, y] = [0, 0, 0];
  image.forEach((value, i) => {
    mass += value;
    x += value * (i % 28);
    y += value * Math.floor(i / 28);
  });
  return [x / mass, y / mass];
}

describe('normalise', () => {
  it('fits a tall bar to a height of 20 and keeps its shape', () => {
    const image = normalise(ink(200, 300, (x, y) => (x >= 40 && x < 70 && y >= 50 && y < 250 ? 1 : 0)));
    expect(box(image)).toEqual({ x: 13, y: 5, width: 3, height: 20 });
    expect(image.filter((value) => value === 255)).toHaveLength(60);
  });

  it('fits a wide bar to a width of 20', () => {
    expect(box(normalise(ink(300, 100, (x, y) => (x >= 20 && x < 220 && y >= 10 && y < 60 ? 1 : 0))))).toMatchObject({
      width: 20,
      height: 5,
    });
  });

  it('puts the centre of mass within half a pixel of the middle, wherever the digit was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 8, max: 30 }),
        (dx, dy, side) => {
          const image = normalise(
            ink(120, 120, (x, y) =>
              x >= dx && x < dx + side && y >= dy && y < dy + 2 * side && (x < dx + side / 2 || y > dy + 1.5 * side)
                ? 1
                : 0,
            ),
          );
          const [x, y] = centre(image);
          expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
          expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });

  it('leaves an image that has the form already nearly as it is', () => {
    const [pixels, labels] = [new Uint8Array(50 * 784), new Uint16Array(50)];
    drawStrokes({ seed: 1, part: 'test', from: 0, to: 50, pixels, labels });
    for (let i = 0; i < 50; i++) {
      const image = pixels.subarray(784 * i, 784 * (i + 1));
      const again = normalise({ width: 28, height: 28, data: Array.from(image, (value) => value / 255) });
      const difference =
        image.reduce((sum, value, at) => sum + Math.abs(value - again[at]!), 0) /
        image.reduce((sum, value) => sum + value, 0);
      expect(difference).toBeLessThan(0.6);
    }
  });

  it('gives an empty image for no ink, changes nothing given, and knows other sizes', () => {
    const nothing = ink(10, 10, () => 0);
    expect(normalise(nothing).every((value) => value === 0)).toBe(true);
    const given = ink(10, 10, (x) => (x === 4 ? 1 : 0));
    const before = Array.from(given.data);
    expect(normalise(given, formOf(56))).toHaveLength(56 * 56);
    expect(Array.from(given.data)).toEqual(before);
    expect(formOf(28)).toEqual({ size: 28, box: 20 });
    expect(formOf(14)).toEqual({ size: 14, box: 10 });
  });
});
