import { runInMemory, sampleFeatures, type MemoryArtifact } from '@layerwise/conformance';
import type { Evaluation } from '@layerwise/contracts';
import { stage as own } from '@layerwise/train';
import { stage as tfjs } from '@layerwise/train-tfjs';
import { expect, it } from 'vitest';

interface Saved {
  readonly modelTopology: {
    readonly config: {
      readonly layers: readonly { readonly class_name: string; readonly config: { readonly name: string } }[];
    };
  };
  readonly weightsManifest: readonly { readonly weights: readonly object[] }[];
  readonly userDefinedMetadata: object;
}

it('both engines write the same files, and learn alike', async () => {
  const inputs = { features: await sampleFeatures({ train: 600, validation: 200, test: 500 }) };
  const params = {
    hidden: [{ units: 20 }],
    epochs: 8,
    inputDropout: 0.1,
    optimizer: { rmsprop: { learningRate: 0.005 } },
  };
  const [a, b] = [
    (await runInMemory(own, { params, inputs })).output,
    (await runInMemory(tfjs, { params, inputs })).output,
  ];
  expect(b.files).toEqual(a.files);
  const [saved, savedByTfjs] = [await a.json<Saved>('model'), await b.json<Saved>('model')];
  expect(savedByTfjs.weightsManifest).toEqual(saved.weightsManifest);
  expect(savedByTfjs.userDefinedMetadata).toEqual(saved.userDefinedMetadata);
  const layers = ({ modelTopology }: Saved): string[] =>
    modelTopology.config.layers.map(({ class_name, config }) => `${class_name} ${config.name}`);
  expect(layers(savedByTfjs)).toEqual(layers(saved));
  const accuracy = async (output: MemoryArtifact): Promise<number> =>
    (await output.json<Evaluation>('evaluation')).test.accuracy;
  // 500 test rows near 0.95: one deviation of the difference is 0.014
  expect(Math.abs((await accuracy(a)) - (await accuracy(b)))).toBeLessThan(0.05);
  expect(Object.keys(await b.table('history'))).toEqual(Object.keys(await a.table('history')));
});
