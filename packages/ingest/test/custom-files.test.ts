import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { check } from '@layerwise/contracts';
import { stage } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryFolder } from './files.js';
import { csv, load, write } from './custom-data.js';

const images = idxBytes(
  [3, 2, 2],
  Uint8Array.from({ length: 12 }, (_, i) => 20 * i),
);
const labels = idxBytes([3], Uint8Array.of(7, 9, 7));

describe('IDX files', () => {
  it('are found by their names, plain or gzipped, and may have labels with gaps', async () => {
    const folder = write(temporaryFolder(), {
      'set/emnist-train-images-idx3-ubyte.gz': gzipSync(images),
      'set/emnist-train-labels-idx1-ubyte': labels,
      'set/emnist-test-images-idx3-ubyte': images,
      'set/emnist-test-labels-idx1-ubyte.gz': gzipSync(labels),
    });
    const { info, train, test } = await load(folder, { from: 'set' });
    expect(info).toMatchObject({ classes: ['7', '9'], width: 2 });
    expect(train).toEqual({
      labels: [0, 1, 0],
      pixels: [
        [0, 20, 40, 60],
        [80, 100, 120, 140],
        [160, 180, 200, 220],
      ],
    });
    expect(test).toEqual(train);
    const single = await load(folder, {
      from: 'set/emnist-train-images-idx3-ubyte.gz',
      test: 'set/emnist-test-images-idx3-ubyte',
    });
    expect(single.train).toEqual(train);
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['no labels', { 'train-images-idx3-ubyte': images }, /cannot be read/],
    [
      'fewer labels',
      { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idxBytes([2], Uint8Array.of(1, 2)) },
      /one label per image, got 2 labels for the 3 images/,
    ],
    [
      'no squares',
      { 'train-images-idx3-ubyte': idxBytes([3, 1, 4], new Uint8Array(12)), 'train-labels-idx1-ubyte': labels },
      /must be square, got 1 x 4/,
    ],
    [
      'a gigantic size',
      { 'train-images-idx3-ubyte': idxBytes([4e9, 28, 28], new Uint8Array(12)), 'train-labels-idx1-ubyte': labels },
      /at most 1073741824 bytes of data/,
    ],
    [
      'too many images',
      {
        'train-images-idx3-ubyte': idxBytes([2_000_001, 1, 1], new Uint8Array(2_000_001)),
        'train-labels-idx1-ubyte': labels,
      },
      /at most 2000000 images, but declares 2000001/,
    ],
    [
      'two training sets',
      {
        'a-images-idx3-ubyte': images,
        'a-labels-idx1-ubyte': labels,
        'b-images-idx3-ubyte': images,
        'b-labels-idx1-ubyte': labels,
      },
      /got a second one for train/,
    ],
  ])('that are wrong are told: %s', async (_name, files, message) => {
    await expect(
      load(
        write(
          temporaryFolder(),
          Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])),
        ),
        { from: 'set' },
      ),
    ).rejects.toThrow(message);
  });
});

describe('the path of custom data', () => {
  it.each(['/etc/passwd', '../a.csv', 'data/../../a.csv', 'C:/a.csv', 'a\\b.csv', '~/a.csv', 'a\n.csv'])(
    'may not lead out: %j',
    (from) => {
      expect(check(stage.params, { from }).problems).toMatchObject([
        { path: ['from'], message: expect.stringContaining('a path below the workspace or the data folder') },
      ]);
    },
  );

  it('is looked for in the data folders, then in the workspace; a link out of them is refused', async () => {
    const [data, workspace, elsewhere] = [
      temporaryFolder(),
      write(temporaryFolder(), {
        'own/a.csv': csv([
          [0, 1, 2, 3, 4],
          [1, 2, 3, 4, 5],
        ]),
      }),
      write(temporaryFolder(), { 'a.csv': 'x' }),
    ];
    const files = (from: string): readonly string[] =>
      stage.rawFiles!(check(stage.params, { from }).value!, { data: [data], download: '', workspace }).files;
    expect(files('own/a.csv')).toEqual([join(workspace, 'own/a.csv')]);
    write(data, { 'own/a.csv': 'x' });
    expect(files('own/a.csv')).toEqual([join(data, 'own/a.csv')]);
    symlinkSync(join(elsewhere, 'a.csv'), join(data, 'link.csv'));
    expect(files('link.csv')).toEqual([]);
    await expect(load(data, { from: 'link.csv' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('a link leads out of them'),
    });
  });

  it('that leads nowhere, or to what is no data, is told', async () => {
    const folder = write(temporaryFolder(), { 'a.xlsx': 'x' });
    await expect(load(folder, { from: 'b.csv', offline: 'strokes' })).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: expect.stringContaining(join(folder, 'b.csv')),
    });
    await expect(load(folder, { from: 'a.xlsx' })).rejects.toThrow(
      'must be one of: CSV table (.csv, .tsv, also with .gz), NumPy archive (.npz)',
    );
    await expect(load(folder, { size: 20 })).rejects.toMatchObject({
      code: 'PARAMS_INVALID',
      message: 'dataset.size must come with dataset.from, the path of your data',
    });
  });
});

describe('the parts of custom data', () => {
  it('must have images of one size, unless the study names one', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': csv([
        [0, 1, 2, 3, 4],
        [1, 2, 3, 4, 5],
      ]),
      'b.csv': '0,77\n1,78\n',
    });
    await expect(load(folder, { from: 'a.csv', test: 'b.csv' })).rejects.toThrow(
      'as large as the training images, 2 x 2, got 1 x 1',
    );
    expect((await load(folder, { from: 'a.csv', test: 'b.csv', size: 2 })).test.pixels).toEqual([
      new Array(4).fill(77),
      new Array(4).fill(78),
    ]);
  });

  it('must have pixels of one range', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': csv([
        [0, 1, 2, 3, 4],
        [1, 2, 3, 4, 5],
      ]),
      'b.csv': csv([[0, 0.5, 0, 0, 1]]),
    });
    await expect(load(folder, { from: 'a.csv', test: 'b.csv' })).rejects.toThrow('pixels must be of one range');
  });

  it('has test rows split off by class, the same every time and no row lost', async () => {
    const rows = Array.from({ length: 210 }, (_, i) => [i < 140 ? 'a' : i < 209 ? 'b' : 'rare', i, 0, 0, 255]);
    const folder = write(temporaryFolder(), { 'a.csv': csv(rows) });
    const first = await load(folder, { from: 'a.csv' });
    expect(await load(folder, { from: 'a.csv' })).toEqual(first);
    const count = (labels: readonly number[], label: number): number => labels.filter((one) => one === label).length;
    expect([0, 1, 2].map((label) => count(first.test.labels, label))).toEqual([20, 10, 0]);
    expect([...first.train.pixels, ...first.test.pixels].map(([i]) => i).sort((a, b) => a! - b!)).toEqual(
      rows.map(([, i]) => i),
    );
    expect(first.info.testSplitOff).toBe(30);
    expect((await load(folder, { from: 'a.csv', testShare: 0.5 })).info.testSplitOff).toBe(70 + 35);
  });

  it('has classes that the study names, all different and without control characters', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': csv([
        [0, 1, 2, 3, 4],
        [1, 2, 3, 4, 5],
      ]),
    });
    await expect(load(folder, { from: 'a.csv', classes: ['x', 'x'] })).rejects.toThrow(
      "dataset.classes must be different, got 'x' twice",
    );
    await expect(load(folder, { from: 'a.csv', classes: ['x', 'a\u0007'] })).rejects.toThrow(
      'must have no control characters',
    );
    await expect(load(folder, { from: 'a.csv', classes: ['x', 'y'.repeat(101)] })).rejects.toThrow(
      'at most 100 characters, got 101',
    );
    const named = write(temporaryFolder(), {
      'a.csv': csv([
        ['dog', 1, 2, 3, 4],
        ['cat', 2, 3, 4, 5],
      ]),
    });
    expect((await load(named, { from: 'a.csv', test: 'a.csv', classes: ['dog', 'cat'] })).train.labels).toEqual([0, 1]);
    await expect(load(named, { from: 'a.csv', classes: ['dog', 'cap'] })).rejects.toThrow(
      "got 'cat'; did you mean 'cap'?",
    );
  });

  it('that are of a class without training rows are told as that, not as slips of the pen', async () => {
    const [train, test] = [csv([...'012345678'].map((digit) => [digit, 1, 2, 3, 4])), csv([[9, 1, 2, 3, 4]])];
    const failure = load(write(temporaryFolder(), { 'a.csv': train, 'b.csv': test }), { from: 'a.csv', test: 'b.csv' });
    await expect(failure).rejects.toThrow(
      /^the label must be one that the training rows have too, got '9', of which they have none$/,
    );
    await expect(failure).rejects.toMatchObject({
      remedy: expect.stringMatching(/add training rows of this class/),
      where: expect.stringMatching(/b\.csv:2$/),
    });
    const letters = write(temporaryFolder(), {
      'a.csv': csv([
        ['a', 1, 2, 3, 4],
        ['b', 2, 3, 4, 5],
      ]),
      'b.csv': csv([['c', 1, 2, 3, 4]]),
    });
    await expect(load(letters, { from: 'a.csv', test: 'b.csv' })).rejects.toThrow(/got 'c', of which they have none$/);
    await expect(load(letters, { from: 'a.csv', classes: ['x', 'y'] })).rejects.toThrow(
      /one of the study's classes, or their number of 0 to 1, got 'a'$/,
    );
    const words = write(temporaryFolder(), {
      'a.csv': csv([
        ['circle', 1, 2, 3, 4],
        ['square', 2, 3, 4, 5],
      ]),
      'b.csv': csv([['cirlce', 1, 2, 3, 4]]),
    });
    await expect(load(words, { from: 'a.csv', test: 'b.csv' })).rejects.toThrow("got 'cirlce'; did you mean 'circle'?");
  });
});
