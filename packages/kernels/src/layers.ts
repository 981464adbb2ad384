import { activationOf, type ActivationName } from '@layerwise/nets/activations';
import { exp32, FLOAT32, log32 } from '@layerwise/nets/mathematics';

/** One dense layer: `kernel` float32[inputs][units], `bias` float32[units]. */
export interface DenseLayer {
  readonly inputs: number;
  readonly units: number;
  /** `softmax` only in the last layer; its logits are what is computed here. */
  readonly activation: ActivationName | 'softmax';
  readonly kernel: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** Activations of a hidden layer: float32[N][width]. */
export interface LayerValues {
  readonly data: Float32Array;
  readonly width: number;
}

/** What a node makes of its weighted sum. */
export function activate(activation: DenseLayer['activation'], sum: number): number {
  return activation === 'softmax' ? sum : activationOf(activation).apply(sum, FLOAT32);
}

/**
 * Slopes of a layer's nodes at one row: from their activations where these tell them, else from their weighted sums.
 * @param activations [units] of the row
 * @param input the layer's own inputs at the row
 * @returns float64[units]
 */
export function slopes(
  layer: DenseLayer,
  activations: ArrayLike<number>,
  input: () => ArrayLike<number>,
): Float64Array {
  const { units, activation } = layer;
  if (activation === 'softmax') return new Float64Array(units).fill(1);
  const { slope, slopeFromOutput } = activationOf(activation);
  const sums = slopeFromOutput ? undefined : weightedSums(layer, input(), new Float64Array(units));
  return Float64Array.from({ length: units }, (_, j) => slope(sums ? sums[j] : NaN, activations[j], FLOAT32));
}

/** One row of a layer's activations: float32[width]. */
export function rowOf({ data, width }: LayerValues, row: number): Float32Array {
  return data.subarray(row * width, (row + 1) * width);
}

/** Weighted sums of a layer: float64[units], summed in input order. */
export function weightedSums(
  { kernel, bias, units }: DenseLayer,
  input: ArrayLike<number>,
  sums: Float64Array,
): Float64Array {
  for (let j = 0; j < units; j++) sums[j] = bias[j];
  for (let i = 0; i < input.length; i++) {
    const x = input[i];
    if (x === 0) continue;
    for (let j = 0, at = i * units; j < units; j++, at++) sums[j] += x * kernel[at];
  }
  return sums;
}

/** kernel · v: what a change of the weighted sums is worth to each input, float64[inputs]. */
export function pullBack({ kernel, inputs, units }: DenseLayer, v: ArrayLike<number>, out: Float64Array): Float64Array {
  for (let i = 0; i < inputs; i++) {
    let sum = 0;
    for (let j = 0, at = i * units; j < units; j++, at++) sum += kernel[at] * v[j];
    out[i] = sum;
  }
  return out;
}

/** Effective rank: the exponential of the entropy of eigenvalues as shares of their sum (Roy and Vetterli 2007); 0 where all are 0. */
export function effectiveRank(eigenvalues: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < eigenvalues.length; i++) total += Math.max(0, eigenvalues[i]);
  if (total === 0) return 0;
  let entropy = 0;
  for (let i = 0; i < eigenvalues.length; i++) {
    const share = eigenvalues[i] / total;
    if (share > 1e-30) entropy -= share * log32(share);
  }
  return exp32(entropy);
}
