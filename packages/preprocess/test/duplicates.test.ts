import { MemoryArtifact, runInMemory, type MemoryResult } from '@layerwise/conformance';
import type { DatasetInfo, Warning } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import { stage } from '@layerwise/preprocess';
import { describe, expect, it } from 'vitest';

type Row = readonly [label: number, ...pixels: number[]];

/** A data set of the given rows, whose last `validationRows` of training came as validation rows. */
async function dataset(train: readonly Row[], test: readonly Row[], validationRows?: number): Promise<MemoryArtifact> {
  const made = new MemoryArtifact('dataset');
  const width = train[0]!.length - 1;
  for (const [name, rows] of [
    ['train', train],
    ['test', test],
  ] as const) {
    const [id, label] = [Uint32Array.from(rows, (_, row) => row), Uint16Array.from(rows, ([first]) => first)];
    const pixels = Uint8Array.from(rows.flatMap(([, ...rest]) => rest));
    await made.matrix(name, {
      rows: rows.length,
      columns: { id: { data: id, width: 1 }, label: { data: label, width: 1 }, pixels: { data: pixels, width } },
    });
  }
  const info: DatasetInfo = {
    name: 'tiny',
    width,
    height: 1,
    classes: ['a', 'b'],
    origin: 'made for a test',
    ...(validationRows === undefined ? {} : { validationRows }),
  };
  await made.json('dataset', info);
  return made;
}

async function duplicates(source: MemoryArtifact, validation: object): Promise<string[]> {
  const { warnings }: MemoryResult = await runInMemory(stage, { params: { validation }, inputs: { dataset: source } });
  return warnings.filter(({ code }: Warning) => code === 'DUPLICATE_ROWS').map(({ message }) => message);
}

describe('rows in two splits', () => {
  const train: Row[] = [
    [0, 1, 2],
    [1, 3, 4],
    [0, 5, 6],
    [1, 7, 8],
    [0, 1, 2],
    [1, 3, 5],
  ];

  it('are counted for each pair of splits, with their classes and an example', async () => {
    const source = await dataset(
      train,
      [
        [0, 9, 9],
        [0, 3, 4],
        [1, 7, 8],
        [1, 1, 2],
      ],
      2,
    );
    expect(await duplicates(source, { set: 'auto' })).toEqual([
      '1 of the 2 validation rows (50.00%) is a training row too, pixel for pixel (validation row 4 is training ' +
        'row 0): accuracy on it says little of images that the net has not seen; take it out of one of the two',
      '3 of the 4 test rows (75.00%) are training rows too, pixel for pixel (test row 1 is training row 1), 2 ' +
        'of them under another class: accuracy on them says little of images that the net has not seen; take them ' +
        'out of one of the two',
      '1 of the 4 test rows (25.00%) is a validation row too, pixel for pixel (test row 3 is validation row 4), ' +
        'under another class: choosing by the validation rows favours it; take it out of one of the two',
    ]);
  });

  it('are not looked for where the test rows validate, and none are found where bytes differ', async () => {
    expect(
      await duplicates(
        await dataset(train, [
          [0, 1, 3],
          [1, 4, 3],
        ]),
        { set: 'test' },
      ),
    ).toEqual([]);
    expect(
      await duplicates(
        await dataset(train, [
          [1, 3, 4],
          [0, 2, 1],
        ]),
        { set: 'test' },
      ),
    ).toHaveLength(1);
    expect(await duplicates(await dataset(train, []), { set: 'none' })).toEqual([]);
  });

  it('are as many as a set of texts finds, of thousands of rows that are often alike', async () => {
    const random = new Random(Uint32Array.of(1, 2, 3, 4));
    const row = (): Row => [random.below(2), ...Array.from({ length: 6 }, () => random.below(4))];
    const [some, others] = [Array.from({ length: 3000 }, row), Array.from({ length: 2000 }, row)];
    const known = new Set(some.map(([, ...pixels]) => pixels.join()));
    const expected = others.filter(([, ...pixels]) => known.has(pixels.join())).length;
    expect(expected).toBeGreaterThan(500);
    expect(expected).toBeLessThan(1900);
    expect((await duplicates(await dataset(some, others), { set: 'none' }))[0]).toMatch(
      new RegExp(`^${expected} of the 2000 test rows`),
    );
  });

  it('are found in time that grows with the rows, where all rows are alike', async () => {
    const blank = (rows: number): Row[] => Array.from({ length: rows }, (_, i) => [i % 2, 0, 0]);
    expect((await duplicates(await dataset(blank(100_000), blank(50_000)), { set: 'none' }))[0]).toMatch(
      /^50000 of the 50000 test rows \(100\.00%\)/,
    );
  });
});
