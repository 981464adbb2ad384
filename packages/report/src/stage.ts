import { defineStage } from '@layerwise/contracts';
import { params } from './params.js';

/** Stage `report`: one self-contained HTML page per experiment, and its figures as files. */
export const stage = defineStage({
  id: 'report',
  summary: 'one self-contained HTML report with tables and figures',
  params,
  reads: {
    dataset: 'dataset',
    pixels: 'features',
    features: 'features',
    model: 'model',
    activations: 'activations',
    embedding: 'embedding',
    'nodes?': 'nodes',
    'classes?': 'classes',
  },
  writes: 'report',
  seeded: () => false,
  async run(context) {
    const { writeReport } = await import('./report.js');
    await writeReport(context);
  },
});
