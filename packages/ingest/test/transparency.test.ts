import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './files.js';
import { goldens, load, png, write } from './custom-data.js';

interface Raw {
  /** PNG's colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly type: number;
  readonly depth?: number;
  /** Packed bytes of each row, without the filter. */
  readonly rows: readonly (readonly number[])[];
  readonly width?: number;
  readonly palette?: readonly number[];
  readonly key?: readonly number[];
}

/** A PNG file by its specification, since no encoder here writes colour keys. */
function raw({ type, depth = 8, rows, width = rows.length, palette, key }: Raw): Uint8Array {
  const chunk = (name: string, data: Uint8Array): Buffer => {
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, rows.length, depth, type, 0, 0, 0]);
  const data = deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Uint8Array.from(palette))] : []),
    ...(key ? [chunk('tRNS', Uint8Array.from(key))] : []),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** 4 x 4, a stroke in column 1. */
const at = [0, 1, 2, 3];
const rows = (pixel: (ink: boolean) => readonly number[]): number[][] =>
  at.map(() => at.flatMap((x) => [...pixel(x === 1)]));
const rgba = (...ink: readonly number[]): Uint8Array =>
  raw({ type: 6, rows: rows((on) => (on ? ink : [90, 90, 90, 0])) });
const stroke = (ink: number, rest: number): number[] => at.flatMap(() => at.map((x) => (x === 1 ? ink : rest)));

/** Kinds of transparency, for an ink that is 0 or 255; where nothing is drawn they hold a grey or the ink's opposite. */
const kinds: Readonly<Record<string, (ink: 0 | 255) => Uint8Array>> = {
  RGBA: (ink) => rgba(ink, ink, ink, 255),
  'RGBA over hidden ink': (ink) => raw({ type: 6, rows: rows((on) => [ink, ink, ink, on ? 255 : 0]) }),
  'grey and alpha': (ink) => raw({ type: 4, rows: rows((on) => [ink, on ? 255 : 0]) }),
  'a palette': (ink) => raw({ type: 3, palette: [9, 9, 9, ink, ink, ink], key: [0], rows: rows((on) => [on ? 1 : 0]) }),
  'a packed palette': (ink) =>
    raw({
      type: 3,
      depth: 2,
      width: 4,
      palette: [9, 9, 9, ink, ink, ink],
      key: [0],
      rows: at.map(() => [0b00_01_00_00]),
    }),
  'a colour that is transparent': (ink) =>
    raw({ type: 2, key: [0, 10, 0, 20, 0, 30], rows: rows((on) => (on ? [ink, ink, ink] : [10, 20, 30])) }),
  'a grey that is transparent': (ink) =>
    raw({ type: 0, key: [0, 255 - ink], rows: rows((on) => [on ? ink : 255 - ink]) }),
  'a packed grey that is transparent': (ink) =>
    raw({ type: 0, depth: 1, width: 4, key: [0, ink ? 0 : 1], rows: at.map(() => [ink ? 0b0100_0000 : 0b1011_0000]) }),
  'two bits of grey that are transparent': (ink) =>
    raw({ type: 0, depth: 2, width: 4, key: [0, 2], rows: at.map(() => [ink ? 0b10_11_10_10 : 0b10_00_10_10]) }),
  '16 bits of RGBA': (ink) =>
    raw({ type: 6, depth: 16, rows: rows((on) => [ink, ink, ink, ink, ink, ink, on ? 255 : 0, on ? 255 : 0]) }),
  '16 bits of grey and a key': (ink) =>
    raw({ type: 0, depth: 16, key: [120, 7], rows: rows((on) => (on ? [ink, ink] : [120, 7])) }),
};

const folderOf = (files: Readonly<Record<string, Uint8Array>>): string =>
  write(temporaryFolder(), Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])));
const read = async (files: Readonly<Record<string, Uint8Array>>, params: object = {}): ReturnType<typeof load> =>
  load(folderOf(files), { from: 'set', test: 'set', ...params });
const codes = ({ warnings }: Awaited<ReturnType<typeof load>>): string[] => warnings.map(({ code }) => code);

describe('images with transparent parts', () => {
  it.each(Object.keys(kinds))('show light ink on black and dark ink on white: %s', async (kind) => {
    const make = kinds[kind]!;
    const light = await read({ 'a/1.png': make(255), 'b/1.png': make(255) });
    expect(light.train.pixels).toEqual([stroke(255, 0), stroke(255, 0)]);
    expect(light.warnings).toEqual([
      {
        code: 'TRANSPARENT_IMAGES',
        message: '4 of the 4 images have transparent parts: all are laid on black, where their ink shows',
      },
    ]);
    const dark = await read({ 'a/1.png': make(0), 'b/1.png': make(0) });
    expect(dark.train.pixels).toEqual([stroke(0, 255), stroke(0, 255)]);
    expect(codes(dark)).toEqual(['TRANSPARENT_IMAGES', 'LIGHT_BACKGROUND']);
    // the remedy that the warning names
    expect((await read({ 'a/1.png': make(0), 'b/1.png': make(0) }, { invert: true })).train.pixels).toEqual([
      stroke(255, 0),
      stroke(255, 0),
    ]);
  });

  it('keep the shades of their edges', async () => {
    const edge = raw({ type: 6, rows: rows((on) => [255, 255, 255, on ? 255 : 51]) });
    expect((await read({ 'a/1.png': edge, 'b/1.png': edge })).train.pixels[0]).toEqual(stroke(255, 51));
    const faint = raw({ type: 4, rows: rows((on) => [0, on ? 102 : 0]) });
    expect((await read({ 'a/1.png': faint, 'b/1.png': faint })).train.pixels[0]).toEqual(stroke(153, 255));
  });

  it('are judged together, in all parts of the data set, by the ink that is seen of most', async () => {
    const [red, yellow] = [rgba(255, 0, 0, 255), rgba(255, 255, 0, 255)];
    // luma 76 and 226: on white yellow would be lost
    const { train } = await read({ 'a/1.png': red, 'a/2.png': red, 'b/1.png': yellow });
    expect(train.pixels).toEqual([stroke(76, 0), stroke(226, 0), stroke(76, 0)]);
    const parts = write(temporaryFolder(), {
      'train/a/1.png': red,
      'train/b/1.png': red,
      'test/a/1.png': yellow,
      'test/b/1.png': yellow,
    });
    for (const params of [{ from: 'train', test: 'test' }, { from: '.' }]) {
      const loaded = await load(parts, params);
      expect([...loaded.train.pixels, ...loaded.test.pixels]).toEqual([
        stroke(76, 0),
        stroke(76, 0),
        stroke(226, 0),
        stroke(226, 0),
      ]);
    }
  });

  it('of light and of dark ink are refused, one of each named', async () => {
    const failure = read({ 'a/1.png': kinds.RGBA!(255), 'a/2.png': kinds.RGBA!(255), 'b/1.png': kinds.RGBA!(0) });
    await expect(failure).rejects.toThrow(
      /images with transparent parts must have ink that shows on one background, but that of 2 is dark \(this one\) and that of others light \(.*set\/a\/1\.png\)/,
    );
    await expect(failure).rejects.toMatchObject({ code: 'DATA_INVALID', where: expect.stringMatching(/b\/1\.png$/) });
    await expect(
      load(
        write(temporaryFolder(), {
          'x/a/1.png': kinds.RGBA!(255),
          'x/b/1.png': kinds.RGBA!(255),
          'y/a/1.png': kinds.RGBA!(0),
        }),
        { from: 'x', test: 'y' },
      ),
    ).rejects.toThrow('that of 1 is dark');
  });

  it('that are opaque, or of which nothing is seen, are as they are', async () => {
    const opaque = await read({
      'a/1.png': png(4, 4, () => 7),
      'b/1.png': raw({ type: 6, rows: rows((on) => [on ? 200 : 30, on ? 200 : 30, on ? 200 : 30, 255]) }),
    });
    expect([opaque.train.pixels[1], opaque.warnings]).toEqual([stroke(200, 30), []]);
    const { train, warnings } = await read({ 'a/1.png': rgba(255, 255, 255, 255), 'b/1.png': rgba(255, 255, 255, 0) });
    expect(train.pixels).toEqual([stroke(255, 0), stroke(0, 0)]);
    expect(warnings[0]?.message).toMatch(
      /^4 of the 4 images have transparent parts: all are laid on black, where their ink shows; nothing can be seen of 2/,
    );
  });

  it('on paper with transparent corners keep the paper, light or dark', async () => {
    const paper = (ground: number, ink: number): Uint8Array =>
      raw({ type: 4, rows: at.map((y) => at.flatMap((x) => [x === 1 ? ink : ground, x + y === 0 ? 0 : 255])) });
    expect((await read({ 'a/1.png': paper(240, 10), 'b/1.png': paper(240, 10) })).train.pixels[0]?.slice(0, 3)).toEqual(
      [255, 10, 240],
    );
    expect((await read({ 'a/1.png': paper(20, 250), 'b/1.png': paper(20, 250) })).train.pixels[0]?.slice(0, 3)).toEqual(
      [0, 250, 20],
    );
  });

  it('in a column of a Parquet table are read alike', async () => {
    const { train, warnings } = await load(goldens, { from: 'transparent.parquet', test: 'transparent.parquet' });
    expect(train.pixels).toEqual([stroke(255, 0), stroke(255, 0)]);
    expect(warnings.map(({ code }) => code)).toEqual(['TRANSPARENT_IMAGES']);
  });
});

describe('the background of images', () => {
  it('that invert makes light, or that differs between training and test rows, is told', async () => {
    const light = {
      'a/1.png': png(4, 4, (x) => (x === 1 ? 255 : 0)),
      'b/1.png': png(4, 4, (x) => (x === 2 ? 255 : 0)),
    };
    expect((await read(light, { invert: true })).warnings).toMatchObject([
      { code: 'LIGHT_BACKGROUND', message: expect.stringContaining("leave 'invert: true' out") },
    ]);
    const folder = write(temporaryFolder(), {
      'x/a/1.png': light['a/1.png'],
      'x/b/1.png': light['b/1.png'],
      'y/a/1.png': png(4, 4, (x) => (x === 1 ? 0 : 255)),
    });
    expect((await load(folder, { from: 'x', test: 'y' })).warnings).toMatchObject([
      {
        code: 'BACKGROUNDS_DIFFER',
        message: expect.stringContaining('the training images have dark borders, the test images light ones'),
      },
    ]);
  });
});
