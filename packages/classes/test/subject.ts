import { readAs } from '@layerwise/contracts';
import { readSubject, type Subject } from '../src/subject.js';
import type { SmallExperiment } from './experiment.js';

/** An experiment as the stage reads it. */
export async function subjectOf({ inputs }: SmallExperiment): Promise<Subject> {
  return readSubject({
    inputs: {
      pixels: readAs('features', inputs.pixels),
      features: readAs('features', inputs.features),
      model: readAs('model', inputs.model),
      activations: readAs('activations', inputs.activations),
    },
    warn: () => undefined,
  });
}
