import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FeaturesInfo } from '@layerwise/contracts';
import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import { Random } from '@layerwise/kernels/random';
import { stage } from '@layerwise/reduce-pca';

const dataset = { name: 'made', width: 4, height: 3, classes: ['a', 'b'], origin: 'made for this test' };
const pixels: FeaturesInfo = { origin: 'pixels', columns: 12, scale: { factor: 1 / 255, offset: 0 }, dataset };

/** Bytes of three hidden sources, so rank about 3 plus noise. */
async function artifact({
  info = pixels,
  rows = 60,
  seed = 1,
  fill = undefined as number | undefined,
} = {}): Promise<MemoryArtifact> {
  const random = new Random(Uint32Array.of(seed, 2, 3, 4));
  const made = new MemoryArtifact('features');
  for (const [name, count] of [
    ['train', rows],
    ['validation', 7],
    ['test', 5],
  ] as const) {
    const data = new Uint8Array(count * 12);
    for (let r = 0; r < count; r++) {
      const sources = [random.below(120), random.below(60), random.below(30)];
      for (let j = 0; j < 12; j++)
        data[r * 12 + j] = fill ?? (sources[j % 3] as number) + (j < 6 ? (sources[0] as number) : 0) + random.below(4);
    }
    const column = (values: Uint32Array | Uint16Array) => ({ data: values, width: 1 });
    await made.matrix(name, {
      rows: count,
      columns: {
        id: column(Uint32Array.from({ length: count }, (_, i) => i)),
        label: column(new Uint16Array(count)),
        features: { data, width: 12 },
      },
    });
  }
  await made.json('features', info);
  return made;
}

describe('reduce-pca', () => {
  it('keeps a share of the variance and passes on the rest of the table', async () => {
    const features = await artifact();
    const { output, progress } = await runInMemory(stage, { params: { variance: 0.9 }, inputs: { features } });
    const info = await output.json<FeaturesInfo>('features');
    expect(info).toMatchObject({
      origin: 'components',
      dataset,
      sourceScale: pixels.scale,
      scale: { factor: 1, offset: 0 },
    });
    expect(info.columns).toBeLessThanOrEqual(3);
    expect(info.explained).toBeGreaterThan(0.9);
    expect(output.files).toEqual([
      'components.arrow',
      'features.json',
      'mean.arrow',
      'spectrum.parquet',
      'test.arrow',
      'train.arrow',
      'validation.arrow',
    ]);
    for (const [name, rows] of [
      ['train', 60],
      ['validation', 7],
      ['test', 5],
    ] as const) {
      const table = await output.matrix(name);
      expect(table.rows).toBe(rows);
      expect(table.columns.id).toEqual((await features.matrix(name)).columns.id);
      expect(table.columns.features?.data).toBeInstanceOf(Float32Array);
      expect(table.columns.features?.data.length).toBe(rows * info.columns);
    }
    expect(progress.at(-1)).toMatchObject({ done: 4, total: 4 });
  });

  it('rebuilds the training rows from all components, to rounding', async () => {
    const features = await artifact();
    const { output } = await runInMemory(stage, { params: { components: 12 }, inputs: { features } });
    const { data: components } = (await output.matrix('components')).columns.component!;
    const { data: mean } = (await output.matrix('mean')).columns.mean!;
    const { data: coordinates } = (await output.matrix('train')).columns.features!;
    const { data: bytes } = (await features.matrix('train')).columns.features!;
    let worst = 0;
    for (let r = 0; r < 60; r++) {
      for (let j = 0; j < 12; j++) {
        let value = mean[j]!;
        for (let k = 0; k < 12; k++) value += coordinates[r * 12 + k]! * components[k * 12 + j]!;
        worst = Math.max(worst, Math.abs(value - bytes[r * 12 + j]! / 255));
      }
    }
    expect(worst).toBeLessThan(1e-6);
  });

  it('is fitted on the training rows alone', async () => {
    const one = await artifact();
    const two = await artifact();
    const held = await two.matrix('test');
    await two.matrix('test', {
      ...held,
      columns: { ...held.columns, features: { data: new Uint8Array(5 * 12).fill(255), width: 12 } },
    });
    const outputs = await Promise.all(
      [one, two].map((features) => runInMemory(stage, { params: { components: 3 }, inputs: { features } })),
    );
    for (const name of ['components', 'mean', 'train', 'validation'])
      expect(await outputs[0]!.output.matrix(name)).toEqual(await outputs[1]!.output.matrix(name));
    expect(await outputs[0]!.output.matrix('test')).not.toEqual(await outputs[1]!.output.matrix('test'));
  });

  it('gives the same bytes for 1 and 3 workers', async () => {
    const features = await artifact();
    const [one, three] = await Promise.all(
      [1, 3].map((workers) => runInMemory(stage, { params: { variance: 0.95 }, inputs: { features }, workers })),
    );
    expect(one!.output.matrices).toEqual(three!.output.matrices);
  });

  it.each([
    [{}, /exactly one of variance and components, got neither/],
    [{ variance: 0.5, components: 3 }, /exactly one of variance and components, got variance: 0.5 and components: 3/],
    [{ variance: 1.5 }, /variance must be a number in \(0, 1\], got 1.5/],
    [{ components: 0 }, /components must be a whole number of at least 1, got 0/],
    [
      { components: 13 },
      /reduce-pca.components: the number of components must be at most 12, the rank of the 60 x 12 features, got 13/,
    ],
  ])('refuses %j', async (params, message) => {
    await expect(runInMemory(stage, { params, inputs: { features: await artifact() } })).rejects.toThrow(message);
  });

  it.each([
    ['one row', { rows: 1 }, /at least 2 rows are needed, got 1/],
    ['no rows', { rows: 0 }, /at least 2 rows are needed, got 0/],
    ['constant columns only', { fill: 9 }, /all 12 columns are constant/],
  ])('says what is wrong with %s', async (_name, options, message) => {
    await expect(
      runInMemory(stage, { params: { variance: 0.95 }, inputs: { features: await artifact(options) } }),
    ).rejects.toThrow(message);
  });

  it('stops when told to', async () => {
    await expect(
      runInMemory(stage, {
        params: { variance: 0.95 },
        inputs: { features: await artifact() },
        signal: AbortSignal.abort(),
      }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

const mnist = join(process.env.LAYERWISE_DATA_DIR ?? '', 'mnist/train-images-idx3-ubyte.gz');

describe.skipIf(!process.env.LAYERWISE_DATA_DIR || !existsSync(mnist))('on MNIST', () => {
  it('finds 154 components in 95% of the variance of rows 5000 and on', async () => {
    const images = new Uint8Array(gunzipSync(readFileSync(mnist)).subarray(16));
    const features = new MemoryArtifact('features');
    const table = (from: number, to: number) => ({
      rows: to - from,
      columns: {
        id: { data: Uint32Array.from({ length: to - from }, (_, i) => from + i), width: 1 },
        label: { data: new Uint16Array(to - from), width: 1 },
        features: { data: images.subarray(from * 784, to * 784), width: 784 },
      },
    });
    await features.matrix('train', table(5000, 60000));
    await features.matrix('validation', table(0, 5000));
    await features.matrix('test', table(0, 10));
    await features.json('features', {
      origin: 'pixels',
      columns: 784,
      scale: { factor: 1 / 255, offset: 0 },
      dataset: { ...dataset, width: 28, height: 28 },
    });
    const { output } = await runInMemory(stage, { params: { variance: 0.95 }, inputs: { features }, workers: 2 });
    const { variance, ratio } = (await output.matrix('components')).columns;
    expect(ratio?.data.length).toBe(154);
    expect(Array.from(ratio!.data.slice(0, 3), (value) => Number(value.toFixed(3)))).toEqual([0.097, 0.071, 0.062]);
    expect(variance!.data[0]).toBeCloseTo(5.11231, 4);
  });
});
