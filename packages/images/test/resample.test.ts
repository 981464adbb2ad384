import { resample, scaled, shrink, type RowReader } from '@layerwise/images';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: readonly number[];
}

const rowsOf =
  ({ width, data }: Image): RowReader =>
  (y, into) =>
    into.set(data.slice(y * width, (y + 1) * width));

const images = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(([width, height]) =>
  fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    data: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: width * height, maxLength: width * height }),
  }),
);
const sizes = fc.record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) });

/** Value of one axis at a place of the scaled one, by its definition: the integral of steps over an interval, or a value between centres. */
function along(value: (position: number) => number, from: number, to: number, place: number): number {
  if (from >= to) {
    const [start, end] = [(place * from) / to, ((place + 1) * from) / to];
    let sum = 0;
    for (let position = 0; position < from; position++)
      sum += value(position) * Math.max(0, Math.min(end, position + 1) - Math.max(start, position));
    return sum / (end - start);
  }
  const position = Math.min(from - 1, Math.max(0, ((place + 0.5) * from) / to - 0.5));
  const [left, right] = [Math.floor(position), Math.ceil(position)];
  return value(left) + (position - left) * (value(right) - value(left));
}

describe('resample', () => {
  it('is the mean over the area downwards and linear between centres upwards, on each axis', () => {
    fc.assert(
      fc.property(images, sizes, (image, to) => {
        const result = resample(rowsOf(image), image, to);
        expect(result).toHaveLength(to.width * to.height);
        for (let y = 0; y < to.height; y++)
          for (let x = 0; x < to.width; x++) {
            const column = (row: number): number =>
              along((at) => image.data[row * image.width + at] as number, image.width, to.width, x);
            expect(result[y * to.width + x]).toBeCloseTo(along(column, image.height, to.height, y), 9);
          }
      }),
      { seed: 1 },
    );
  });

  it('changes nothing where the size stays, and keeps one grey as it is', () => {
    fc.assert(
      fc.property(images, sizes, fc.integer({ min: 0, max: 255 }), (image, to, grey) => {
        expect(Array.from(resample(rowsOf(image), image, image))).toEqual(image.data);
        const plain = { ...image, data: image.data.map(() => grey) };
        for (const value of resample(rowsOf(plain), plain, to)) expect(Math.abs(value - grey)).toBeLessThan(1e-9);
      }),
      { seed: 2 },
    );
  });

  it('reads each row once, and none that counts for nothing', () => {
    const read: number[] = [];
    resample((y) => void read.push(y), { width: 1, height: 9 }, { width: 1, height: 4 });
    expect(read).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('a grey picture', () => {
  const grey = { width: 4, height: 2, data: Float32Array.from([0, 10, 20, 30, 40, 50, 60, 70]) };

  it('is scaled to sides that are rounded, one pixel at least', () => {
    expect(shrink(grey, 0.5)).toEqual({ width: 2, height: 1, data: Float32Array.from([25, 45]) });
    expect(shrink(grey, 0.01)).toEqual({ width: 1, height: 1, data: Float32Array.from([35]) });
    expect(shrink(grey, 1)).toBe(grey);
  });

  it('is scaled upwards, and not changed', () => {
    const before = grey.data.slice();
    expect(scaled({ width: 2, height: 1, data: Float32Array.from([0, 8]) }, { width: 4, height: 1 }).data).toEqual(
      Float32Array.from([0, 2, 6, 8]),
    );
    scaled(grey, { width: 7, height: 1 });
    expect(grey.data).toEqual(before);
  });
});
