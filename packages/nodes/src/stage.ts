import { defineStage } from '@layerwise/contracts';
import { params } from './params.js';

/** What each hidden node responds to: weights, preferred inputs, images, classes, ablation; see `run.ts`. */
export const stage = defineStage({
  id: 'nodes',
  summary: 'what each hidden node responds to, and what its loss costs',
  params,
  reads: { pixels: 'features', features: 'features', model: 'model', activations: 'activations' },
  writes: 'nodes',
  seeded: ({ bootstrap }) => bootstrap > 0,
  async run(context) {
    const { nodesStage } = await import('./run.js');
    await nodesStage(context);
  },
});
