import type { ActivationName } from './activations.js';

/** One dense layer, a = activation(x · kernel + bias): I inputs, H nodes. */
export interface DenseLayer {
  readonly name: string;
  readonly inputs: number;
  /** H. */
  readonly units: number;
  /** `softmax` in the last layer alone. */
  readonly activation: ActivationName | 'softmax';
  /** float32[I * H], row after row: the weight from input i to node h at i * H + h. */
  readonly kernel: Float32Array;
  /** float32[H]; zeros where the layer has none. */
  readonly bias: Float32Array;
  /** Whether its bias is a parameter. */
  readonly hasBias: boolean;
  /** Share of its inputs that training left out, 0 to below 1. */
  readonly inputDropout: number;
}

/** A dense net that ends in a softmax: D inputs, hidden layers, K classes. */
export interface DenseNet {
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly classes: number;
  /** The hidden layers, then the softmax. */
  readonly layers: readonly DenseLayer[];
}

/** Trainable numbers of a layer. */
export function parametersOf({ inputs, units, hasBias }: DenseLayer): number {
  return inputs * units + (hasBias ? units : 0);
}

/** Trainable numbers of a net. */
export function parameterCount({ layers }: DenseNet): number {
  return layers.reduce((sum, layer) => sum + parametersOf(layer), 0);
}

/** `784-128-10`. */
export function widthsOf({ inputs, layers }: DenseNet): string {
  return [inputs, ...layers.map(({ units }) => units)].join('-');
}
