import { conformance, sampleFeatures, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/reduce-variance';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes) });

describe('reduce-variance', () => {
  for (const { name, run } of conformance(stage, { params: { topK: 5 }, inputs })) it(name, run);
});
