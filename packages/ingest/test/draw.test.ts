import { sha256 } from '@layerwise/contracts';
import { drawStrokes, STROKES_SIZE } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';

const AREA = STROKES_SIZE ** 2;

function draw(
  from: number,
  to: number,
  part: 'train' | 'test' = 'train',
  seed = 1998,
): { pixels: Uint8Array; labels: Uint16Array } {
  const pixels = new Uint8Array((to - from) * AREA).fill(99);
  const labels = new Uint16Array(to - from);
  drawStrokes({ seed, part, from, to, pixels, labels });
  return { pixels, labels };
}

describe('drawStrokes', () => {
  const many = draw(0, 2000);

  it('gives the same bytes on every machine', () => {
    // Self-made snapshot: it guards against results that depend on the machine or Node version, not against wrong drawings.
    expect(sha256(many.pixels)).toBe('ad3b148e4241b1cacef9e2cbe00e513204489f2f15b32c49285771f1058f7e06');
    expect(sha256(new Uint8Array(many.labels.buffer))).toBe(
      '4009557ee0ea2c6c0e2c8b7ff0ede54307e5577d52c8245c5fd36ba6247235af',
    );
  });

  it('draws a row from seed, part and row alone, so that any size is a prefix', () => {
    const some = draw(700, 720);
    expect(some.pixels).toEqual(many.pixels.subarray(700 * AREA, 720 * AREA));
    expect(some.labels).toEqual(many.labels.subarray(700, 720));
  });

  it('draws other images for another seed or part', () => {
    const first = many.pixels.subarray(0, 20 * AREA);
    expect(draw(0, 20, 'test').pixels).not.toEqual(first);
    expect(draw(0, 20, 'train', 7).pixels).not.toEqual(first);
  });

  it('draws no image twice', () => {
    const hashes = Array.from({ length: 2000 }, (_, row) => sha256(many.pixels.subarray(row * AREA, (row + 1) * AREA)));
    expect(new Set(hashes).size).toBe(2000);
  });

  it('draws every digit about equally often', () => {
    const counts = new Array<number>(10).fill(0);
    many.labels.forEach((label) => counts[label]!++);
    // binomial(2000, 0.1): 200 ± 13.4; five deviations
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(67);
  });

  it('fills as many pixels as MNIST, about 19%, and as much ink, about 13%', () => {
    const lit = many.pixels.filter((value) => value > 0).length / many.pixels.length;
    const ink = many.pixels.reduce((sum, value) => sum + value, 0) / many.pixels.length / 255;
    expect(lit).toBeGreaterThan(0.17);
    expect(lit).toBeLessThan(0.21);
    expect(ink).toBeGreaterThan(0.11);
    expect(ink).toBeLessThan(0.15);
  });

  it('fits each digit to 20 x 20 and puts its centre of mass in the middle, as MNIST does', () => {
    for (let row = 0; row < 2000; row++) {
      const { width, height, x, y } = extent(many.pixels.subarray(row * AREA, (row + 1) * AREA));
      expect(Math.max(width, height), `row ${row}`).toBeLessThanOrEqual(22);
      expect(Math.max(width, height), `row ${row}`).toBeGreaterThanOrEqual(19);
      // half a pixel of rounding, and a little more where the margin of 4 pixels allows no larger shift
      expect(Math.abs(x - 14), `row ${row}`).toBeLessThanOrEqual(1.5);
      expect(Math.abs(y - 14), `row ${row}`).toBeLessThanOrEqual(1.5);
    }
  });

  it('is recognised by the class means of other images far better than by chance, and not perfectly', () => {
    const means = classMeans(many);
    const test = draw(0, 1000, 'test');
    let right = 0;
    for (let row = 0; row < 1000; row++)
      if (nearest(means, test.pixels.subarray(row * AREA, (row + 1) * AREA)) === test.labels[row]) right++;
    // MNIST: 0.82
    expect(right / 1000).toBeGreaterThan(0.7);
    expect(right / 1000).toBeLessThan(0.95);
  });
});

function extent(image: Uint8Array): { width: number; height: number; x: number; y: number } {
  let [left, right, top, bottom, mass, x, y] = [99, 0, 99, 0, 0, 0, 0];
  image.forEach((value, pixel) => {
    if (value === 0) return;
    const [px, py] = [pixel % STROKES_SIZE, Math.floor(pixel / STROKES_SIZE)];
    [left, right, top, bottom] = [Math.min(left, px), Math.max(right, px), Math.min(top, py), Math.max(bottom, py)];
    mass += value;
    x += value * px;
    y += value * py;
  });
  return { width: right - left + 1, height: bottom - top + 1, x: x / mass, y: y / mass };
}

function classMeans({ pixels, labels }: { pixels: Uint8Array; labels: Uint16Array }): Float64Array[] {
  const means = Array.from({ length: 10 }, () => new Float64Array(AREA));
  const counts = new Array<number>(10).fill(0);
  labels.forEach((label, row) => {
    counts[label]!++;
    for (let i = 0; i < AREA; i++) means[label]![i]! += pixels[row * AREA + i]!;
  });
  means.forEach((mean, label) => mean.forEach((sum, i) => (mean[i] = sum / counts[label]!)));
  return means;
}

function nearest(means: readonly Float64Array[], image: Uint8Array): number {
  const distances = means.map((mean) => mean.reduce((sum, value, i) => sum + (value - image[i]!) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}
