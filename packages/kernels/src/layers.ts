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
  const steepness = new Float64Array(units);
  for (let j = 0; j < units; j++) steepness[j] = slope(sums ? sums[j] : NaN, activations[j], FLOAT32);
  return steepness;
}

/** One row of a layer's activations: float32[width]. */
export function rowOf({ data, width }: LayerValues, row: number): Float32Array {
  return data.subarray(row * width, (row + 1) * width);
}

/** Weighted sums of a layer: float64[units], summed in input order; four inputs at once, which changes no rounding. */
export function weightedSums(
  { kernel, bias, units }: DenseLayer,
  input: ArrayLike<number>,
  sums: Float64Array,
): Float64Array {
  for (let j = 0; j < units; j++) sums[j] = bias[j];
  const end = input.length;
  for (let a = nonZero(input, 0); a < end;) {
    const b = nonZero(input, a + 1);
    const c = nonZero(input, b + 1);
    const d = nonZero(input, c + 1);
    if (d >= end) {
      for (const i of [a, b, c]) if (i < end) addScaled(kernel, i * units, input[i], sums, units);
      break;
    }
    const [xa, xb, xc, xd] = [input[a], input[b], input[c], input[d]];
    const [ka, kb, kc, kd] = [a * units, b * units, c * units, d * units];
    for (let j = 0; j < units; j++)
      sums[j] = sums[j] + xa * kernel[ka + j] + xb * kernel[kb + j] + xc * kernel[kc + j] + xd * kernel[kd + j];
    a = nonZero(input, d + 1);
  }
  return sums;
}

/** The first place from `from` on that is not 0, or the end. */
function nonZero(input: ArrayLike<number>, from: number): number {
  let i = Math.min(from, input.length);
  while (i < input.length && input[i] === 0) i++;
  return i;
}

function addScaled(kernel: ArrayLike<number>, from: number, x: number, sums: Float64Array, units: number): void {
  for (let j = 0; j < units; j++) sums[j] += x * kernel[from + j];
}

/** kernel · v: what a change of the weighted sums is worth to each input, float64[inputs]; four sums at once, each in the order of the units. */
export function pullBack({ kernel, inputs, units }: DenseLayer, v: ArrayLike<number>, out: Float64Array): Float64Array {
  let i = 0;
  for (; i + 4 <= inputs; i += 4) {
    const [a, b, c, d] = [i * units, (i + 1) * units, (i + 2) * units, (i + 3) * units];
    let [sa, sb, sc, sd] = [0, 0, 0, 0];
    for (let j = 0; j < units; j++) {
      const x = v[j];
      sa += kernel[a + j] * x;
      sb += kernel[b + j] * x;
      sc += kernel[c + j] * x;
      sd += kernel[d + j] * x;
    }
    out[i] = sa;
    out[i + 1] = sb;
    out[i + 2] = sc;
    out[i + 3] = sd;
  }
  for (; i < inputs; i++) {
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
