import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import type { ForestInfo } from '@layerwise/contracts';
import { predict } from '@layerwise/kernels/forest';
import { Random } from '@layerwise/kernels/random';
import { stage } from '@layerwise/reduce-forest-mljs';
import { below, convertTree } from '../src/tree.js';
import type { Library } from '../src/library.js';

const { RandomForestClassifier } = createRequire(import.meta.url)('ml-random-forest') as Library;

/** Columns 1 and 4 of six tell which of three classes. */
function made(rows: number, seed: number) {
  const random = new Random(Uint32Array.of(seed, 1, 1, 1));
  const labels = Uint16Array.from({ length: rows }, () => random.below(3));
  const data = Uint8Array.from(
    { length: rows * 6 },
    (_, i) => random.below(60) + (i % 6 === 1 || i % 6 === 4 ? 50 * labels[Math.floor(i / 6)]! : 0),
  );
  return { data, labels, rows, columns: 6, classes: 3 };
}

describe('convertTree', () => {
  it('predicts what ml-random-forest predicts', async () => {
    const train = made(80, 1);
    const test = made(200, 2);
    const list = ({ data, rows }: { data: Uint8Array; rows: number }) =>
      Array.from({ length: rows }, (_, r) => Array.from(data.subarray(6 * r, 6 * r + 6)));
    const theirs = new RandomForestClassifier({
      nEstimators: 1,
      maxFeatures: 4,
      replacement: false,
      seed: 5,
      useSampleBagging: false,
      noOOB: true,
      treeOptions: {},
    });
    theirs.train(list(train), Array.from(train.labels));
    const tree = convertTree(theirs.estimators[0]!.root, theirs.indexes[0]!, 6, new Uint8Array(10));
    const none = new Float64Array(6);
    const ours = await predict(
      { columns: 6, classes: 3, trees: [tree], importances: none, standardDeviations: none },
      test,
    );
    expect(Array.from(ours.classes)).toEqual(
      (theirs as unknown as { predict(rows: number[][]): number[] }).predict(list(test)),
    );
    expect(tree.importances.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe('below', () => {
  it.each([3, 2.5, 0.1, 1e-40, 0, -1, -0.3, 255])('is the largest float32 under %f', (value) => {
    const under = below(value);
    expect(Math.fround(under)).toBe(under);
    expect(under).toBeLessThan(value);
    const next = Float32Array.of(under);
    const bits = new Int32Array(next.buffer);
    bits[0] = under < 0 ? bits[0]! - 1 : bits[0]! + 1;
    expect(next[0]! + 0).toBeGreaterThanOrEqual(value);
  });
});

describe('reduce-forest-mljs', () => {
  async function artifact(rows: number): Promise<MemoryArtifact> {
    const features = new MemoryArtifact('features');
    for (const [seed, [name, count]] of (
      [
        ['train', rows],
        ['validation', 50],
        ['test', 60],
      ] as const
    ).entries()) {
      const { data, labels } = made(count, seed + 1);
      await features.matrix(name, {
        rows: count,
        columns: {
          id: { data: Uint32Array.from({ length: count }, (_, i) => i), width: 1 },
          label: { data: labels, width: 1 },
          features: { data, width: 6 },
        },
      });
    }
    await features.json('features', {
      origin: 'pixels',
      columns: 6,
      scale: { factor: 1 / 255, offset: 0 },
      dataset: { name: 'made', width: 3, height: 2, classes: ['a', 'b', 'c'], origin: 'made for this test' },
    });
    return features;
  }

  it('keeps the columns that tell the classes, and says that it sampled', async () => {
    const { output, warnings } = await runInMemory(stage, {
      params: { topK: 2, trees: 30, sample: 80 },
      inputs: { features: await artifact(300) },
    });
    expect(await output.json('features')).toMatchObject({ origin: 'selected', selected: [1, 4], columns: 2 });
    expect(warnings).toEqual([{ code: 'SAMPLED', message: expect.stringMatching(/80 of the 300 training rows/) }]);
    const info = await output.json<ForestInfo>('forest');
    for (const score of [info.outOfBagAccuracy, info.validationAccuracy, info.testAccuracy])
      expect(score).toBeGreaterThan(0.7);
    expect(output.files).toEqual([
      'features.json',
      'forest.json',
      'importances.parquet',
      'test.arrow',
      'train.arrow',
      'validation.arrow',
    ]);
  });

  it('says nothing of a sample when all rows fit in it', async () => {
    const { warnings } = await runInMemory(stage, {
      params: { topK: 2, trees: 2, sample: 80 },
      inputs: { features: await artifact(60) },
    });
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ topK: 7 }, /reduce-forest-mljs.topK must be at most 6/],
    [{ topK: 1, maxFeatures: 7 }, /reduce-forest-mljs.maxFeatures must be at most 6/],
    [{ topK: 1, sample: 1 }, /sample must be a whole number of at least 2, got 1/],
  ])('refuses %j', async (params, message) => {
    await expect(runInMemory(stage, { params, inputs: { features: await artifact(60) } })).rejects.toThrow(message);
  });
});
