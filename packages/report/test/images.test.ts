import { rowsInMemory, type MatrixRows, type MatrixTable } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';
import { openImages, type Images } from '../src/data/images.js';

const [ROWS, SIDE] = [40, 3];
const SIZE = SIDE * SIDE;

/** A file of images, their ids in no order; what is asked for of its pixels is counted. */
function file(): { rows: MatrixRows; pixels: Uint8Array; asked: number[] } {
  const pixels = Uint8Array.from({ length: ROWS * SIZE }, (_, i) => (i * 37) % 251);
  const table: MatrixTable = {
    rows: ROWS,
    columns: {
      id: { data: Uint32Array.from({ length: ROWS }, (_, r) => (r * 7) % ROWS), width: 1 },
      label: { data: Uint16Array.from({ length: ROWS }, (_, r) => r % 10), width: 1 },
      pixels: { data: pixels, width: SIZE },
    },
  };
  const rows = rowsInMemory(table);
  const asked: number[] = [];
  const told = <T>(name: string, from: number, to: number, found: T): T => {
    if (name === 'pixels') asked.push(to - from);
    return found;
  };
  return {
    pixels,
    asked,
    rows: {
      ...rows,
      read: (name, from, to) => told(name, from, to, rows.read(name, from, to)),
      readNow: (name, from, to) => told(name, from, to, rows.readNow(name, from, to)),
    },
  };
}

describe.each([
  ['held', undefined],
  ['read as they are asked for', ROWS * SIZE - 1],
] as const)('images that are %s', (_name, held) => {
  it('are found by their ids and by their rows', async () => {
    const [train, test] = [file(), file()];
    const images: Images = await openImages(train.rows, test.rows, SIDE, SIDE, held);
    for (let r = 0; r < ROWS; r++)
      expect(images.at('test', (r * 7) % ROWS)).toEqual(test.pixels.subarray(r * SIZE, (r + 1) * SIZE));
    expect(images.train.of(3, 2)).toEqual(train.pixels.subarray(3 * SIZE, 5 * SIZE));
    expect(images.train.label[13]).toBe(3);
    expect(images.at('train', ROWS)).toBeUndefined();
    expect(Math.max(...test.asked)).toBe(held === undefined ? ROWS : 1);
    await images.close();
  });
});

it('images of another size are refused', async () => {
  await expect(openImages(file().rows, file().rows, SIDE, SIDE + 1)).rejects.toThrow('pixels must be 12 a row, got 9');
});
