import { MemoryArtifact, runInMemory, type MemoryResult } from '@layerwise/conformance';
import { column, type DatasetInfo } from '@layerwise/contracts';
import { stage } from '@layerwise/preprocess';
import { describe, expect, it } from 'vitest';

/** A data set of the given labels, each row with a pixel of its own. */
async function dataset(
  train: readonly number[],
  test: readonly number[],
  more: Partial<DatasetInfo> = {},
): Promise<MemoryArtifact> {
  const made = new MemoryArtifact('dataset');
  for (const [from, name, labels] of [
    [0, 'train', train],
    [train.length, 'test', test],
  ] as const) {
    const [id, label] = [Uint32Array.from(labels, (_, row) => row), Uint16Array.from(labels)];
    const pixels = Uint8Array.from(labels.flatMap((_, row) => [(from + row) >> 8, (from + row) & 255]));
    await made.matrix(name, {
      rows: labels.length,
      columns: { id: { data: id, width: 1 }, label: { data: label, width: 1 }, pixels: { data: pixels, width: 2 } },
    });
  }
  await made.json('dataset', {
    name: 'tiny',
    width: 2,
    height: 1,
    classes: ['a', 'b', 'c'],
    origin: 'made for a test',
    ...more,
  });
  return made;
}

async function run(source: MemoryArtifact, validation: object, seed = 0): Promise<MemoryResult> {
  return runInMemory(stage, { params: { validation }, inputs: { dataset: source }, seed });
}

async function labels({ output }: MemoryResult, split: string): Promise<number[]> {
  return [...column(await output.matrix(split), 'label', Uint16Array, 1).data];
}

const sorted = [...new Array<number>(10).fill(0), ...new Array<number>(10).fill(1), ...new Array<number>(10).fill(2)];
const mixed = Array.from({ length: 30 }, (_, row) => row % 3);

describe('a class without training rows', () => {
  it.each<[string, readonly number[], object, RegExp]>([
    [
      'the last of a sorted table',
      sorted,
      { lastFraction: 0.34 },
      /preprocess\.validation\.lastFraction 0\.34 must leave training rows of each class, but leaves none of class c: all 10 validate, since the rows stand in the order of their classes/,
    ],
    [
      'the first of a sorted table',
      sorted,
      { first: 20 },
      /preprocess\.validation\.first 20 must leave training rows of each class, but leaves none of classes a, b: all 20 validate, since/,
    ],
    [
      'the one row of a class, at the end',
      [...mixed.filter((label) => label < 2), 2],
      { lastFraction: 0.1 },
      /lastFraction 0\.1 must leave training rows of each class, but leaves none of class c: its one row validates$/,
    ],
    [
      'rows that are named',
      [0, 1, 0, 1, 2],
      { rows: [4] },
      /validation\.rows must leave training rows of each class, but leaves none of class c: its one row validates$/,
    ],
  ])('is an error that names the split and the ways out: %s', async (_name, train, validation, message) => {
    const failure = run(await dataset(train, [0, 1, 2]), validation);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({
      code: 'PARAMS_INVALID',
      remedy: expect.stringMatching(/validation: \{ stratifiedFraction: 0\.\d+ \}/),
    });
  });

  it('is an error by a random share too, whose way out is a stratified one', async () => {
    const source = await dataset([...new Array<number>(40).fill(0), 1, 2], [0, 1, 2]);
    const failures = await Promise.all(
      Array.from({ length: 10 }, (_, seed) =>
        run(source, { randomFraction: 0.5 }, seed).then(
          () => '',
          (error: Error) => error.message,
        ),
      ),
    );
    // each of two rows stays with probability 1/2: that both do in ten draws has probability 1e-6
    expect(failures.find((text) => text !== '')).toMatch(
      /randomFraction 0\.5 must leave training rows of each class, but leaves none of class/,
    );
    const { output } = await run(source, { stratifiedFraction: 0.5 });
    expect(new Set(column(await output.matrix('train'), 'label', Uint16Array, 1).data)).toEqual(new Set([0, 1, 2]));
  });

  it('is told of the data where no split is to blame', async () => {
    const alone = run(await dataset([0, 1, 0, 1], [0, 1, 2, 2]), { set: 'none' });
    await expect(alone).rejects.toThrow('each class must have training rows, but class c has test rows alone (2)');
    await expect(alone).rejects.toMatchObject({
      code: 'DATA_INVALID',
      remedy: expect.stringContaining('add training rows'),
    });
    await expect(run(await dataset([0, 1, 0, 1, 2], [0, 1], { validationRows: 1 }), { set: 'auto' })).rejects.toThrow(
      'each class must have training rows, but class c has validation rows alone (1)',
    );
    await expect(run(await dataset([0, 1, 0, 1, 2], [0, 2], { validationRows: 1 }), { set: 'auto' })).rejects.toThrow(
      'each class must have training rows, but class c has validation and test rows alone (2)',
    );
  });

  it('that has no rows anywhere is a warning, and one row of a class trains where shares are by class', async () => {
    const { warnings } = await run(await dataset([0, 1, 0, 1], [0, 1]), { set: 'none' });
    expect(warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'CLASS_ABSENT: the train set (4 rows) has no example of class c',
      'CLASS_ABSENT: the test set (2 rows) has no example of class c',
    ]);
    const auto = await run(await dataset([...mixed.filter((label) => label < 2), 2], [0, 1]), { set: 'auto' });
    expect((await labels(auto, 'train')).filter((label) => label === 2)).toHaveLength(1);
  });
});

describe('rows in the order of their classes', () => {
  const order = async (train: readonly number[], validation: object): Promise<string[]> =>
    (await run(await dataset(train, [0, 1, 2]), validation)).warnings
      .filter(({ code }) => code === 'ROWS_BY_CLASS')
      .map(({ message }) => message);

  it('are noticed where rows are chosen by their place', async () => {
    expect(await order(sorted, { lastFraction: 0.2 })).toEqual([
      'the 30 training rows stand in the order of their classes, so that preprocess.validation.lastFraction 0.2 ' +
        'takes rows of class c alone: validation: { stratifiedFraction: 0.2 } takes the same share of each class',
    ]);
    expect(await order([...sorted, ...sorted, ...sorted, ...sorted], { first: 5 })).toHaveLength(1);
    expect(await order([...sorted].reverse(), { first: 3 })).toHaveLength(1);
  });

  it('are not spoken of where they are mixed, or the choice does not go by place', async () => {
    expect(await order(mixed, { lastFraction: 0.2 })).toEqual([]);
    expect(await order(mixed, { first: 3 })).toEqual([]);
    for (const choice of [{ stratifiedFraction: 0.2 }, { set: 'auto' }, { set: 'none' }, { first: 0 }])
      expect(await order(sorted, choice)).toEqual([]);
    let word = 7;
    const random = Array.from({ length: 300 }, () => (word = (word * 16807) % 2147483647) % 3);
    expect(await order(random, { lastFraction: 0.2 })).toEqual([]);
  });
});

describe('stratifiedFraction', () => {
  it('takes the same share of each class, the same rows for the same seed, and is seeded', async () => {
    const source = await dataset([...sorted, ...sorted], [0, 1, 2]);
    const one = await run(source, { stratifiedFraction: 0.2 }, 5);
    const counts = (values: readonly number[]): number[] =>
      [0, 1, 2].map((label) => values.filter((value) => value === label).length);
    expect(counts(await labels(one, 'validation'))).toEqual([4, 4, 4]);
    expect(counts(await labels(one, 'train'))).toEqual([16, 16, 16]);
    expect((await run(source, { stratifiedFraction: 0.2 }, 5)).output.matrices).toEqual(one.output.matrices);
    expect((await run(source, { stratifiedFraction: 0.2 }, 6)).output.matrices).not.toEqual(one.output.matrices);
    expect(
      stage.seeded({
        validation: { stratifiedFraction: 0.2 },
        scale: 'by255',
        labels: 'integer',
      } as unknown as Parameters<typeof stage.seeded>[0]),
    ).toBe(true);
  });
});
