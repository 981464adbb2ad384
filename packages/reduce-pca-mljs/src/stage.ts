import { defineStage } from '@layerwise/contracts';
import { componentParams, runComponents } from '@layerwise/reduce';

/** As `reduce-pca`, with the eigenvectors of ml-pca; the same covariance, to the bit. */
export const stage = defineStage({
  id: 'reduce-pca-mljs',
  summary: 'Replaces the features by their principal components, found by ml-pca',
  params: componentParams,
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => false,
  run: (context) => runComponents(context, 'reduce-pca-mljs', async () => (await import('./solver.js')).eigenByMlPca),
});
