import { conformance, sampleActivations, sampleFeatures, sampleModel, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/nodes';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => {
  const features = await sampleFeatures(sizes);
  return { pixels: features, features, model: await sampleModel(), activations: await sampleActivations(sizes) };
};

describe('nodes', () => {
  for (const { name, run } of conformance(stage, { params: { images: 3, bootstrap: 10, steps: 4 }, inputs }))
    it(name, run);
});
