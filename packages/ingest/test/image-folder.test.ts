import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import jpeg from 'jpeg-js';
import { check } from '@layerwise/contracts';
import { stage } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './files.js';
import { load, png, write } from './custom-data.js';

const flat = (grey: number, side = 12): Uint8Array => png(side, side, () => grey);
const shapes = {
  'set/cat/1.png': flat(10),
  'set/cat/2.png': flat(20),
  'set/cat/3.png': flat(21),
  'set/dog é/1.png': flat(30),
  'set/dog é/2.png': flat(40),
};

describe('a folder of images', () => {
  it('has the names of its folders for classes, and one image of each class after the other', async () => {
    const { info, train, test } = await load(
      write(temporaryFolder(), { ...shapes, 'set/README.txt': 'x', 'set/cat/.DS_Store': 'x' }),
      { from: 'set', test: 'set' },
    );
    expect(info).toMatchObject({ name: 'set', width: 12, height: 12, classes: ['cat', 'dog é'] });
    expect(train.labels).toEqual([0, 1, 0, 1, 0]);
    expect(train.pixels.map(([first]) => first)).toEqual([10, 30, 20, 40, 21]);
    expect(test).toEqual(train);
  });

  it('may have train, validation and test', async () => {
    const files = Object.fromEntries(
      ['train', 'Valid', 'test'].flatMap((part, i) => [
        [`set/${part}/a/1.png`, flat(100 + i)],
        [`set/${part}/b/1.png`, flat(110 + i)],
      ]),
    );
    const { info, train, test } = await load(write(temporaryFolder(), files), { from: 'set' });
    expect(info.validationRows).toBe(2);
    expect(train.pixels.map(([first]) => first)).toEqual([100, 110, 101, 111]);
    expect(test.pixels.map(([first]) => first)).toEqual([102, 112]);
  });

  it('sorts folders that are numbers as numbers', async () => {
    const files = Object.fromEntries([2, 10, 1].map((n) => [`set/${n}/a.png`, flat(n)]));
    expect((await load(write(temporaryFolder(), files), { from: 'set', test: 'set' })).info.classes).toEqual([
      '1',
      '2',
      '10',
    ]);
  });

  it('brings images of other sizes to 28, or to what the study says', async () => {
    const folder = write(temporaryFolder(), { ...shapes, 'set/cat/4.png': png(300, 100, () => 50) });
    expect((await load(folder, { from: 'set' })).info.width).toBe(28);
    const { info, train } = await load(folder, { from: 'set', test: 'set', size: 4 });
    expect(info.width).toBe(4);
    expect(train.pixels.at(-1)).toEqual(new Array(16).fill(50));
  });

  it('reads JPEG, scales by areas, and makes square with the colour of the border', async () => {
    const wide = png(4, 2, (x, y) => (x < 1 ? 200 : 0) + y);
    const data = new Uint8Array(4 * 64 * 64).fill(255);
    const files = { 'set/a/1.png': wide, 'set/b/1.JPG': jpeg.encode({ width: 64, height: 64, data }, 95).data };
    const { train } = await load(write(temporaryFolder(), files), { from: 'set', test: 'set', size: 2 });
    // the border's median is 1: a row of it, the picture's two, a row of it
    expect(train.pixels[0]).toEqual([
      Math.round((1 + 1 + 200 + 0) / 4),
      Math.round((1 + 1 + 0 + 0) / 4),
      Math.round((201 + 1 + 1 + 1) / 4),
      1,
    ]);
    expect(train.pixels[1]).toEqual([255, 255, 255, 255]);
  });

  it('says that ink is dark on light, and inverts it where the study says so', async () => {
    const folder = write(temporaryFolder(), {
      'set/a/1.png': flat(250),
      'set/a/2.png': flat(250),
      'set/b/1.png': flat(240),
    });
    expect((await load(folder, { from: 'set' })).warnings.map(({ code }) => code)).toContain('LIGHT_BACKGROUND');
    const { train, warnings } = await load(folder, { from: 'set', test: 'set', invert: true });
    expect(train.pixels.map(([first]) => first)).toEqual([5, 15, 5]);
    expect(warnings).toEqual([]);
  });

  it('has every image among its raw files, by its folder and name', () => {
    const folder = write(temporaryFolder(), shapes);
    const { files, names, complete } = stage.rawFiles!(check(stage.params, { from: 'set' }).value!, {
      data: [folder],
      download: '',
    });
    expect(files.length).toBe(5);
    expect(names).toContain('set/dog é/1.png');
    expect(complete).toBe(true);
  });
});

describe('a defect of a folder of images', () => {
  const gigantic = (() => {
    const bytes = Buffer.from(flat(1));
    bytes.writeUInt32BE(60_000, 16);
    bytes.writeUInt32BE(60_000, 20);
    return bytes;
  })();
  it.each<[string, Record<string, string | Uint8Array>, RegExp, RegExp]>([
    [
      'a corrupt image',
      { 'set/cat/2.png': flat(2).subarray(0, 60) },
      /set\/cat\/2\.png must be a whole PNG file/,
      /cat\/2\.png$/,
    ],
    ['an image that is none', { 'set/cat/2.png': 'hello' }, /must be a PNG or JPEG file/, /cat\/2\.png$/],
    ['an empty image', { 'set/cat/2.png': '' }, /must be a PNG or JPEG file, got an empty file/, /cat\/2\.png$/],
    [
      'an image of 3,600 megapixels',
      { 'set/cat/2.png': gigantic },
      /must have at most 50 megapixels, got 60000 x 60000/,
      /cat\/2\.png$/,
    ],
    ['an empty class', { 'set/cow/notes.txt': 'x' }, /at least one PNG or JPEG image, got none in 'set\/cow'/, /cow$/],
    ['an image of another format', { 'set/cat/2.gif': 'x' }, /must be PNG or JPEG files, got '2\.gif'/, /2\.gif$/],
    ['a folder in a class', { 'set/cat/old/1.png': flat(1) }, /must hold images alone, got the folder 'old'/, /old$/],
  ])('is told with its name: %s', async (_name, files, message, where) => {
    const failure = load(write(temporaryFolder(), { ...shapes, ...files }), { from: 'set' });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ code: 'DATA_INVALID', where: expect.stringMatching(where) });
  });

  it('is told of a folder without classes, and of one class alone', async () => {
    await expect(load(write(temporaryFolder(), { 'set/1.png': flat(1) }), { from: 'set' })).rejects.toThrow(
      'one sub-folder of PNG or JPEG images per class, got no sub-folder',
    );
    await expect(load(write(temporaryFolder(), { 'set/cat/1.png': flat(1) }), { from: 'set' })).rejects.toThrow(
      "at least 2 different labels, got 'cat' alone",
    );
  });

  it('is told of a link that leads out, whether it is the folder, a class or an image', async () => {
    const [outside, inside] = [
      write(temporaryFolder(), { 'a/1.png': flat(1), 'b/1.png': flat(2) }),
      write(temporaryFolder(), shapes),
    ];
    symlinkSync(outside, join(inside, 'linked'));
    symlinkSync(join(outside, 'a'), join(inside, 'set/linked'));
    for (const from of ['linked', 'set'])
      await expect(load(inside, { from })).rejects.toThrow('a link leads out of them');
    const image = write(temporaryFolder(), shapes);
    symlinkSync(join(outside, 'a/1.png'), join(image, 'set/cat/9.png'));
    await expect(load(image, { from: 'set' })).rejects.toThrow('a link leads out of them');
  });
});
