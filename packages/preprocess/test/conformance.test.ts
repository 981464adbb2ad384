import { conformance, sampleDataset, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/preprocess';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ dataset: await sampleDataset(sizes) });

describe.each([
  { first: 0 },
  { first: 40 },
  { lastFraction: 0.25 },
  { randomFraction: 0.25 },
  { stratifiedFraction: 0.25 },
  { rows: [0] },
  { set: 'test' },
  { set: 'none' },
  { set: 'auto' },
])('preprocess, validation %o', (validation) => {
  for (const { name, run } of conformance(stage, {
    params: { validation, scale: 'standard', labels: 'onehot' },
    inputs,
  }))
    it(name, run);
});
