import { defineStage } from '@layerwise/contracts';
import { netParams } from '@layerwise/fit/params';

/** Trains a dense net: softmax over the classes, cross-entropy. Reads features, writes the model, its history and its scores. */
export const stage = defineStage({
  id: 'train',
  summary: 'train a dense net on the features',
  params: netParams,
  reads: { features: 'features' },
  writes: 'model',
  seeded: () => true,
  async run(context) {
    const [{ runTraining }, { openEngine }] = await Promise.all([import('@layerwise/fit'), import('./engine.js')]);
    await runTraining(context, 'train', (subject) => openEngine(context, subject));
  },
});
