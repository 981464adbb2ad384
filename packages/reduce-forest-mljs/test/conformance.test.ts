import { describe, it } from 'vitest';
import { conformance, sampleFeatures } from '@layerwise/conformance';
import { stage } from '@layerwise/reduce-forest-mljs';

describe('reduce-forest-mljs keeps the rules of a stage', () => {
  const fixture = {
    params: { trees: 3, topK: 5, sample: 60, maxDepth: 4, maxFeatures: 6 },
    inputs: async (sizes: Parameters<typeof sampleFeatures>[0]) => ({ features: await sampleFeatures(sizes) }),
  };
  for (const { name, run } of conformance(stage, fixture)) it(name, run);
});
