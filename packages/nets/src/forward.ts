import { activationOf, softmax } from './activations.js';
import type { DenseLayer, DenseNet } from './dense-net.js';
import { featuresOf } from './feature-map.js';
import { FLOAT64 } from './mathematics.js';
import type { TrainedNet } from './trained-net.js';

/** What a net makes of one image; float64 throughout. */
export interface Response {
  /** The net's inputs: D features, rounded to float32 as training had them. */
  readonly features: Float64Array;
  /** Weighted sums of each hidden layer, the first layer first. */
  readonly sums: readonly Float64Array[];
  /** Activations of each hidden layer. */
  readonly hidden: readonly Float64Array[];
  /** Sums of the last layer before its softmax: K. */
  readonly logits: Float64Array;
  /** K values that sum to 1. */
  readonly probabilities: Float64Array;
}

/**
 * Runs a net on one image in plain loops: for a handful of images, and as the yardstick of the exports.
 *
 * @param pixels the original image, 0 to 255
 * @throws RangeError if the image has another number of pixels than those the net was trained on
 */
export function respond({ name, map, net }: TrainedNet, pixels: ArrayLike<number>): Response {
  if (pixels.length !== map.pixels)
    throw new RangeError(`an image for ${name} must have ${map.pixels} pixels, got ${pixels.length}`);
  return forward(net, featuresOf(map, pixels).map(Math.fround));
}

/** Runs a net on the features of one image. */
export function forward({ layers }: DenseNet, features: Float64Array): Response {
  const sums: Float64Array[] = [];
  const hidden: Float64Array[] = [];
  let values = features;
  for (const layer of layers) {
    const z = weightedSums(layer, values);
    if (layer.activation === 'softmax') return { features, sums, hidden, logits: z, probabilities: softmax(z) };
    const { apply } = activationOf(layer.activation);
    values = z.map((sum) => apply(sum, FLOAT64));
    sums.push(z);
    hidden.push(values);
  }
  throw new RangeError('a net must end in a softmax');
}

/** Weighted sums of a layer: float64[H], summed in the order of the inputs. */
export function weightedSums(
  { kernel, bias }: Pick<DenseLayer, 'kernel' | 'bias'>,
  inputs: ArrayLike<number>,
): Float64Array {
  const sums = Float64Array.from(bias);
  for (let i = 0; i < inputs.length; i++) {
    const value = inputs[i];
    if (value === 0) continue;
    const row = i * bias.length;
    for (let h = 0; h < bias.length; h++) sums[h] = sums[h] + value * kernel[row + h];
  }
  return sums;
}

/** Index of the largest value; the first of equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * How much each hidden node spoke for a class: its activation times the gradient of the class's logit by that
 * activation (gradient x input, Shrikumar et al. 2016); in the last hidden layer activation times outgoing weight, so
 * that these and the bias add up to the logit.
 *
 * @returns per hidden layer, one value a node: positive for the class, negative against it
 */
export function contributions(
  { net: { layers, classes } }: TrainedNet,
  { sums, hidden }: Response,
  target: number,
): Float64Array[] {
  const result: Float64Array[] = [];
  let gradient = new Float64Array(classes);
  gradient[target] = 1;
  for (let l = layers.length - 1; l >= 1; l--) {
    const { kernel, units } = layers[l];
    const [z, a] = [sums[l - 1], hidden[l - 1]];
    const back = a.map((_, i) => gradient.reduce((sum, slope, o) => sum + kernel[i * units + o] * slope, 0));
    result.unshift(back.map((value, i) => value * a[i]));
    const { activation } = layers[l - 1];
    if (activation === 'softmax') throw new RangeError('only the last layer of a net may be a softmax');
    const { slope } = activationOf(activation);
    gradient = back.map((value, i) => value * slope(z[i], a[i], FLOAT64));
  }
  return result;
}
