import { defineStage } from '@layerwise/contracts';
import { netParams } from '@layerwise/fit/params';

/** Trains a dense net by TensorFlow.js: the independent check of `train`, and its swap. Same parameters, same files. */
export const stage = defineStage({
  id: 'train-tfjs',
  summary: 'trains a dense net by TensorFlow.js',
  params: netParams,
  reads: { features: 'features' },
  writes: 'model',
  seeded: () => true,
  async run(context) {
    const [{ runTraining }, { openEngine }] = await Promise.all([import('@layerwise/fit'), import('./engine.js')]);
    await runTraining(context, 'train-tfjs', (subject) => openEngine(context, subject));
  },
});
