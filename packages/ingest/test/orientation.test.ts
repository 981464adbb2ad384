import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { drawStrokes, findMnist, parseIdx } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryFolder } from './files.js';
import { csv, load, png, write } from './custom-data.js';

/** Of [[1, 2, 3], [4, 5, 6], [7, 8, 9]] by NumPy 2.3: .T, fliplr, flipud, rot90(u, -1), rot90(u, 2), rot90(u), rot90(u.T, 2). */
const STORED = {
  upright: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  transposed: [1, 4, 7, 2, 5, 8, 3, 6, 9],
  mirrored: [3, 2, 1, 6, 5, 4, 9, 8, 7],
  flipped: [7, 8, 9, 4, 5, 6, 1, 2, 3],
  rotated90: [7, 4, 1, 8, 5, 2, 9, 6, 3],
  rotated180: [9, 8, 7, 6, 5, 4, 3, 2, 1],
  rotated270: [3, 6, 9, 2, 5, 8, 1, 4, 7],
  transverse: [9, 6, 3, 8, 5, 2, 7, 4, 1],
} as const;
const upright = STORED.upright.map((value) => 20 * value);
const names = Object.keys(STORED) as (keyof typeof STORED)[];

describe('orientation', () => {
  it.each(names)('%s is brought upright, in all parts of each format', async (orientation) => {
    const image = STORED[orientation].map((value) => 20 * value);
    const head = `label,${image.map((_, i) => `p${i}`).join(',')}\n`;
    const table = csv(
      [
        ['a', ...image],
        ['b', ...image],
      ],
      head,
    );
    const picture = png(3, 3, (x, y) => image[3 * y + x]!);
    const [images, labels] = [
      idxBytes([2, 3, 3], Uint8Array.from([...image, ...image])),
      idxBytes([2], Uint8Array.of(0, 1)),
    ];
    const folder = write(temporaryFolder(), {
      'a.csv': table,
      'b.csv': table,
      'c.csv': table,
      'set/a/1.png': picture,
      'set/b/1.png': picture,
      'idx/train-images-idx3-ubyte.gz': gzipSync(images),
      'idx/train-labels-idx1-ubyte': labels,
      'idx/test-images-idx3-ubyte': images,
      'idx/test-labels-idx1-ubyte': labels,
    });
    const read = await load(folder, { from: 'a.csv', test: 'b.csv', validation: 'c.csv', orientation });
    expect([...read.train.pixels, ...read.test.pixels]).toEqual(new Array(6).fill(upright));
    for (const params of [{ from: 'set', test: 'set' }, { from: 'idx' }]) {
      const { train, test } = await load(folder, { ...params, orientation });
      expect([...train.pixels, ...test.pixels]).toEqual(new Array(4).fill(upright));
    }
  });

  it('must be one of the eight, and goes with custom data', async () => {
    await expect(load(temporaryFolder(), { from: 'a.csv', orientation: 'transpose' })).rejects.toThrow(
      /orientation must be one of upright, transposed.*did you mean 'transposed'/,
    );
    await expect(load(temporaryFolder(), { orientation: 'transposed' })).rejects.toThrow(
      'dataset.orientation must come with dataset.from',
    );
  });
});

interface Digits {
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
}

function generated(rows: number): Digits {
  const made = { pixels: new Uint8Array(rows * 784), labels: new Uint16Array(rows) };
  drawStrokes({ seed: 7, part: 'test', from: 0, to: rows, ...made });
  return made;
}

/** The images as a file would have them: what stands at row r and column c of it, by NumPy's definitions of the same turns. */
function turned({ pixels, labels }: Digits, orientation: keyof typeof STORED, side = 28): Digits {
  const at: Record<keyof typeof STORED, (r: number, c: number) => readonly [number, number]> = {
    upright: (r, c) => [r, c],
    transposed: (r, c) => [c, r],
    mirrored: (r, c) => [r, side - 1 - c],
    flipped: (r, c) => [side - 1 - r, c],
    rotated90: (r, c) => [side - 1 - c, r],
    rotated180: (r, c) => [side - 1 - r, side - 1 - c],
    rotated270: (r, c) => [c, side - 1 - r],
    transverse: (r, c) => [side - 1 - c, side - 1 - r],
  };
  const result = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const [image, r, c] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const [y, x] = at[orientation](r, c);
    result[i] = pixels[image * side ** 2 + y * side + x]!;
  }
  return { pixels: result, labels };
}

async function warned(
  digits: Digits,
  params: object = {},
  rename: (label: number) => number = (label) => label,
): Promise<string[]> {
  const { pixels, labels } = digits;
  const folder = write(temporaryFolder(), {
    'train-images-idx3-ubyte': idxBytes([labels.length, 28, 28], pixels),
    'train-labels-idx1-ubyte': idxBytes([labels.length], Uint8Array.from(labels, rename)),
  });
  const { warnings } = await load(folder, { from: 'train-images-idx3-ubyte', ...params });
  return warnings.filter(({ code }) => code === 'IMAGES_NOT_UPRIGHT').map(({ message }) => message);
}

describe('digits that do not stand upright', () => {
  const digits = generated(600);

  it.each(names.filter((name) => name !== 'upright'))('are told, and how to read them: %s', async (orientation) => {
    const stored = turned(digits, orientation);
    const [message, ...more] = await warned(stored);
    expect(message).toContain(`look ${orientation}, not upright`);
    expect(message).toContain(`'orientation: ${orientation}' under dataset`);
    expect(more).toEqual([]);
    expect(await warned(stored, { orientation })).toEqual([]);
    expect((await warned(digits, { orientation }))[0]).toContain(`look upright, not ${orientation}`);
  });

  it('are told where ink is dark on light, too, and at another size', async () => {
    const { pixels, labels } = turned(digits, 'transposed');
    const dark = { pixels: pixels.map((value) => 255 - value), labels };
    expect((await warned(dark))[0]).toContain('look transposed');
    expect((await warned(dark, { invert: true, size: 16 }))[0]).toContain('look transposed');
  });

  it('are not seen where digits stand upright, or classes are not digits', async () => {
    expect(await warned(digits)).toEqual([]);
    expect(await warned({ pixels: digits.pixels.map((value) => 255 - value), labels: digits.labels })).toEqual([]);
    const transposed = turned(digits, 'transposed');
    expect(await warned(transposed, {}, (label) => 10 + label)).toEqual([]);
    expect(await warned(transposed, { classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] })).toEqual([]);
    // every label is another digit's: what the classes are called does not make them digits
    for (const shift of [1, 3, 5, 7]) expect(await warned(transposed, {}, (label) => (label + shift) % 10)).toEqual([]);
  });

  const places = findMnist(process.env.LAYERWISE_DATA_DIR === undefined ? [] : [process.env.LAYERWISE_DATA_DIR]);
  it.skipIf(places[2] === undefined || places[3] === undefined)(
    'are told of real digits, of 100 images as of 1,000, and never of upright ones',
    async () => {
      const file = (path: string | undefined): Buffer =>
        path!.endsWith('.gz') ? gunzipSync(readFileSync(path!)) : readFileSync(path!);
      const pixels = parseIdx(file(places[2]), 'images', { dimensions: 3, limit: 1e8 }).data;
      const labels = Uint16Array.from(parseIdx(file(places[3]), 'labels', { dimensions: 1, limit: 1e8 }).data);
      for (const [from, to] of [
        [0, 1000],
        [200, 400],
        [9000, 9100],
      ] as const) {
        const some = { pixels: pixels.slice(784 * from, 784 * to), labels: labels.slice(from, to) };
        expect(await warned(some)).toEqual([]);
        expect((await warned(turned(some, 'transposed')))[0]).toContain('look transposed');
      }
    },
  );
});
