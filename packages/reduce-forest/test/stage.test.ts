import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FeaturesInfo, ForestInfo } from '@layerwise/contracts';
import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import { Random } from '@layerwise/kernels/random';
import { stage } from '@layerwise/reduce-forest';

const dataset = { name: 'made', width: 5, height: 2, classes: ['a', 'b', 'c'], origin: 'made for this test' };
const pixels: FeaturesInfo = { origin: 'pixels', columns: 10, scale: { factor: 1 / 255, offset: 0 }, dataset };
const telling = [2, 7];

/** Two of ten byte columns tell the class; the others are noise, one is constant. */
async function artifact({ rows = 300, info = pixels, oneClass = false, floats = false } = {}): Promise<MemoryArtifact> {
  const random = new Random(Uint32Array.of(5, 2, 3, 4));
  const made = new MemoryArtifact('features');
  for (const [name, count] of [
    ['train', rows],
    ['validation', 40],
    ['test', 30],
  ] as const) {
    const data = floats ? new Float32Array(count * 10) : new Uint8Array(count * 10);
    const label = new Uint16Array(count);
    for (let r = 0; r < count; r++) {
      label[r] = oneClass ? 1 : random.below(3);
      for (let j = 0; j < 10; j++)
        data[r * 10 + j] = j === 4 ? 9 : random.below(100) + (telling.includes(j) ? 60 * label[r]! : 0);
    }
    await made.matrix(name, {
      rows: count,
      columns: {
        id: { data: Uint32Array.from({ length: count }, (_, i) => i), width: 1 },
        label: { data: label, width: 1 },
        features: { data, width: 10 },
      },
    });
  }
  await made.json('features', info);
  return made;
}

describe('reduce-forest', () => {
  it.each([false, true])('keeps the columns that tell the classes, in their type (floats: %s)', async (floats) => {
    const features = await artifact({ floats });
    const { output, progress, warnings } = await runInMemory(stage, {
      params: { trees: 20, topK: 2 },
      inputs: { features },
    });
    expect(await output.json('features')).toEqual({
      origin: 'selected',
      columns: 2,
      scale: pixels.scale,
      dataset,
      selected: telling,
      sourceScale: pixels.scale,
    });
    expect(output.files).toEqual([
      'features.json',
      'forest.json',
      'importances.parquet',
      'test.arrow',
      'train.arrow',
      'validation.arrow',
    ]);
    const before = (await features.matrix('test')).columns;
    const after = (await output.matrix('test')).columns;
    expect(after.id).toEqual(before.id);
    expect(after.features!.data.constructor).toBe(before.features!.data.constructor);
    expect(Array.from(after.features!.data.slice(0, 4))).toEqual([2, 7, 12, 17].map((i) => before.features!.data[i]));
    expect(progress.at(-1)).toMatchObject({ done: 20, total: 20, unit: 'trees' });
    expect(warnings).toEqual([]);
  });

  it('writes ranks, and importances that sum to 1', async () => {
    const { output } = await runInMemory(stage, {
      params: { trees: 20, topK: 3 },
      inputs: { features: await artifact() },
    });
    const { column, importance, rank, selected } = (await output.table('importances')) as unknown as Record<
      string,
      { values: number[] }
    >;
    expect(Array.from(column!.values)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Array.from(importance!.values).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(importance!.values[4]).toBe(0);
    expect(rank!.values[4]).toBe(10);
    expect(telling.map((j) => rank!.values[j]).sort()).toEqual([1, 2]);
    expect(selected!.values.filter(Boolean).length).toBe(3);
  });

  it('scores the forest out of bag, on validation and on test', async () => {
    const { output } = await runInMemory(stage, {
      params: { trees: 40, topK: 2 },
      inputs: { features: await artifact() },
    });
    const info = await output.json<ForestInfo>('forest');
    expect(info.trees).toBe(40);
    for (const score of [info.outOfBagAccuracy, info.validationAccuracy, info.testAccuracy]) {
      expect(score).toBeGreaterThan(0.75);
      expect(score).toBeLessThanOrEqual(1);
    }
    expect(info.nodes).toBeGreaterThan(40 * 3);
    expect(info.maxDepth).toBeGreaterThan(2);
  });

  it('is grown on the training rows alone', async () => {
    const one = await artifact();
    const two = await artifact();
    const held = await two.matrix('test');
    await two.matrix('test', {
      ...held,
      columns: { ...held.columns, features: { data: new Uint8Array(300).fill(255), width: 10 } },
    });
    const [a, b] = await Promise.all(
      [one, two].map((features) => runInMemory(stage, { params: { trees: 5, topK: 2 }, inputs: { features } })),
    );
    expect(await a!.output.table('importances')).toEqual(await b!.output.table('importances'));
  });

  it('gives the same forest for 1 and 3 workers, another for another seed', async () => {
    const features = await artifact();
    const run = (workers: number, seed: number) =>
      runInMemory(stage, { params: { trees: 9, topK: 2 }, inputs: { features }, workers, seed });
    const [one, three, other] = await Promise.all([run(1, 42), run(3, 42), run(1, 43)]);
    expect(await one.output.table('importances')).toEqual(await three.output.table('importances'));
    expect(one.output.values).toEqual(three.output.values);
    expect(await one.output.table('importances')).not.toEqual(await other.output.table('importances'));
  });

  it('picks the scale of the kept columns and names their pixels', async () => {
    const factor = Array.from({ length: 10 }, (_, j) => j + 1);
    const info: FeaturesInfo = {
      ...pixels,
      origin: 'selected',
      selected: factor.map((f) => 100 + f),
      scale: { factor, offset: 0 },
    };
    const { output } = await runInMemory(stage, {
      params: { trees: 20, topK: 2 },
      inputs: { features: await artifact({ info }) },
    });
    expect(await output.json('features')).toMatchObject({
      selected: [103, 108],
      scale: { factor: [3, 8], offset: 0 },
      sourceScale: { factor },
    });
  });

  it.each([
    [{ topK: 11 }, /reduce-forest.topK must be at most 10, the number of columns of the features, got 11/],
    [{ topK: 2, maxFeatures: 11 }, /reduce-forest.maxFeatures must be at most 10/],
    [{ topK: 0 }, /topK must be a whole number of at least 1, got 0/],
    [{}, /needs the field 'topK'/],
    [{ topK: 2, tree: 3 }, /tree is not a known field; did you mean 'trees'/],
  ])('refuses %j', async (params, message) => {
    await expect(runInMemory(stage, { params, inputs: { features: await artifact() } })).rejects.toThrow(message);
  });

  it.each([
    ['one class', { oneClass: true }, /all 300 rows have label 1/],
    ['no rows', { rows: 0 }, /at least 2 rows are needed, got 0/],
    ['one row', { rows: 1 }, /at least 2 rows are needed, got 1/],
  ])('says what is wrong with %s', async (_name, options, message) => {
    await expect(
      runInMemory(stage, { params: { topK: 2 }, inputs: { features: await artifact(options) } }),
    ).rejects.toThrow(message);
  });

  it('stops when told to', async () => {
    await expect(
      runInMemory(stage, { params: { topK: 2 }, inputs: { features: await artifact() }, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

const folder = join(process.env.LAYERWISE_DATA_DIR ?? '', 'mnist');

describe.skipIf(!process.env.LAYERWISE_DATA_DIR || !existsSync(folder))('on MNIST', () => {
  it('20 trees reach 0.95 out of the bag and on test', async () => {
    const read = (name: string, head: number) =>
      new Uint8Array(gunzipSync(readFileSync(join(folder, `${name}.gz`))).subarray(head));
    const features = new MemoryArtifact('features');
    const table = (prefix: string, from: number, to: number) => ({
      rows: to - from,
      columns: {
        id: { data: Uint32Array.from({ length: to - from }, (_, i) => from + i), width: 1 },
        label: { data: Uint16Array.from(read(`${prefix}-labels-idx1-ubyte`, 8).subarray(from, to)), width: 1 },
        features: { data: read(`${prefix}-images-idx3-ubyte`, 16).subarray(from * 784, to * 784), width: 784 },
      },
    });
    await features.matrix('train', table('train', 5000, 60000));
    await features.matrix('validation', table('train', 0, 5000));
    await features.matrix('test', table('t10k', 0, 10000));
    await features.json('features', {
      ...pixels,
      columns: 784,
      dataset: { ...dataset, width: 28, height: 28, classes: Array.from('0123456789') },
    });
    const { output } = await runInMemory(stage, { params: { trees: 20, topK: 70 }, inputs: { features }, workers: 2 });
    const info = await output.json<ForestInfo>('forest');
    expect(info.testAccuracy).toBeGreaterThan(0.95);
    expect(info.outOfBagAccuracy).toBeGreaterThan(0.93);
  });
});
