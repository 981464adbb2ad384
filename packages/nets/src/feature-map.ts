import type { Affine } from '@layerwise/contracts';
import { factorOf, offsetOf } from '@layerwise/contracts/affine';
import type { DenseLayer } from './dense-net.js';

/** One step from the stored pixels of an image, 0 to 255, to the features that a net was trained on; D inputs, E outputs. */
export type FeatureStep =
  /** E = D: value * factor + offset, in numbers or one per column. */
  | { readonly kind: 'scale'; readonly scale: Affine }
  /** Column e of the output is column `columns[e]` of the input. */
  | { readonly kind: 'select'; readonly columns: readonly number[] }
  /** (input - mean) times the components: `components` float64[E * D], row after row; `mean` float64[D]. */
  | { readonly kind: 'project'; readonly components: Float64Array; readonly mean: Float64Array };

/** How the features of a net come from the pixels of an image: the steps in their order. */
export interface FeatureMap {
  /** P. */
  readonly pixels: number;
  /** D, the inputs of the net. */
  readonly columns: number;
  readonly steps: readonly FeatureStep[];
}

/** Features of one image: float64[D]. */
export function featuresOf({ steps }: Pick<FeatureMap, 'steps'>, pixels: ArrayLike<number>): Float64Array {
  return steps.reduce<Float64Array>((values, step) => applyStep(step, values), Float64Array.from(pixels));
}

function applyStep(step: FeatureStep, values: Float64Array): Float64Array {
  if (step.kind === 'select') return Float64Array.from(step.columns, (at) => values[at]);
  if (step.kind === 'scale') return values.map((value, i) => value * factorOf(step.scale, i) + offsetOf(step.scale, i));
  const { components, mean } = step;
  const centred = values.map((value, i) => value - mean[i]);
  return Float64Array.from({ length: components.length / mean.length }, (_, e) => {
    let sum = 0;
    for (let i = 0; i < centred.length; i++) sum += centred[i] * components[e * mean.length + i];
    return sum;
  });
}

/** A linear layer on pixels: kernel float64[P * H], row after row; bias float64[H]. */
export interface PixelLayer {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}

/** The weighted sums of a net's first layer as sums over stored pixels, 0 to 255: the map and the layer composed. */
export function onPixels(
  { pixels: P, steps }: FeatureMap,
  { kernel, bias, units: H }: Pick<DenseLayer, 'kernel' | 'bias' | 'units'>,
): PixelLayer {
  const start: PixelLayer = { kernel: Float64Array.from(kernel), bias: Float64Array.from(bias) };
  return steps.toReversed().reduce((layer, step) => before(step, layer, P, H), start);
}

/** The layer on what `step` takes, of a layer on what it gives. */
function before(step: FeatureStep, { kernel, bias }: PixelLayer, P: number, H: number): PixelLayer {
  const shifted = bias.slice();
  if (step.kind === 'scale') {
    const scaled = kernel.map((weight, at) => weight * factorOf(step.scale, Math.floor(at / H)));
    for (let at = 0; at < kernel.length; at++)
      shifted[at % H] = shifted[at % H] + kernel[at] * offsetOf(step.scale, Math.floor(at / H));
    return { kernel: scaled, bias: shifted };
  }
  if (step.kind === 'select') {
    const spread = new Float64Array(P * H);
    step.columns.forEach((p, e) => spread.set(kernel.subarray(e * H, (e + 1) * H), p * H));
    return { kernel: spread, bias };
  }
  const { components, mean } = step;
  const D = mean.length;
  const spread = new Float64Array(D * H);
  for (let e = 0; e < components.length / D; e++) {
    for (let p = 0; p < D; p++) {
      const loading = components[e * D + p];
      for (let h = 0; h < H; h++) spread[p * H + h] = spread[p * H + h] + loading * kernel[e * H + h];
    }
  }
  for (let at = 0; at < spread.length; at++) shifted[at % H] = shifted[at % H] - spread[at] * mean[Math.floor(at / H)];
  return { kernel: spread, bias: shifted };
}
