import { conformance, sampleActivations, sampleFeatures, sampleModel, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/classes';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => {
  const features = await sampleFeatures(sizes);
  return { pixels: features, features, model: await sampleModel(), activations: await sampleActivations(sizes) };
};

describe('classes', () => {
  for (const { name, run } of conformance(stage, { params: { rows: 20, pixels: 5, draws: 4 }, inputs })) it(name, run);
});
