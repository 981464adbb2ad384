import { conformance, sampleFeatures, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/train';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes) });
const params = {
  hidden: [
    { units: 24, activation: 'relu', dropout: 0.1, l2: 0.001 },
    { units: 5, activation: 'tanh' },
  ],
  epochs: 3,
  batch: 16,
  inputDropout: 0.1,
  optimizer: { adam: {} },
  schedule: { steps: { after: [1, 2], factor: 0.5 } },
  earlyStop: { metric: 'loss', patience: 5 },
  evaluateEachEpoch: true,
};

describe('train', () => {
  for (const { name, run } of conformance(stage, { params, inputs, checkpoints: true })) it(name, run);
});
