import type { MemoryArtifact } from '@layerwise/conformance';
import { runInMemory, sampleActivations, sampleDataset, sampleFeatures, sampleModel } from '@layerwise/conformance';
import type { AnyStage } from '@layerwise/contracts';
import { stage as activations } from '@layerwise/activations';
import { stage as embed } from '@layerwise/embed';
import { stage as preprocess } from '@layerwise/preprocess';
import { stage as train } from '@layerwise/train';
import { describe, expect, it } from 'vitest';

const sizes = { train: 700, validation: 60, test: 50 };

/** An artifact whose matrices are too large to be held: they can only be read row by row. */
async function tooLarge(from: Promise<MemoryArtifact>): Promise<MemoryArtifact> {
  const artifact = await from;
  artifact.matrix = (): Promise<never> => Promise.reject(new Error('a whole table was asked for'));
  return artifact;
}

describe('memory does not grow with the rows of', () => {
  it.each<[string, AnyStage, Record<string, () => Promise<MemoryArtifact>>, object]>([
    ['preprocess', preprocess, { dataset: () => sampleDataset(sizes) }, { labels: 'onehot', scale: 'standard' }],
    ['train', train, { features: () => sampleFeatures(sizes) }, { epochs: 1, hidden: [{ units: 4 }] }],
    [
      'embed',
      embed,
      { pixels: () => sampleFeatures(sizes), activations: () => sampleActivations(sizes) },
      { tsne: [] },
    ],
    ['activations', activations, { features: () => sampleFeatures(sizes), model: sampleModel }, {}],
  ])('%s, which reads and writes a block of them at a time', async (_, stage, inputs, params) => {
    const open = async (wrap: (from: Promise<MemoryArtifact>) => Promise<MemoryArtifact>) =>
      Object.fromEntries(
        await Promise.all(Object.entries(inputs).map(async ([role, make]) => [role, await wrap(make())])),
      ) as Record<string, MemoryArtifact>;
    const { output } = await runInMemory(stage, { params, inputs: await open(tooLarge) });
    const { output: whole } = await runInMemory(stage, { params, inputs: await open((from) => from) });
    expect([...output.matrices]).toEqual([...whole.matrices]);
    expect([...output.values]).toEqual([...whole.values]);
  });
});
