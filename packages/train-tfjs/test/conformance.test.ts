import { conformance, sampleFeatures, type Sizes } from '@layerwise/conformance';
import { stage } from '@layerwise/train-tfjs';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes) });
const params = {
  hidden: [
    { units: 6, dropout: 0.2, l2: 0.001 },
    { units: 4, activation: 'tanh' },
    { units: 3, activation: 'gelu' },
  ],
  inputDropout: 0.1,
  epochs: 2,
  optimizer: { adam: { learningRate: 0.01 } },
  earlyStop: { metric: 'loss', patience: 1 },
};

describe('train-tfjs', () => {
  for (const { name, run } of conformance(stage, { params, inputs })) it(name, run);
});
