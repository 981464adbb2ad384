import { conformance, sampleActivations, sampleFeatures, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/embed';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({
  pixels: await sampleFeatures(sizes),
  features: await sampleFeatures(sizes),
  activations: await sampleActivations(sizes),
});

describe('embed', () => {
  for (const { name, run } of conformance(stage, { params: {}, inputs })) it(name, run);
});
