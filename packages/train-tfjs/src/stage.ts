import { defineStage, netParams } from '@layerwise/contracts';

/** Trains a dense net by TensorFlow.js: the independent check of `train`, and its swap. Same parameters, same files. */
export const stage = defineStage({
  id: 'train-tfjs',
  summary: 'trains a dense net by TensorFlow.js',
  params: netParams,
  reads: { features: 'features' },
  writes: 'model',
  seeded: () => true,
  async run(context) {
    const { trainStage } = await import('./run.js');
    await trainStage(context);
  },
});
