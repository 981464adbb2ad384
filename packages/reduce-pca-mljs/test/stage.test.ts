import { runInMemory, sampleFeatures } from '@layerwise/conformance';
import { column, type FeaturesInfo } from '@layerwise/contracts';
import { stage as ours } from '@layerwise/reduce-pca';
import { stage as theirs } from '@layerwise/reduce-pca-mljs';
import { describe, expect, it } from 'vitest';

/** Largest difference of two columns of float64 or float32. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe('the components of ml-pca and of our own eigensolver', () => {
  it.each([{ variance: 0.95 }, { components: 12 }])('agree, signs and all: %o', async (params) => {
    const features = await sampleFeatures({ train: 400, validation: 40, test: 60 });
    const [a, b] = [
      (await runInMemory(ours, { params, inputs: { features } })).output,
      (await runInMemory(theirs, { params, inputs: { features } })).output,
    ];
    const [ourInfo, theirInfo] = [await a.json<FeaturesInfo>('features'), await b.json<FeaturesInfo>('features')];
    expect(theirInfo.columns).toBe(ourInfo.columns);
    expect(theirInfo.explained).toBeCloseTo(ourInfo.explained!, 12);
    const components = [await a.matrix('components'), await b.matrix('components')].map(
      (table) => column(table, 'component', Float64Array).data,
    );
    expect(difference(components[0]!, components[1]!)).toBeLessThan(1e-9);
    for (const split of ['train', 'validation', 'test']) {
      const rows = [await a.matrix(split), await b.matrix(split)].map(
        (table) => column(table, 'features', Float32Array).data,
      );
      expect(difference(rows[0]!, rows[1]!)).toBeLessThan(1e-5);
    }
  });

  it('refuses more components than the rank by its own name', async () => {
    const features = await sampleFeatures({ train: 20, validation: 0, test: 0 });
    await expect(runInMemory(theirs, { params: { components: 200 }, inputs: { features } })).rejects.toThrow(
      /reduce-pca-mljs.components: the number of components must be at most/,
    );
  });
});
