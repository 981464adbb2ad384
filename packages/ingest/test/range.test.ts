import { check } from '@layerwise/contracts';
import { stage } from '@layerwise/ingest';
import { tableFromArrays, tableToIPC, vectorFromArray, FixedSizeList, Field, Float32 } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryFolder } from './files.js';
import { csv, goldens, load, png, write } from './custom-data.js';

/** 40 images of 2 x 2 whose values are made from a number of 0 to 16, and labels of 0 and 1. */
function images(of: (level: number) => number): number[][] {
  return Array.from({ length: 40 }, (_, i) => [of(0), of(i % 17), of((3 * i) % 17), of(16)]);
}
const labels = Array.from({ length: 40 }, (_, i) => i % 2);
const bytes = images((level) => Math.round((level * 255) / 16));
const table = (pixels: readonly (readonly number[])[]): string => csv(pixels.map((row, i) => [labels[i]!, ...row]));
const codes = (warnings: readonly { readonly code: string }[]): string[] => warnings.map(({ code }) => code);

async function read(pixels: readonly (readonly number[])[], params: object = {}): ReturnType<typeof load> {
  const folder = write(temporaryFolder(), { 'a.csv': table(pixels) });
  return load(folder, { from: 'a.csv', test: 'a.csv', ...params });
}

/** A feather file of one column per pixel, or of lists. */
function feather(pixels: readonly (readonly number[])[], lists: boolean): Uint8Array {
  const type = new FixedSizeList(4, new Field('item', new Float32()));
  const columns = lists
    ? { image: vectorFromArray(pixels as number[][], type) }
    : Object.fromEntries([0, 1, 2, 3].map((p) => [`p${p}`, Float64Array.from(pixels, (row) => row[p]!)]));
  return tableToIPC(
    tableFromArrays({ label: Int8Array.from(labels), ...columns } as Record<string, Int8Array>),
    'file',
  );
}

describe('the range that a study gives', () => {
  it.each<[string, (level: number) => number, number[]]>([
    ['0 to 16', (level) => level, [0, 16]],
    ['0 to 16, broken', (level) => level * 0.75, [0, 12]],
    ['0 to 100', (level) => level * 6.25, [0, 100]],
    ['-1 to 1', (level) => level / 8 - 1, [-1, 1]],
    ['16 bits', (level) => (level * 65536) / 16 - (level === 16 ? 1 : 0), [0, 65535]],
    ['fractions that end early', (level) => level / 255, [0, 16 / 255]],
    ['decibels', (level) => level - 80, [-80, -64]],
    ['paper above ink', (level) => 16 - level, [16, 0]],
  ])('is scaled to 0 to 255: %s', async (_name, of, range) => {
    const { train, test, warnings } = await read(images(of), { range });
    expect(train).toEqual({ labels, pixels: bytes });
    expect(test).toEqual(train);
    expect(warnings).toEqual([]);
  });

  it('holds for every format', async () => {
    const pixels = images((level) => level);
    const idx = {
      'i/train-images-idx3-ubyte': idxBytes([40, 2, 2], Uint8Array.from(pixels.flat())),
      'i/train-labels-idx1-ubyte': idxBytes([40], Uint8Array.from(labels)),
    };
    const pictures = Object.fromEntries(
      pixels.map((row, i) => [`p/${i % 2}/${String(i).padStart(2, '0')}.png`, png(2, 2, (x, y) => row[2 * y + x]!)]),
    );
    const folder = write(temporaryFolder(), {
      ...idx,
      ...pictures,
      'a.feather': feather(pixels, false),
      'b.arrow': feather(pixels, true),
      'c.csv': table(pixels),
    });
    const sorted = (rows: readonly (readonly number[])[]): string[] => rows.map((row) => row.join()).sort();
    for (const from of ['i', 'p', 'a.feather', 'b.arrow', 'c.csv']) {
      for (const range of [[0, 16], 'auto']) {
        const { train, test } = await load(folder, { from, range });
        expect(sorted([...train.pixels, ...test.pixels]), `${from} ${String(range)}`).toEqual(sorted(bytes));
      }
    }
  });

  it.each([
    'digits_u1.npz',
    'digits_f8.npz',
    'digits_signed.npz',
    'digits_u2.npz',
    'digits.parquet',
    'digits_list.parquet',
  ])('holds for files that other programs wrote: %s', async (from) => {
    // float64 of 0 to 16, -1 to 1 and 0 to 65535 are the same 12 images of 4 x 4 pixels (i * 5 + p * 3) % 17
    const range = from.includes('signed') ? [-1, 1] : from.includes('u2') ? [0, 65535] : [0, 16];
    const expected = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 16 }, (_, p) => Math.round((((i * 5 + p * 3) % 17) * 255) / 16)),
    );
    for (const given of [range, 'auto'])
      expect((await load(goldens, { from, test: from, range: given })).train.pixels).toEqual(expected);
  });

  it.each<[string, object]>([
    ['a.csv', { range: [0, 15] }],
    ['a.feather', { range: [0, 15] }],
    ['b.arrow', { range: [0, 15] }],
    ['i', { range: [0, 15] }],
    ['p', { range: [0, 15] }],
  ])('is held against every value: %s', async (from, params) => {
    const pixels = images((level) => level);
    const folder = write(temporaryFolder(), {
      'a.csv': table(pixels),
      'a.feather': feather(pixels, false),
      'b.arrow': feather(pixels, true),
      'i/train-images-idx3-ubyte': idxBytes([40, 2, 2], Uint8Array.from(pixels.flat())),
      'i/train-labels-idx1-ubyte': idxBytes([40], Uint8Array.from(labels)),
      ...Object.fromEntries([0, 1].map((c) => [`p/${c}/a.png`, png(2, 2, () => 16)])),
    });
    await expect(load(folder, { from, ...params })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/must be in \[0, 15\], as dataset\.range says, got 16$/),
      remedy: expect.stringContaining('dataset.range'),
    });
  });

  it('is held against the test rows too', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': table(images((level) => level)),
      'b.csv': csv([[0, 1, 2, 3, 17]]),
    });
    await expect(load(folder, { from: 'a.csv', test: 'b.csv', range: [0, 16] })).rejects.toMatchObject({
      message: expect.stringContaining('must be in [0, 16], as dataset.range says, got 17'),
      where: expect.stringMatching(/b\.csv:2$/),
    });
  });

  it.each<[unknown, string]>([
    [[0, 0], 'must be a list of 2 different numbers or auto, got [0,0]'],
    [[0], 'must be a list of 2 different numbers or auto, got [0]'],
    [16, 'must be a list of 2 different numbers or auto, got 16'],
    ['atuo', 'must be a list of 2 different numbers or auto, got "atuo"'],
  ])('must be two different numbers or auto: %j', (range, message) => {
    expect(check(stage.params, { from: 'a.csv', range }).problems).toEqual([{ path: ['range'], message }]);
  });
});

describe('range: auto', () => {
  it('is the range of the training rows, and is said', async () => {
    const { train, warnings } = await read(
      images((level) => level / 4 - 2),
      { range: 'auto' },
    );
    expect(train.pixels).toEqual(bytes);
    expect(warnings).toEqual([
      {
        code: 'PIXELS_SCALED',
        message: 'pixels of -2 to 2, the range of the training rows, were scaled to 0 to 255 (range: auto)',
      },
    ]);
  });

  it('begins at 0 where no value is negative', async () => {
    const { train } = await read(
      images((level) => 4 + level),
      { range: 'auto' },
    );
    expect(train.pixels).toEqual(images((level) => Math.round(((4 + level) * 255) / 20)));
  });

  it('takes test values outside as the nearest inside, and says how many', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': table(images((level) => level / 4 - 2)),
      'b.csv': csv([[0, -3, 0, 2.5, 2]]),
    });
    const { test, warnings } = await load(folder, { from: 'a.csv', test: 'b.csv', range: 'auto' });
    expect(test.pixels).toEqual([[0, 128, 255, 255]]);
    expect(warnings).toContainEqual({
      code: 'PIXELS_CLIPPED',
      message: expect.stringContaining('2 pixels of the test rows are outside'),
    });
  });

  it('is not decided by rows that are split off for testing', async () => {
    const plain = images((level) => level);
    const folder = write(temporaryFolder(), { 'a.csv': table(plain) });
    const before = await load(folder, { from: 'a.csv', range: 'auto' });
    const held = plain.findIndex((row) =>
      row.every((value, p) => Math.round((value * 255) / 16) === before.test.pixels[0]![p]),
    );
    const changed = plain.map((row, i) => (i === held ? [row[0]!, row[1]!, row[2]!, 1000] : row));
    const after = await load(write(temporaryFolder(), { 'a.csv': table(changed) }), { from: 'a.csv', range: 'auto' });
    expect(after.train).toEqual(before.train);
    expect(codes(after.warnings)).toContain('PIXELS_CLIPPED');
  });

  it('needs pixels that differ, and numbers', async () => {
    await expect(
      read(
        images(() => 0),
        { range: 'auto' },
      ),
    ).rejects.toThrow("must differ for 'range: auto', got 0 alone");
    const folder = write(temporaryFolder(), { 'a.csv': table(images((level) => level)).replace(',16', ',nan') });
    await expect(load(folder, { from: 'a.csv', range: 'auto' })).rejects.toThrow(
      /must be a number in the range of finite numbers, got 'nan'/,
    );
  });
});

describe('pixels of an undeclared range', () => {
  it.each<[string, (level: number) => number, string]>([
    [
      '0 to 16',
      (level) => level,
      'the largest pixel of the training rows is 16, far below 255, which is read as full ink: images are ' +
        "faint, and nets learn from them more slowly and less well. If 16 is full ink, set 'range: [0, 16]' under dataset, " +
        "or 'range: auto'",
    ],
    ['0 to 15', (level) => Math.min(level, 15), 'is 15, far below 255'],
    ['0 to 100', (level) => level * 6.25, "set 'range: [0, 100]'"],
    ['signed bytes', (level) => Math.min(127, 8 * level), 'is 127, far below 255'],
    ['a little above 1', (level) => level / 15, 'is 1.067, far below 255'],
    ['fractions that end early', (level) => level / 255, 'is 0.06275, far below 1, which is read as full ink'],
    ['nothing', () => 0, 'all pixels of the training rows are 0: the images are blank'],
  ])('are warned of where they are faint: %s', async (_name, of, message) => {
    const { warnings } = await read(images(of));
    expect(warnings.filter(({ code }) => code === 'PIXELS_FAINT').map((warning) => warning.message)).toEqual([
      expect.stringContaining(message),
    ]);
    expect(codes(warnings)).not.toContain('PIXELS_BINARY');
  });

  it('are not warned of where they reach half of full ink', async () => {
    expect((await read(images((level) => level * 8))).warnings).toEqual([]);
    expect((await read(images((level) => level / 32))).warnings).toEqual([]);
  });

  it('are warned of where a declared range is far too wide', async () => {
    const { warnings } = await read(
      images((level) => level * 255),
      { range: [0, 65535] },
    );
    expect(warnings).toEqual([
      {
        code: 'PIXELS_FAINT',
        message:
          "the pixels of the training rows reach 6% of full ink, as 'range: [0, 65535]' has it: the second number may be too far off",
      },
    ]);
  });

  it('are warned of where test rows have another range than training rows', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': table(images((level) => level * 15)),
      'b.csv': table(images((level) => level)),
    });
    const { warnings } = await load(folder, { from: 'a.csv', test: 'b.csv' });
    expect(warnings).toEqual([
      {
        code: 'PIXELS_FAINT',
        message:
          'the largest pixel of the test rows is 16, that of the training rows 240: write both in the same range',
      },
    ]);
  });

  it.each<[string, (level: number) => number, RegExp]>([
    ['-1 to 1', (level) => level / 8 - 1, /'range: \[-1, 1\]'.*z-scores.*'range: auto'/],
    ['z-scores', (level) => (level - 5) / 3, /z-scores.*'range: auto'/],
    ['16 bits', (level) => level * 4000, /'range: \[0, 65535\]'.*'range: auto'/],
  ])('outside 0 to 255 are refused with what rescales them: %s', async (_name, of, remedy) => {
    await expect(read(images(of))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('must be in [0, 255], got'),
      remedy: expect.stringMatching(remedy),
    });
  });
});
