import type { NodeLayerInfo } from '@layerwise/contracts';
import type { DenseLayer } from '@layerwise/kernels/layers';
import { ascend, ascentCost, preferredInputInBox } from './ascent.js';
import type { NodeResponse } from './classes.js';
import type { Subject } from './inputs.js';
import { pause, type Running } from './layer.js';
import { intensities } from './pixels.js';

/** Multiply-adds that the ascents of a layer may take together. */
const WORK = 2e9;
const FEWEST_STEPS = 3;

/** The inputs that activate each node of a layer most. H nodes, P pixels. */
export interface PreferredInputs {
  /** float32[H][P], intensities. */
  readonly inputs: Float32Array;
  readonly activations: readonly number[];
  readonly how: NodeLayerInfo['preferredInput'];
}

/**
 * Among inputs within [0, 1]: exact for the first layer, by ascent for deeper ones.
 * @param layers up to the nodes' own, the first of pixel intensities
 * @param weights float64[P][H]
 */
export async function preferredInputs(
  subject: Subject,
  layers: readonly DenseLayer[],
  responses: readonly NodeResponse[],
  weights: Float64Array,
  { steps, signal }: Running,
): Promise<PreferredInputs> {
  const { pixels: P } = subject;
  const H = responses.length;
  const inputs = new Float32Array(H * P);
  const activations: number[] = [];
  const [own] = layers;
  const affordable = Math.max(
    FEWEST_STEPS,
    Math.min(steps, Math.floor(WORK / (Math.max(1, ascentCost(layers)) * 3 * H)) - 1),
  );
  for (let h = 0; h < H; h++) {
    const image = Float64Array.from({ length: P }, (_, p) => weights[p * H + h]);
    const { input, activation } =
      layers.length === 1
        ? preferredInputInBox(image, own.bias[h], own.activation)
        : ascend(layers, h, starts(subject, responses[h], image), affordable);
    inputs.set(input, h * P);
    activations.push(activation);
    if (layers.length > 1) await pause(signal);
  }
  return { inputs, activations, how: layers.length === 1 ? { exact: true } : { steps: affordable, starts: 3 } };
}

/** The real image that activates the node most, the mean of those that do, and the positive part of its composed weights. */
function starts({ images, pixels: P }: Subject, { most }: NodeResponse, weights: Float64Array): Float64Array[] {
  const best = Array.from(most, (row) => intensities(images, row, P));
  const mean = best[0].map((_, p) => best.reduce((sum, image) => sum + image[p], 0) / best.length);
  const peak = weights.reduce((top, w) => Math.max(top, w), 0);
  return [best[0], mean, weights.map((w) => (peak > 0 ? Math.max(0, w) / peak : 0))];
}
