import { defineStage } from '@layerwise/contracts';

/** What every hidden layer of a trained net makes of every row, with the net's prediction. */
export const stage = defineStage({
  id: 'activations',
  summary: "extract every hidden layer's activations for every row",
  params: {},
  reads: { features: 'features', model: 'model' },
  writes: 'activations',
  seeded: () => false,
  async run(context) {
    const { activationsStage } = await import('./run.js');
    await activationsStage(context);
  },
});
