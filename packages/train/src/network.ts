import type { Network, Optimizer } from '@layerwise/kernels/train';
import type { TrainParams } from './params.js';

/** The net that the parameters describe, for D features and K classes. */
export function networkOf(params: TrainParams, features: number, classes: number): Network {
  return { inputs: features, inputDropout: params.inputDropout, hidden: params.hidden, classes };
}

/** The optimiser that the parameters name, with its settings. */
export function optimizerOf({ optimizer }: TrainParams): Optimizer {
  if (optimizer.rmsprop) return { kind: 'rmsprop', ...optimizer.rmsprop };
  if (optimizer.adam) return { kind: 'adam', ...optimizer.adam };
  return { kind: 'sgd', ...optimizer.sgd };
}
