import type { Activation, DenseLayer } from './layers.js';
import type { Step, TrainedNet } from './net.js';

/** What a net makes of one image; float64 throughout. */
export interface Response {
  /** The net's inputs: E features. */
  readonly features: Float64Array;
  /** Outputs of each hidden layer, the first layer first. */
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
export function respond(net: TrainedNet, pixels: ArrayLike<number>): Response {
  if (pixels.length !== net.pixels) throw new RangeError(`an image for ${net.name} must have ${net.pixels} pixels, got ${pixels.length}`);
  const features = net.steps.reduce<Float64Array>((values, step) => applied(step, values), Float64Array.from(pixels)).map(Math.fround);
  const outputs: Float64Array[] = [];
  let values: Float64Array = features;
  let sums: Float64Array = features;
  for (const layer of net.layers) {
    sums = sumsOf(layer, values);
    values = activated(sums, layer.activation);
    outputs.push(values);
  }
  return { features, hidden: outputs.slice(0, -1), logits: sums, probabilities: values };
}

/** Index of the largest value; the first of equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

function applied(step: Step, values: Float64Array): Float64Array {
  if (step.kind === 'select') return Float64Array.from(step.columns, (at) => values[at] as number);
  if (step.kind === 'scale') {
    const { factor, offset } = step.scale;
    return values.map((value, i) => value * pick(factor, i) + pick(offset, i));
  }
  const { components, mean } = step;
  const centred = values.map((value, i) => value - (mean[i] as number));
  return Float64Array.from({ length: components.length / mean.length }, (_, e) => {
    let sum = 0;
    for (let i = 0; i < centred.length; i++) sum += (centred[i] as number) * (components[e * mean.length + i] as number);
    return sum;
  });
}

function pick(value: number | readonly number[], i: number): number {
  return typeof value === 'number' ? value : (value[i] as number);
}

function sumsOf({ kernel, bias }: DenseLayer, inputs: Float64Array): Float64Array {
  const sums = Float64Array.from(bias);
  for (let i = 0; i < inputs.length; i++) {
    const value = inputs[i] as number;
    if (value === 0) continue;
    const row = i * bias.length;
    for (let o = 0; o < bias.length; o++) sums[o] = (sums[o] as number) + value * (kernel[row + o] as number);
  }
  return sums;
}

function activated(sums: Float64Array, activation: Activation): Float64Array {
  switch (activation) {
    case 'relu': return sums.map((sum) => Math.max(0, sum));
    case 'tanh': return sums.map(Math.tanh);
    case 'sigmoid': return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
    case 'linear': return sums;
    case 'softmax': {
      const most = Math.max(...sums);
      const powers = sums.map((sum) => Math.exp(sum - most));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    }
  }
}

/** How the activation changes with its sum, from its output. */
function slope(activation: Activation, output: number): number {
  switch (activation) {
    case 'relu': return output > 0 ? 1 : 0;
    case 'tanh': return 1 - output * output;
    case 'sigmoid': return output * (1 - output);
    default: return 1;
  }
}

/**
 * How much each hidden node spoke for a class: its output times the gradient of the class's logit by that output
 * (gradient x input, Shrikumar et al. 2016); in the last hidden layer output times outgoing weight, so that these and
 * the bias add up to the logit.
 *
 * @returns per hidden layer, one value a node: positive for the class, negative against it
 */
export function contributions({ layers }: TrainedNet, { hidden }: Response, target: number): Float64Array[] {
  const result: Float64Array[] = [];
  let gradient: Float64Array = new Float64Array((layers[layers.length - 1] as DenseLayer).bias.length);
  gradient[target] = 1;
  for (let l = layers.length - 1; l >= 1; l--) {
    const { kernel, bias } = layers[l] as DenseLayer;
    const outputs = hidden[l - 1] as Float64Array;
    const back = outputs.map((_, i) => bias.reduce((sum, __, o) => sum + (kernel[i * bias.length + o] as number) * (gradient[o] as number), 0));
    result.unshift(back.map((value, i) => value * (outputs[i] as number)));
    const { activation } = layers[l - 1] as DenseLayer;
    gradient = back.map((value, i) => value * slope(activation, outputs[i] as number));
  }
  return result;
}
