import {
  conformance,
  sampleActivations,
  sampleDataset,
  sampleEmbedding,
  sampleFeatures,
  sampleModel,
  type Sizes,
} from '@layerwise/conformance';
import { stage } from '@layerwise/report';
import { describe, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({
  dataset: await sampleDataset(sizes),
  pixels: await sampleFeatures(sizes),
  features: await sampleFeatures(sizes),
  model: await sampleModel(),
  activations: await sampleActivations(sizes),
  embedding: await sampleEmbedding(sizes),
});

describe('report', () => {
  for (const { name, run } of conformance(stage, {
    params: { study: 'sample', experiment: 'exp1', hoverImages: 50, published: { test: { accuracy: 0.9 } } },
    inputs,
  }))
    it(name, run);
});
