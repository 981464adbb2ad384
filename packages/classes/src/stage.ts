import { defineStage } from '@layerwise/contracts';
import { params } from './params.js';

/** What tells each class from its rivals, by hidden node and by pixel, and what happens without it; see `run.ts`. */
export const stage = defineStage({
  id: 'classes',
  summary: 'what tells each class from its rivals, by hidden node and by pixel, and what happens without it',
  params,
  reads: { pixels: 'features', features: 'features', model: 'model', activations: 'activations' },
  writes: 'classes',
  seeded: () => true,
  async run(context) {
    const { classesStage } = await import('./run.js');
    await classesStage(context);
  },
});
