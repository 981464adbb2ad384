import { activate, pullBack, slopes, weightedSums, type DenseLayer } from '@layerwise/kernels/layers';

/** An input and what the node makes of it. */
export interface PreferredInput {
  readonly input: Float64Array;
  readonly activation: number;
}

/**
 * The input within [0, 1] that a first-layer node answers most: 1 where its weight is above zero, 0 elsewhere.
 * @param weights float64[D] of the node
 */
export function preferredInputInBox(
  weights: Float64Array,
  bias: number,
  activation: DenseLayer['activation'],
): PreferredInput {
  let sum = bias;
  for (const w of weights) sum += Math.max(0, w);
  return { input: weights.map((w) => (w > 0 ? 1 : 0)), activation: activate(activation, sum) };
}

/**
 * Projected gradient ascent of a node's weighted sum among inputs in [0, 1], from several starts; the best input met is
 * kept, the earlier of equals, so that the result is never below the best start. Each step moves the input of largest
 * gradient by a length that falls evenly from 1/2 to 1/2 / steps.
 * @param layers up to and including the node's own
 * @param starts at least one, each as long as the first layer's inputs, within [0, 1]
 */
export function ascend(
  layers: readonly DenseLayer[],
  node: number,
  starts: readonly Float64Array[],
  steps: number,
): PreferredInput {
  const last = layers[layers.length - 1];
  const hidden = layers.slice(0, -1);
  const sums = hidden.map(({ units }) => new Float64Array(units));
  const gradients = hidden.map(({ inputs }) => new Float64Array(inputs));
  let best: { input: Float64Array; sum: number } | undefined;
  for (const start of starts) {
    const input = start.slice();
    for (let step = 0; step <= steps; step++) {
      let x: Float64Array = input;
      for (const [l, layer] of hidden.entries()) {
        x = weightedSums(layer, x, sums[l]);
        for (let j = 0; j < x.length; j++) x[j] = activate(layer.activation, x[j]);
      }
      let sum = last.bias[node];
      for (let j = 0; j < x.length; j++) sum += x[j] * last.kernel[j * last.units + node];
      if (!best || sum > best.sum) best = { input: input.slice(), sum };
      if (step === steps || !climb(layers, node, sums, gradients, input, (0.5 * (steps - step)) / steps)) break;
    }
  }
  const { input, sum } = best as { input: Float64Array; sum: number };
  return { input, activation: activate(last.activation, sum) };
}

/** One projected step; false where the gradient is zero. */
function climb(
  layers: readonly DenseLayer[],
  node: number,
  values: readonly Float64Array[],
  gradients: readonly Float64Array[],
  input: Float64Array,
  length: number,
): boolean {
  const last = layers[layers.length - 1];
  let v: Float64Array = Float64Array.from({ length: last.inputs }, (_, j) => last.kernel[j * last.units + node]);
  for (let l = layers.length - 2; l >= 0; l--) {
    const open = slopes(layers[l], values[l], () => (l === 0 ? input : values[l - 1]));
    v = pullBack(
      layers[l],
      v.map((value, j) => value * open[j]),
      gradients[l],
    );
  }
  let most = 0;
  for (const g of v) most = Math.max(most, Math.abs(g));
  if (most === 0) return false;
  for (let i = 0; i < input.length; i++) input[i] = Math.min(1, Math.max(0, input[i] + (length * v[i]) / most));
  return true;
}

/** Multiply-adds of one step of {@link ascend}. */
export function ascentCost(layers: readonly DenseLayer[]): number {
  return 2 * layers.slice(0, -1).reduce((sum, { inputs, units }) => sum + inputs * units, 0);
}
