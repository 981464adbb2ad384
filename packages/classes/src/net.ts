import { weightedSums } from '@layerwise/kernels/layers';
import { activationOf, FLOAT32, onPixels, type DenseNet, type FeatureMap } from '@layerwise/nets';

/** Stored pixels run from 0 to this; intensities from 0 to 1. */
export const WHITE = 255;

/** A dense layer in float64: kernel [inputs][units] row by row. */
export interface Layer {
  readonly inputs: number;
  readonly units: number;
  /** `softmax` in the last layer alone, whose weighted sums are the logits. */
  readonly activation: DenseNet['layers'][number]['activation'];
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}

/** A net of pixel intensities: P inputs, hidden layers, K logits. Whatever was done to the pixels first is part of its first layer. */
export interface PixelNet {
  readonly layers: readonly Layer[];
  /** P. */
  readonly pixels: number;
  /** K. */
  readonly classes: number;
}

/** What a net makes of one image. */
export interface Point {
  /** Weighted sums of each layer, the last the logits. */
  readonly sums: readonly Float64Array[];
  /** Activations of each hidden layer. */
  readonly hidden: readonly Float64Array[];
}

/** A net with what comes before it: the map from pixels to features is linear, so it goes into the first layer. */
export function pixelNet(net: DenseNet, map: FeatureMap): PixelNet {
  const layers = net.layers.map((layer, l): Layer => {
    const { kernel, bias } = l === 0 ? onPixels(map, layer) : layer;
    const { units, activation } = layer;
    return {
      inputs: kernel.length / units,
      units,
      activation,
      kernel: l === 0 ? Float64Array.from(kernel, (weight) => weight * WHITE) : Float64Array.from(kernel),
      bias: Float64Array.from(bias),
    };
  });
  return { layers, pixels: map.pixels, classes: net.classes };
}

/** Intensities of one stored image, 0 to 1. */
export function intensities(
  stored: ArrayLike<number>,
  row: number,
  P: number,
  out: Float64Array = new Float64Array(P),
): Float64Array {
  for (let p = 0, at = row * P; p < P; p++, at++) out[p] = Math.min(1, Math.max(0, stored[at] / WHITE));
  return out;
}

/** Weighted sums of a layer, summed in the order of its inputs. */
export function sumsOf(
  layer: Layer,
  input: ArrayLike<number>,
  out: Float64Array = new Float64Array(layer.units),
): Float64Array {
  return weightedSums(layer, input, out);
}

/** Adds `times` a row of a kernel that begins at `from`. */
function addRow(sums: Float64Array, kernel: Float64Array, from: number, times: number): void {
  for (let j = 0, at = from; j < sums.length; j++, at++) sums[j] += times * kernel[at];
}

/**
 * Adds rows of a kernel, each times a number, in their order; four at once, which changes no rounding.
 * @param count of the rows and numbers that are added
 */
export function addRows(
  sums: Float64Array,
  kernel: Float64Array,
  rows: Uint32Array,
  times: Float64Array,
  count: number,
): void {
  const units = sums.length;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const [ta, tb, tc, td] = [times[i], times[i + 1], times[i + 2], times[i + 3]];
    const [a, b, c, d] = [rows[i] * units, rows[i + 1] * units, rows[i + 2] * units, rows[i + 3] * units];
    for (let j = 0; j < units; j++)
      sums[j] = sums[j] + ta * kernel[a + j] + tb * kernel[b + j] + tc * kernel[c + j] + td * kernel[d + j];
  }
  for (; i < count; i++) addRow(sums, kernel, rows[i] * units, times[i]);
}

/** Activations of a hidden layer, of its weighted sums. @param out may be the sums themselves */
export function activated(
  { activation }: Pick<Layer, 'activation'>,
  sums: Float64Array,
  out: Float64Array = new Float64Array(sums.length),
): Float64Array {
  if (activation === 'relu') for (let j = 0; j < sums.length; j++) out[j] = sums[j] > 0 ? sums[j] : 0;
  else if (activation === 'softmax' || activation === 'linear') out.set(sums);
  else {
    const { apply } = activationOf(activation);
    for (let j = 0; j < sums.length; j++) out[j] = apply(sums[j], FLOAT32);
  }
  return out;
}

/** da/dz of a hidden layer at its weighted sums. */
export function slopesOf(
  { activation }: Pick<Layer, 'activation'>,
  sums: Float64Array,
  active: Float64Array,
): Float64Array {
  if (activation === 'softmax') return new Float64Array(sums.length).fill(1);
  const { slope } = activationOf(activation);
  return sums.map((z, j) => slope(z, active[j], FLOAT32));
}

/** Runs a net on one image of intensities. */
export function pointOf(net: PixelNet, image: ArrayLike<number>): Point {
  return onwardSums(net, sumsOf(net.layers[0], image));
}

/** Runs a net on the weighted sums of its first layer. */
export function onwardSums({ layers }: PixelNet, first: Float64Array): Point {
  const sums = [first];
  const hidden: Float64Array[] = [];
  for (let l = 1; l < layers.length; l++) {
    hidden.push(activated(layers[l - 1], sums[l - 1]));
    sums.push(sumsOf(layers[l], hidden[l - 1]));
  }
  return { sums, hidden };
}

/** The logits of a point. */
export const logitsOf = ({ sums }: Point): Float64Array => sums[sums.length - 1];

/**
 * Runs the layers after the first of `layers` on that first one's weighted sums, which are overwritten.
 * @param buffers one for each layer, of its width; the last comes back with the logits
 */
export function onward(layers: readonly Layer[], sums: Float64Array, buffers: readonly Float64Array[]): Float64Array {
  let current = sums;
  for (let l = 1; l < layers.length; l++)
    current = sumsOf(layers[l], activated(layers[l - 1], current, current), buffers[l]);
  return current;
}

/** Index of the largest value; the first of equals. */
export function largest(values: ArrayLike<number>, but = -1): number {
  let best = -1;
  for (let k = 0; k < values.length; k++) if (k !== but && (best < 0 || values[k] > values[best])) best = k;
  return best;
}

/** What is needed to follow lines from the mean image. */
export interface Start {
  readonly net: PixelNet;
  /** float64[P]: the mean training image. */
  readonly mean: Float64Array;
  /** What the net makes of it. */
  readonly baseline: Point;
}

/** The same for the logits of some classes alone, in their order. */
export function narrowed({ net, mean, baseline }: Start, classes: readonly number[]): Start {
  const last = net.layers[net.layers.length - 1];
  const n = classes.length;
  const some = (row: Float64Array): Float64Array => Float64Array.from(classes, (k) => row[k]);
  const kernel = new Float64Array(last.inputs * n);
  for (let i = 0; i < last.inputs; i++)
    kernel.set(some(last.kernel.subarray(i * last.units, (i + 1) * last.units)), i * n);
  const output = { ...last, units: n, kernel, bias: some(last.bias) };
  return {
    net: { ...net, layers: [...net.layers.slice(0, -1), output], classes: n },
    mean,
    baseline: { ...baseline, sums: [...baseline.sums.slice(0, -1), some(logitsOf(baseline))] },
  };
}
