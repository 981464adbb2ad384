import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './files.js';
import { csv, load, write } from './custom-data.js';

const rows = [
  [0, 1, 2, 3, 4],
  [1, 5, 6, 7, 255],
  [0, 9, 10, 11, 12],
  [1, 13, 14, 15, 16],
];
const pixels = rows.map((row) => row.slice(1));
const test = csv(rows.slice(0, 1));

async function read(
  content: string | Uint8Array,
  params: object = {},
  name = 'a.csv',
  rest = test,
): ReturnType<typeof load> {
  return load(write(temporaryFolder(), { [name]: content, 'test.csv': rest }), {
    from: name,
    test: 'test.csv',
    ...params,
  });
}

describe('a CSV table', () => {
  it.each([
    ['as Kaggle writes it', csv(rows)],
    ['without names', csv(rows, '')],
    ['with carriage returns, blank lines and no last line end', csv(rows).trimEnd().replaceAll('\n', '\r\n\r\n')],
    ['with a byte order mark', `\ufeff${csv(rows)}`],
    ['with quotes and blanks', csv(rows.map((row) => row.map((value) => ` "${value}" `)))],
    ['with semicolons', csv(rows).replaceAll(',', ';')],
    ['as floats', csv(rows.map((row) => row.map((value) => value.toFixed(1))))],
    ['with names that are numbers', csv(rows, 'label,0,1,2,3\n')],
    [
      'with its label last',
      csv(
        rows.map(([label, ...rest]) => [...rest, label as number]),
        'p0,p1,p2,p3,label\n',
      ),
    ],
  ])('is read %s', async (name, content) => {
    const alike =
      name === 'without names'
        ? csv(rows.slice(0, 1), '')
        : name === 'with names that are numbers'
          ? csv(rows.slice(0, 1), 'label,0,1,2,3\n')
          : test;
    const { train, info, warnings } = await read(content, {}, 'a.csv', alike);
    expect(train).toEqual({ labels: [0, 1, 0, 1], pixels });
    expect(info).toMatchObject({ name: 'a.csv', width: 2, height: 2, classes: ['0', '1'] });
    expect(info).not.toHaveProperty('testSplitOff');
    expect(warnings).toEqual([]);
  });

  it('is read gzipped, and with tabs', async () => {
    expect((await read(gzipSync(csv(rows)), {}, 'a.csv.gz')).train.pixels).toEqual(pixels);
    expect((await read(csv(rows).replaceAll(',', '\t'), {}, 'a.tsv')).train.pixels).toEqual(pixels);
  });

  it('has labels that are names, in the order of their code points', async () => {
    const named = rows.map(([label, ...rest]) => [label === 0 ? 'öl' : 'b "2", c', ...rest]);
    const content = csv(named.map(([label, ...rest]) => [`"${String(label).replaceAll('"', '""')}"`, ...rest]));
    const folder = write(temporaryFolder(), { 'a.csv': content });
    const { info, train, test: split } = await load(folder, { from: 'a.csv' });
    expect(info.classes).toEqual(['b "2", c', 'öl']);
    expect([...train.labels, ...split.labels].sort()).toEqual([0, 0, 1, 1]);
  });

  it('takes fractions of 1 as such, also when whole numbers come first', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': csv([
        [0, 0, 1, 0, 1],
        [1, 0.5, 0.25, 1, 0.1],
      ]),
      'b.csv': csv([[1, 1, 1, 0, 0]]),
    });
    const { train, test: split } = await load(folder, { from: 'a.csv', test: 'b.csv' });
    expect(train.pixels).toEqual([
      [0, 255, 0, 255],
      [128, 64, 255, 26],
    ]);
    expect(split.pixels).toEqual([[255, 255, 0, 0]]);
  });

  it('rounds broken numbers of 0 to 255, and says so', async () => {
    const { train, warnings } = await read(
      csv([
        [0, 0.5, 0.25, 1, 0],
        [1, 200.4, 3, 4, 5],
      ]),
    );
    expect(train.pixels).toEqual([
      [1, 0, 1, 0],
      [200, 3, 4, 5],
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['PIXELS_ROUNDED']);
  });

  it('reads 0 and 1 as no ink and full ink, and says so', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': csv([
        [0, 0, 1, 0, 1],
        [1, 1, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ]),
    });
    const { train, warnings } = await load(folder, { from: 'a.csv' });
    expect(new Set(train.pixels.flat())).toEqual(new Set([0, 255]));
    expect(warnings.map(({ code }) => code)).toContain('PIXELS_BINARY');
  });

  it('is read across the pieces in which the file comes', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => [i % 7, i % 256, (3 * i) % 256, (i >> 8) % 256, 7]);
    const { train } = await read(csv(many));
    expect(train.labels).toEqual(many.map(([label]) => label));
    expect(train.pixels).toEqual(many.map((row) => row.slice(1)));
  });
});

describe('a defect of a CSV table', () => {
  const good = csv(rows);
  it.each<[string, string | Uint8Array, RegExp, string]>([
    ['a column too few', `${good}1,2,3,4\n`, /must have 5 columns like its first line, got 4/, ':6'],
    ['columns too many', `${good}1,2,3,4,5,6,7\n`, /must have 5 columns like its first line, got 7/, ':6'],
    ['a pixel above 255', good.replace('255', '256'), /column 5 \('p3'\) must be in \[0, 255\], got 256/, ':3'],
    ['a negative pixel', good.replace('255', '-1'), /column 5 \('p3'\) must be in \[0, 255\], got -1/, ':3'],
    ['NaN', good.replace('255', 'nan'), /must be a number in \[0, 255\], got 'nan'/, ':3'],
    ['an empty pixel', good.replace('255', ''), /must be a number in \[0, 255\], got nothing/, ':3'],
    ['a word', good.replace('255', 'ink'), /column 5 \('p3'\) must be a number.*got 'ink'/, ':3'],
    ['an empty label', good.replace('\n1,5', '\n,5'), /must have a label, got none/, ':3'],
    ['a label that is NaN', good.replace('\n1,5', '\nNaN,5'), /must have a label, got NaN/, ':3'],
    ['a negative label', good.replace('\n1,5', '\n-1,5'), /whole one of 0 to 999, got -1/, ':3'],
    ['a broken label', good.replace('\n1,5', '\n1.5,5'), /whole one of 0 to 999, got 1.5/, ':3'],
    ['a label above 999', good.replace('\n1,5', '\n1000,5'), /whole one of 0 to 999, got 1000/, ':3'],
    ['no square image', 'label,a,b\n0,1,2\n1,3,4\n', /as many pixels as a square image, beside its label, got 2/, ':1'],
    ['no labels at all', 'a,b,c,d\n1,2,3,4\n', /4 columns, which are 2 x 2 pixels and no label/, ':1'],
    ['nothing', '', /at least one line of a label and pixels, got an empty file/, ''],
    ['names alone', 'label,p0,p1,p2,p3\n', /at least one line of a label and pixels, got none/, ''],
    [
      'one class alone',
      csv([
        [3, 1, 2, 3, 4],
        [3, 1, 2, 3, 4],
      ]),
      /at least 2 different labels, got '3' alone/,
      ':2',
    ],
    ['another encoding', Buffer.from(good, 'utf16le'), /must be text in UTF-8, but has zero bytes/, ':1'],
    [
      'a label in another encoding',
      Buffer.from(good.replace('\n1,5', '\n\u00e9,5'), 'latin1'),
      /label in UTF-8, got other bytes/,
      ':3',
    ],
    [
      'more than 1,000 labels',
      csv(Array.from({ length: 1002 }, (_, i) => [`x${i}`, 1, 2, 3, 4])),
      /first with more than 1000 different labels/,
      ':1002',
    ],
  ])('is told with its line: %s', async (_name, content, message, line) => {
    const failure = read(content);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({
      code: 'DATA_INVALID',
      where: expect.stringMatching(new RegExp(`a\\.csv${line}$`)),
      remedy: expect.any(String),
    });
  });

  it('is told of more lines than there is room for, however small the file', async () => {
    const lines = gzipSync(Buffer.from(`label,p0\n${'1,2\n0,3\n'.repeat(1_100_000)}`));
    await expect(read(lines, {}, 'a.csv.gz')).rejects.toMatchObject({
      message: expect.stringContaining('at most 1073741824 pixels and 2000000 lines'),
      where: expect.stringMatching(/:2000002$/),
    });
  });

  it('is told of damaged gzip', async () => {
    const packed = gzipSync(csv(rows));
    await expect(read(packed.subarray(0, -9), {}, 'a.csv.gz')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/gzip file must be whole and sound/),
    });
  });

  it('is told of a column of labels that is not there, with the nearest', async () => {
    await expect(read(csv(rows), { label: 'lable' })).rejects.toThrow(
      "must have a column 'lable', as dataset.label says, but has none; did you mean 'label'?",
    );
    await expect(read(csv(rows, ''), { label: 'label' })).rejects.toThrow('its first line is no line of names');
  });

  it('is told of a test label that no training row has', async () => {
    const folder = write(temporaryFolder(), {
      'a.csv': csv(rows),
      'b.csv': csv([
        [0, 1, 2, 3, 4],
        [2, 1, 2, 3, 4],
      ]),
    });
    await expect(load(folder, { from: 'a.csv', test: 'b.csv' })).rejects.toMatchObject({
      message: expect.stringContaining("the label must be one that the training rows have too, got '2'"),
      where: expect.stringMatching(/b\.csv:3$/),
    });
  });

  it('is told of a label beyond the classes that the study lists', async () => {
    await expect(read(csv([...rows, [3, 1, 2, 3, 4]]), { classes: ['cat', 'dog', 'cow'] })).rejects.toMatchObject({
      message: "the label must be one of the study's classes, or their number of 0 to 2, got '3'",
      where: expect.stringMatching(/:6$/),
    });
    const { info } = await read(csv(rows), { classes: ['cat', 'dog', 'cow'] });
    expect(info.classes).toEqual(['cat', 'dog', 'cow']);
  });
});
