import type { NodeLayerInfo } from '@layerwise/contracts';
import { ascentCost, preferredInputInBox } from './ascent.js';
import type { NodeResponse } from './classes.js';
import type { Subject } from './inputs.js';
import type { AscendJob } from './jobs.js';
import { shareOf, type Running } from './layer.js';

/** Multiply-adds that the ascents of a layer may take together, and where a few steps take more, at most. */
const [WORK, MOST_WORK] = [2e9, 1.2e10];
const FEWEST_STEPS = 3;
const STARTS = 3;

/** The inputs that activate each node of a layer most. H nodes, P pixels. */
export interface PreferredInputs {
  /** float32[H][P], intensities. */
  readonly inputs: Float32Array;
  readonly activations: readonly number[];
  readonly how: NodeLayerInfo['preferredInput'];
}

/**
 * Among inputs within [0, 1]: exact for the first layer, by ascent for deeper ones.
 * @param index of the layer, from 0
 * @param weights float64[P][H]
 */
export async function preferredInputs(
  subject: Subject,
  index: number,
  responses: readonly NodeResponse[],
  weights: Float64Array,
  { steps, crew }: Running,
): Promise<PreferredInputs> {
  const { pixels: P, layers } = subject;
  const H = responses.length;
  const weightsOf = (h: number): Float64Array => Float64Array.from({ length: P }, (_, p) => weights[p * H + h]);
  const inputs = new Float32Array(H * P);
  const activations: number[] = [];
  const keep = ({ input, activation }: { input: Float64Array; activation: number }, h: number): void => {
    inputs.set(input, h * P);
    activations.push(activation);
  };
  if (index === 0) {
    const [{ bias, activation }] = layers;
    for (let h = 0; h < H; h++) keep(preferredInputInBox(weightsOf(h), bias[h], activation), h);
    return { inputs, activations, how: { exact: true } };
  }
  const cost = ascentCost(layers.slice(0, index + 1)) * STARTS * H;
  const affordable = stepsFor(Math.max(1, cost), steps, WORK * shareOf(subject));
  async function* jobs(): AsyncGenerator<AscendJob> {
    for (let node = 0; node < H; node++) {
      const starts = await startsOf(subject, responses[node], weightsOf(node));
      yield { kind: 'ascend', depth: index + 1, node, starts, steps: affordable };
    }
  }
  (await crew.all(jobs())).forEach(keep);
  return { inputs, activations, how: { steps: affordable, starts: STARTS } };
}

/** Steps that can be afforded, three if at all; each start costs one more. @param cost multiply-adds of a step of all ascents */
export function stepsFor(cost: number, wanted: number, work: number): number {
  const within = (most: number): number => Math.floor(most / cost) - 1;
  const few = Math.max(0, Math.min(FEWEST_STEPS, within(MOST_WORK)));
  return Math.max(few, Math.min(wanted, within(work)));
}

/** The real image that activates the node most, the mean of those that do, and the positive part of its composed weights. */
async function startsOf(
  { images }: Subject,
  { most }: NodeResponse,
  weights: Float64Array,
): Promise<readonly Float64Array[]> {
  const rows = most.slice().sort();
  const stored = await images(rows);
  const best = Array.from(most, (row) => stored[rows.indexOf(row)]);
  const mean = best[0].map((_, p) => best.reduce((sum, image) => sum + image[p], 0) / best.length);
  const peak = weights.reduce((top, w) => Math.max(top, w), 0);
  return [best[0], mean, weights.map((w) => (peak > 0 ? Math.max(0, w) / peak : 0))];
}
