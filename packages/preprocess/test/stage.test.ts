import { column, type DatasetInfo, type FeaturesInfo } from '@layerwise/contracts';
import { MemoryArtifact, runInMemory, type MemoryResult } from '@layerwise/conformance';
import { stage } from '@layerwise/preprocess';
import { describe, expect, it } from 'vitest';

const info: DatasetInfo = { name: 'tiny', width: 2, height: 1, classes: ['a', 'b', 'c'], origin: 'made for a test' };

/** A data set of 2 pixels an image: row r is (10 r, 100 + r), in the test part (10 r, 200 + r), of class r mod 3. */
async function dataset(
  train: number,
  test: number,
  change: (pixels: Uint8Array, split: string) => void = () => {},
): Promise<MemoryArtifact> {
  const made = new MemoryArtifact('dataset');
  for (const [name, rows] of [
    ['train', train],
    ['test', test],
  ] as const) {
    const pixels = Uint8Array.from({ length: 2 * rows }, (_, i) =>
      i % 2 ? (name === 'test' ? 200 : 100) + (i >> 1) : 10 * (i >> 1),
    );
    change(pixels, name);
    const each = Array.from({ length: rows }, (_, row) => row);
    await made.matrix(name, {
      rows,
      columns: {
        id: { data: Uint32Array.from(each), width: 1 },
        label: { data: Uint16Array.from(each, (row) => row % 3), width: 1 },
        pixels: { data: pixels, width: 2 },
      },
    });
  }
  await made.json('dataset', info);
  return made;
}

async function run(params: unknown, source?: MemoryArtifact): Promise<MemoryResult> {
  return runInMemory(stage, { params, inputs: { dataset: source ?? (await dataset(9, 3)) } });
}

async function ids({ output }: MemoryResult, split: string): Promise<number[]> {
  return [...column(await output.matrix(split), 'id', Uint32Array, 1).data];
}

describe('preprocess', () => {
  it('writes three splits, pixels untouched, and the scale beside them', async () => {
    const result = await run({ validation: { first: 3 } });
    expect(result.output.files).toEqual(['features.json', 'test.arrow', 'train.arrow', 'validation.arrow']);
    expect(await ids(result, 'validation')).toEqual([0, 1, 2]);
    expect(await ids(result, 'train')).toEqual([3, 4, 5, 6, 7, 8]);
    const train = await result.output.matrix('train');
    expect([...column(train, 'features', Uint8Array, 2).data]).toEqual([
      30, 103, 40, 104, 50, 105, 60, 106, 70, 107, 80, 108,
    ]);
    expect([...column(train, 'label', Uint16Array, 1).data]).toEqual([0, 1, 2, 0, 1, 2]);
    expect(Object.keys(train.columns)).toEqual(['id', 'label', 'features']);
    expect(await result.output.json<FeaturesInfo>('features')).toEqual({
      origin: 'pixels',
      columns: 2,
      scale: { factor: 1 / 255, offset: 0 },
      dataset: info,
    });
    expect(result.progress.at(-1)).toMatchObject({ done: 3, total: 3 });
    expect(result.warnings).toEqual([]);
  });

  it('gathers rows that do not stand together', async () => {
    const result = await run({ validation: { rows: [7, 2, 3] } });
    expect(await ids(result, 'validation')).toEqual([2, 3, 7]);
    expect([...column(await result.output.matrix('validation'), 'features', Uint8Array, 2).data]).toEqual([
      20, 102, 30, 103, 70, 107,
    ]);
    expect(await ids(result, 'train')).toEqual([0, 1, 4, 5, 6, 8]);
  });

  it('validates on the test set where asked to', async () => {
    const result = await run({ validation: { set: 'test' } });
    expect(await result.output.matrix('validation')).toEqual(await result.output.matrix('test'));
    expect(await ids(result, 'train')).toHaveLength(9);
  });

  it('writes one-hot labels where asked to', async () => {
    const result = await run({ validation: { first: 6 }, labels: 'onehot' });
    expect([...column(await result.output.matrix('train'), 'onehot', Uint8Array, 3).data]).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
  });

  it.each(['minmax', 'standard'])('fits %s on the training rows alone', async (scale) => {
    const params = { validation: { lastFraction: 0.4 }, scale };
    const plain = await run(params);
    const heldOut = await dataset(9, 3, (pixels, split) => pixels.fill(255, split === 'test' ? 0 : 10));
    const perturbed = await run(params, heldOut);
    expect(await perturbed.output.matrix('validation')).not.toEqual(await plain.output.matrix('validation'));
    expect(await perturbed.output.json('features')).toEqual(await plain.output.json('features'));
    const trained = await dataset(9, 3, (pixels, split) => split === 'train' && pixels.fill(255, 0, 1));
    expect(await (await run(params, trained)).output.json('features')).not.toEqual(await plain.output.json('features'));
  });

  it('does not change its input', async () => {
    const source = await dataset(9, 3);
    const before = structuredClone(source.matrices);
    await run({ validation: { randomFraction: 0.5 }, scale: 'standard', labels: 'onehot' }, source);
    expect(source.matrices).toEqual(before);
  });

  it('says which classes a split lacks, and that one is empty unless none was asked for', async () => {
    const { warnings } = await run({ validation: { first: 1 } }, await dataset(9, 2));
    expect(warnings).toMatchObject([
      { code: 'CLASS_ABSENT', message: 'the validation set (1 rows) has no example of class b, c' },
      { code: 'CLASS_ABSENT', message: 'the test set (2 rows) has no example of class c' },
    ]);
    expect((await run({ validation: { first: 0 } })).warnings).toMatchObject([{ code: 'EMPTY_SPLIT' }]);
    expect((await run({ validation: { set: 'none' } })).warnings).toEqual([]);
  });

  it('refuses to leave no training row, and labels without a class', async () => {
    await expect(run({ validation: { first: 9 } })).rejects.toThrow(
      /at least one row must be left to train on, got 0 of 9/,
    );
    await expect(run({ validation: { set: 'none' } }, await dataset(0, 0))).rejects.toThrow(/got 0 of 0/);
    const source = await dataset(9, 3);
    source.matrices.get('test')!.columns.label!.data[1] = 3;
    await expect(run({ validation: { first: 3 } }, source)).rejects.toThrow('labels must be 0 to 2, got 3 in row 1');
  });

  it('draws random numbers for a random share alone', () => {
    const seeded = (validation: Record<string, unknown>): boolean =>
      stage.seeded({ validation, scale: 'by255', labels: 'integer' } as unknown as Parameters<typeof stage.seeded>[0]);
    expect(seeded({ randomFraction: 0.3 })).toBe(true);
    expect(seeded({ first: 5000 })).toBe(false);
  });
});
