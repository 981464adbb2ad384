import { defineStage } from '@layerwise/contracts';
import { componentParams, runComponents } from '@layerwise/reduce';

/** Principal components of the features, by our own eigensolver on the exact covariance. */
export const stage = defineStage({
  id: 'reduce-pca',
  summary: 'Replaces the features by their principal components',
  params: componentParams,
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => false,
  run: (context) => runComponents(context, 'reduce-pca'),
});
