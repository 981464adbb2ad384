import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './files.js';
import { csv, goldens, load, write } from './custom-data.js';

const pixels = Array.from({ length: 12 }, (_, i) => Array.from({ length: 16 }, (_, p) => (i * 37 + p * 11) % 256));
const labels = pixels.map((_, i) => i % 3);

/** Rows of 4 pixels that are told apart wherever they stand. */
const rows = [
  [0, 1, 2, 3, 200],
  [1, 5, 6, 7, 255],
  [0, 9, 10, 11, 12],
  [1, 13, 14, 15, 16],
];
const images = rows.map((row) => row.slice(1));

/** A table of `rows` with its columns in the order of `names`; `of` tells what a name stands for. */
function table(
  names: readonly string[],
  of: (name: string, row: readonly number[], i: number) => number | string,
): string {
  return csv(
    rows.map((row, i) => names.map((name) => of(name, row, i))),
    `${names.join(',')}\n`,
  );
}

const byNumber = (name: string, row: readonly number[]): number =>
  /\d/.test(name) ? row[1 + Number(/\d+/.exec(name)![0])]! : row[0]!;

async function read(train: string, test: string, params: object = {}, suffix = 'csv'): ReturnType<typeof load> {
  const folder = write(temporaryFolder(), { [`a.${suffix}`]: train, [`b.${suffix}`]: test });
  return load(folder, { from: `a.${suffix}`, test: `b.${suffix}`, ...params });
}

const codes = (warnings: readonly { readonly code: string }[]): string[] => warnings.map(({ code }) => code);
const usual = ['label', 'pixel0', 'pixel1', 'pixel2', 'pixel3'];

describe('columns of the test rows', () => {
  it.each<[string, string[], string[]]>([
    ['in another order', ['label', 'pixel2', 'pixel3', 'pixel0', 'pixel1'], ['COLUMNS_MATCHED']],
    ['with the label elsewhere', ['pixel0', 'pixel1', 'label', 'pixel2', 'pixel3'], []],
    ['in another case', ['Label', 'PIXEL3', 'Pixel0', 'pixel1', 'pixel2'], ['COLUMNS_MATCHED']],
    ['with an id among them', ['id', 'label', 'pixel0', 'pixel1', 'pixel2', 'pixel3'], ['COLUMNS_IGNORED']],
    ['with an index without a name', ['', 'label', 'pixel0', 'pixel1', 'pixel2', 'pixel3'], ['COLUMNS_IGNORED']],
    ['with labels called otherwise', ['class', 'pixel0', 'pixel1', 'pixel2', 'pixel3'], []],
  ])('are matched by name: %s', async (_name, names, said) => {
    const content = table(names, (name, row, i) => (name === 'id' || name === '' ? 1000 + i : byNumber(name, row)));
    const { train, test, warnings } = await read(table(usual, byNumber), content);
    expect(train).toEqual({ labels: [0, 1, 0, 1], pixels: images });
    expect(test).toEqual(train);
    expect(codes(warnings)).toEqual(said);
  });

  it('are matched by name with tabs, with blanks around them, and where names do not count them', async () => {
    const letters = (name: string, row: readonly number[]): number => row['sabcd'.indexOf(name.trim())]!;
    const { test, warnings } = await read(
      table(['class', 'a', 'b', 'c', 'd'], (name, row) => letters(name === 'class' ? 's' : name, row)).replaceAll(
        ',',
        '\t',
      ),
      table([' d', 'c ', 'class', '"a"', 'b'], (name, row) =>
        letters(name === 'class' ? 's' : name.replaceAll('"', ''), row),
      ).replaceAll(',', '\t'),
      {},
      'tsv',
    );
    expect(test.pixels).toEqual(images);
    expect(codes(warnings)).toEqual(['COLUMNS_MATCHED']);
  });

  it.each<[string, string[], RegExp]>([
    [
      'counted from 1',
      ['label', 'pixel1', 'pixel2', 'pixel3', 'pixel4'],
      /columns of the training rows \(a\.csv\), but has no 'pixel0', and 'pixel4' instead/,
    ],
    [
      'called otherwise',
      ['label', 'px0', 'px1', 'px2', 'px3'],
      /has no 'pixel0', 'pixel1', 'pixel2', 'pixel3', and 'px0', 'px1', 'px2', 'px3' instead/,
    ],
    ['fewer', ['label', 'pixel0', 'pixel1', 'pixel3'], /has no 'pixel2'/],
    [
      'the same twice',
      ['label', 'pixel0', 'pixel1', 'pixel1', 'pixel3'],
      /a name of its own for each column, got 'pixel1' twice/,
    ],
  ])('that do not match are told: %s', async (_name, names, message) => {
    const failure = read(
      table(usual, byNumber),
      table(names, () => 1),
    );
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ code: 'DATA_INVALID', where: expect.stringMatching(/b\.csv:1$/) });
  });

  it('stand as those of the training rows where one of the two tables has no names, and that is said', async () => {
    const swapped = ['label', 'pixel1', 'pixel0', 'pixel2', 'pixel3'];
    const bare = await read(table(swapped, byNumber), table(swapped, byNumber).replace(/.*\n/, ''));
    expect(bare.test.pixels).toEqual(images);
    expect(codes(bare.warnings)).toEqual(['COLUMNS_SORTED', 'COLUMNS_BY_POSITION']);
    const named = await read(csv(rows, ''), table(usual, byNumber));
    expect(named.test.pixels).toEqual(images);
    expect(codes(named.warnings)).toEqual(['COLUMNS_BY_POSITION']);
  });

  it('of another number are scaled like other images of another size', async () => {
    const { test } = await read(table(usual, byNumber), 'label,pixel0\n0,77\n1,78\n', { size: 2 });
    expect(test.pixels).toEqual([new Array(4).fill(77), new Array(4).fill(78)]);
  });

  it('are matched for validation rows too, and across formats', async () => {
    const head = Array.from({ length: 16 }, (_, i) => `pixel${(i * 5) % 16}`);
    const folder = write(temporaryFolder(), {
      'v.csv': csv(
        pixels.map((row, i) => [...head.map((name) => row[Number(name.slice(5))]!), i % 3]),
        `${head.join(',')},label\n`,
      ),
    });
    const { output } = await import('@layerwise/conformance').then(async ({ runInMemory }) =>
      runInMemory((await import('@layerwise/ingest')).stage, {
        params: { from: 'pandas_lz4.feather', test: 'moved.parquet', validation: 'v.csv' },
        places: { data: [goldens, folder], download: '' },
      }),
    );
    const all = (await output.matrix('train')).columns['pixels']!.data as Uint8Array;
    expect([...all.subarray(12 * 16)]).toEqual(pixels.flat());
  });
});

describe.each(['parquet', 'feather'])('columns of a table: %s', (suffix) => {
  const plain = suffix === 'parquet' ? 'pandas_snappy.parquet' : 'pandas_lz4.feather';

  it('are matched by name, in another order and case and with blanks and an id', async () => {
    const { test, warnings } = await load(goldens, { from: plain, test: `moved.${suffix}` });
    expect(test).toEqual({ labels, pixels });
    expect(codes(warnings)).toEqual(['COLUMNS_MATCHED', 'COLUMNS_IGNORED']);
    expect((await load(goldens, { from: `moved.${suffix}`, test: plain })).train).toEqual({ labels, pixels });
  });

  it('in the order of texts are put in that of their numbers, and that is said', async () => {
    const { train, warnings } = await load(goldens, { from: `text_sorted.${suffix}`, test: `text_sorted.${suffix}` });
    expect(train).toEqual({ labels, pixels });
    expect(warnings).toEqual([
      {
        code: 'COLUMNS_SORTED',
        message: expect.stringContaining(
          "('pixel0', 'pixel1', 'pixel10', 'pixel11' and 12 more) and were put in it ('pixel0', 'pixel1', 'pixel2', 'pixel3' and 12 more)",
        ),
      },
    ]);
  });

  it('that do not match are told', async () => {
    await expect(load(goldens, { from: plain, test: `shifted.${suffix}` })).rejects.toThrow(
      "but has no 'pixel0', and 'pixel16' instead",
    );
  });

  it('have labels in the only one that is no pixel, or where the study says', async () => {
    for (const label of [undefined, 'animal', -1, 16]) {
      const { train, warnings } = await load(goldens, {
        from: `animal_last.${suffix}`,
        test: `animal_last.${suffix}`,
        ...(label === undefined ? {} : { label }),
      });
      expect(train).toEqual({ labels, pixels });
      expect(codes(warnings)).toEqual(label === undefined ? ['LABEL_GUESSED'] : []);
    }
  });
});

describe('columns of pixels in the order of texts', () => {
  it('are put in that of their numbers', async () => {
    const names = Array.from({ length: 16 }, (_, i) => `pixel${i}`).sort();
    const content = csv(
      pixels.map((row, i) => [i % 3, ...names.map((name) => row[Number(name.slice(5))]!)]),
      `label,${names.join(',')}\n`,
    );
    const { train, test, warnings } = await read(content, content);
    expect(train).toEqual({ labels, pixels });
    expect(test).toEqual(train);
    expect(codes(warnings)).toEqual(['COLUMNS_SORTED']);
  });
});

describe('the column of labels', () => {
  const last = (row: readonly number[]): (number | string)[] => [...row.slice(1), row[0]!];

  it.each<[string, string, object, string[]]>([
    [
      'named digit, after pixels that are named by row and column',
      csv(rows.map(last), 'pixel_0_0,pixel_0_1,pixel_1_0,pixel_1_1,digit\n'),
      {},
      [],
    ],
    ['of any name, the only one that is no pixel', csv(rows.map(last), 'p0,p1,p2,p3,kind\n'), {}, ['LABEL_GUESSED']],
    [
      'with one of a usual name beside it that is left out',
      csv(
        rows.map(([label, ...rest], i) => [label!, 7 * i, ...rest]),
        'class,label,p0,p1,p2,p3\n',
      ),
      { label: 'class' },
      ['COLUMNS_IGNORED'],
    ],
    ['by its place from the end', csv(rows.map(last), ''), { label: -1 }, []],
    ['by its place', csv(rows.map(last), ''), { label: 4 }, []],
    ['by its place in a table with names', csv(rows.map(last), 'a,b,c,d,e\n'), { label: -1 }, []],
    ['by its name in another case', csv(rows.map(last), 'a,b,c,d,Kind\n'), { label: 'kind' }, []],
    [
      'in the middle, by its place',
      csv(
        rows.map(([label, a, b, ...rest]) => [a!, b!, label!, ...rest]),
        '',
      ),
      { label: 2 },
      [],
    ],
  ])('is found: %s', async (_name, content, params, said) => {
    const { train, warnings } = await read(content, content, params);
    expect(train).toEqual({ labels: [0, 1, 0, 1], pixels: images });
    expect([...new Set(codes(warnings))]).toEqual(said);
  });

  it('is that of the texts in a table without names', async () => {
    const content = csv(
      rows.map(([label, ...rest]) => [...rest, label === 0 ? 'cat' : 'dog']),
      '',
    );
    const { train, info, warnings } = await read(content, content);
    expect(info.classes).toEqual(['cat', 'dog']);
    expect(train.pixels).toEqual(images);
    expect(warnings).toEqual([]);
  });

  /** 8 x 8 images of 0 to 16 whose first pixel is always 0, and labels of 0 to 9, as the UCI repository has them. */
  const optical = Array.from({ length: 200 }, (_, i) => [
    0,
    ...Array.from({ length: 63 }, (_, p) => (i * 5 + p * p * 3) % 17),
    i % 10,
  ]);

  it('is the last of a table without names if only that can be it, for other rows too, and that is said', async () => {
    const { train, test, info, warnings } = await read(csv(optical, ''), csv(optical.slice(0, 3), ''), {
      range: [0, 16],
    });
    expect(info.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(train.labels).toEqual(optical.map((row) => row[64]));
    expect(train.pixels).toEqual(optical.map((row) => row.slice(0, 64).map((value) => Math.round((value * 255) / 16))));
    expect(test.labels).toEqual([0, 1, 2]);
    expect(codes(warnings)).toEqual(['LABEL_GUESSED']);
  });

  it('is asked for where the first and the last may be it', async () => {
    const both = optical.map((row, i) => [i % 17, ...row.slice(1)]);
    await expect(read(csv(both, ''), csv(both, ''))).rejects.toMatchObject({
      message: expect.stringContaining(
        'its first column has 17 different values and its last 10, and both may be labels',
      ),
      remedy: expect.stringContaining("'label: -1'"),
    });
    const { train } = await read(csv(both, ''), csv(both, ''), { label: -1, range: [0, 16] });
    expect(train.labels).toEqual(both.map((row) => row[64]));
  });

  it('is the first without more ado where the last pixel is 0 or 1 like all others', async () => {
    const binary = optical.map((row, i) => [i % 10, ...row.slice(0, 63).map((value) => (value > 8 ? 1 : 0)), i % 2]);
    const { train } = await read(csv(binary, ''), csv(binary, ''));
    expect(train.labels).toEqual(binary.map(([label]) => label));
  });

  it('is told of where neither can be it, and the first taken', async () => {
    const gaps = rows.map(([label, ...rest]) => [label === 0 ? 3 : 9, ...rest]);
    const { info, warnings } = await read(csv(gaps, ''), csv(gaps, ''));
    expect(info.classes).toEqual(['3', '9']);
    expect(warnings).toMatchObject([
      { code: 'LABEL_GUESSED', message: expect.stringContaining('from its first column') },
    ]);
  });

  it('is not a number of a first line that counts the columns', async () => {
    const content = csv(optical, `${optical[0]!.map((_, i) => i).join(',')}\n`);
    const { train, warnings } = await read(content, content, { range: [0, 16] });
    expect(train.labels).toEqual(optical.map((row) => row[64]));
    expect(new Set(codes(warnings))).toEqual(new Set(['COLUMNS_NUMBERED', 'LABEL_GUESSED']));
    const named = csv(optical, `${optical[0]!.map((_, i) => (i === 64 ? 'digit' : i)).join(',')}\n`);
    expect((await read(named, named, { range: [0, 16] })).train.labels).toEqual(train.labels);
  });

  it.each<[string, string, object, RegExp]>([
    [
      'two usual names',
      csv(
        rows.map(([label, ...rest]) => [label!, label!, ...rest]),
        'label,class,pixel1,pixel2,pixel3,pixel4\n',
      ),
      {},
      /one column that can be told to be the labels, got 'label', 'class'/,
    ],
    [
      'two usual names without numbers',
      csv(
        rows.map(([label, ...rest]) => [label!, label!, ...rest]),
        'label,class,a,b,c,d\n',
      ),
      {},
      /told to be the labels, got 'label', 'class'/,
    ],
    [
      'two others beside the pixels',
      csv(
        rows.map(([label, ...rest]) => [label!, label!, ...rest]),
        'kind,sort,p0,p1,p2,p3\n',
      ),
      {},
      /told to be the labels, got 'kind', 'sort'/,
    ],
    [
      'names that say nothing',
      csv(rows, 'a,b,c,d,e\n'),
      {},
      /told to be the labels, got 'a', 'b', 'c', 'd' and 1 more/,
    ],
    ['an id alone', csv(rows, 'id,p0,p1,p2,p3\n'), {}, /4 columns, which are 2 x 2 pixels and no label/],
    [
      'a place beyond the columns',
      csv(rows, ''),
      { label: 5 },
      /a column 5, as dataset.label says, but has 5 columns: 0 to 4, or -1 to -5/,
    ],
    ['a place before the first', csv(rows, ''), { label: -6 }, /a column -6, as dataset.label says/],
  ])('that cannot be told is asked for: %s', async (_name, content, params, message) => {
    await expect(read(content, content, params)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message),
      where: expect.stringMatching(/a\.csv:1$/),
      remedy: expect.any(String),
    });
  });
});
