import { defineStage } from '@layerwise/contracts';
import { params } from './params.js';

/** Trains a dense net: softmax over the classes, cross-entropy. Reads features, writes the model, its history and its scores. */
export const stage = defineStage({
  id: 'train',
  summary: 'train a dense net on the features',
  params,
  reads: { features: 'features' },
  writes: 'model',
  seeded: () => true,
  async run(context) {
    const { trainStage } = await import('./run.js');
    await trainStage(context);
  },
});
