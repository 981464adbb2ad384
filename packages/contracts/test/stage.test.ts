import { defineStage, type ArtifactReader, type Column, type FeaturesInfo } from '@layerwise/contracts';
import { describe, expect, expectTypeOf, it } from 'vitest';

const common = { id: 'typed', summary: 'reads what it declares', params: {}, seeded: () => false } as const;

describe('defineStage', () => {
  it('types the inputs by the kinds that the stage reads, and the output by what it writes', () => {
    const stage = defineStage({
      ...common,
      reads: { features: 'features', activations: 'activations', 'nodes?': 'nodes' },
      writes: 'embedding',
      async run({ inputs, output }) {
        const train = await inputs.features.matrix('train');
        expectTypeOf(train.columns.features.data).toEqualTypeOf<Uint8Array | Float32Array>();
        expectTypeOf(train.columns.onehot).toEqualTypeOf<Column<Uint8Array> | undefined>();
        expectTypeOf(await inputs.features.json('features')).toEqualTypeOf<FeaturesInfo>();
        const ranks = await inputs.features.table('importances');
        expectTypeOf(ranks.selected.values).toEqualTypeOf<readonly boolean[]>();
        // @ts-expect-error features have no such matrix
        await inputs.features.matrix('pixels');
        // @ts-expect-error a table is no matrix
        await inputs.features.matrix('spectrum');
        // @ts-expect-error it is another kind that has this document
        await inputs.features.json('views');
        // @ts-expect-error activations have no column of this name
        expectTypeOf((await inputs.activations.matrix('train')).columns.position).toBeAny();
        // @ts-expect-error the role is not declared
        expectTypeOf(inputs.model).toBeAny();
        // @ts-expect-error an input that may be absent
        await inputs.nodes.json('nodes');
        const { id, label } = train.columns;
        const position = { data: new Float32Array(2 * train.rows), width: 2 };
        await output.matrix('any-view', { rows: train.rows, columns: { id, label, position } });
        // @ts-expect-error a map without positions
        await output.matrix('any-view', { rows: train.rows, columns: { id, label } });
        const wide = { data: new Float64Array(2), width: 2 };
        // @ts-expect-error positions are float32
        await output.matrix('any-view', { rows: train.rows, columns: { id, label, position: wide } });
        // @ts-expect-error embeddings have no table
        await output.table('history', {});
        // @ts-expect-error a view has a method, a source and more
        await output.json('views', [{ name: 'x' }]);
      },
    });
    expect(stage.reads).toEqual({ features: 'features', activations: 'activations', 'nodes?': 'nodes' });
  });

  const stage = defineStage({
    ...common,
    reads: { features: 'features' },
    writes: 'features',
    async run({ inputs, output }) {
      await output.matrix('train', await inputs.features.matrix('train'));
      if (inputs.features.has('importances.parquet')) await inputs.features.table('importances');
    },
  });
  const given = (columns: object, table?: object): ArtifactReader =>
    ({
      kind: 'features',
      has: () => table !== undefined,
      matrix: async () => ({ rows: 2, columns }),
      table: async () => table,
    }) as unknown as ArtifactReader;
  const column = <T>(data: T, width = 1) => ({ data, width });
  const sound = {
    id: column(Uint32Array.of(0, 1)),
    label: column(Uint16Array.of(0, 1)),
    features: column(new Float32Array(6), 3),
  };
  const run = (features: ArtifactReader): Promise<void> =>
    stage.run({ inputs: { features }, output: { matrix: async () => {} } } as never);

  it.each([
    ['a column missing', { ...sound, features: undefined }, 'column features must be uint8 or float32, is missing'],
    ['another dtype', { ...sound, features: column(new Float64Array(2)) }, 'must be uint8 or float32, is float64'],
    ['an optional column of another dtype', { ...sound, onehot: column(new Float32Array(2)) }, 'onehot must be uint8'],
    ['a column cut short', { ...sound, label: column(new Uint16Array(1)) }, 'has 1 values, must have 2 x 1'],
  ])('refuses an input with %s, by role, file and column', async (_, columns, words) => {
    const there = Object.fromEntries(Object.entries(columns).filter(([, value]) => value));
    await expect(run(given(there))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/^features: train\.arrow column /),
    });
    await expect(run(given(there))).rejects.toThrow(words);
  });

  it('refuses a table whose column has another type', async () => {
    await expect(run(given(sound))).resolves.toBeUndefined();
    const table = { column: { type: 'float64', values: [1] } };
    await expect(run(given(sound, table))).rejects.toThrow('features: importances.parquet column');
  });
});
