import { conformance, sampleFeatures, sampleModel, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/activations';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes), model: await sampleModel() });

describe('activations', () => {
  for (const { name, run } of conformance(stage, { params: {}, inputs })) it(name, run);
});
