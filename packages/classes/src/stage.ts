import { defineStage } from '@layerwise/contracts';
import { params } from './params.js';

/** A net that can know nothing needs no more, and each costs as much as four of a net that learns. */
const SHUFFLED_EPOCHS = 2;

/** The training on shuffled labels, of the parameters of the net's own. */
const shuffledTraining = (own: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...own,
  labels: 'shuffled',
  epochs: Math.min(Number(own['epochs']), SHUFFLED_EPOCHS),
  restoreBest: false,
  earlyStop: undefined,
});

/** What tells each class from its rivals, by hidden node and by pixel, and what happens without it; see `run.ts`. */
export const stage = defineStage({
  id: 'classes',
  summary: 'what tells each class from its rivals, by hidden node and by pixel, and what happens without it',
  params,
  reads: {
    pixels: 'features',
    features: 'features',
    model: 'model',
    activations: 'activations',
    'shuffled?': 'model',
    'repeat2?': 'model',
    'repeat3?': 'model',
    'repeat4?': 'model',
    'repeat5?': 'model',
  },
  writes: 'classes',
  seeded: () => true,
  compares: ({ controls }) => (controls.includes('shuffled') ? { shuffled: shuffledTraining } : {}),
  async run(context) {
    const { classesStage } = await import('./run.js');
    await classesStage(context);
  },
});
