import { conformance, sampleFeatures, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/reduce-pca-mljs';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes) });

describe.each([{ variance: 0.9 }, { components: 5 }])('reduce-pca-mljs, %o', (params) => {
  for (const { name, run } of conformance(stage, { params, inputs })) it(name, run);
});
