// A page of a few words in the place of the report, for tests in which nobody reads it: the real one is most of the work of a tiny experiment.
import { defineStage, string } from '@layerwise/contracts';

export const stage = defineStage({
  id: 'report',
  summary: 'a page of a few words',
  params: {
    study: string({ doc: 'name of the study', default: 'study' }),
    experiment: string({ doc: 'name of the experiment', default: 'experiment' }),
    studyTitle: string({ doc: 'one line on the study', optional: true }),
    title: string({ doc: 'one line over the report', optional: true }),
  },
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
  async run({ params, inputs, output }) {
    const { test } = await inputs.model.json('evaluation');
    const page = `${params.study}:${params.experiment}: ${test.accuracy} of ${Object.keys(inputs).join(', ')}`;
    await output.bytes('index.html', new TextEncoder().encode(page));
  },
});
