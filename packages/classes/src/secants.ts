import { pullBack } from '@layerwise/kernels/layers';
import { onwardSums, type PixelNet, type Point } from './net.js';
import type { Followed } from './pieces.js';
import { meanSlopes } from './slopes.js';

/** Multiply-adds that the followed line to an image may take; past it there are fewer steps, no fewer than these. */
const WORK = 1.25e8;
const [MOST_STEPS, FEWEST_STEPS] = [32, 4];

/** Steps in which a line is followed. */
export function secantSteps(net: PixelNet): number {
  return Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, Math.floor(WORK / stepCost(net))));
}

/** Multiply-adds of one line, roughly. */
export function secantCost(net: PixelNet): number {
  return secantSteps(net) * stepCost(net);
}

function stepCost({ layers, classes: K }: PixelNet): number {
  return (K + 1) * layers.slice(1).reduce((sum, { kernel }) => sum + kernel.length, 0);
}

/**
 * Of any net: the line in equal steps. In a step each node's slope is that of its secant, the change of its activation over that of
 * its weighted sum, as DeepLIFT has it (Shrikumar et al. 2017): what the nodes give adds up to the change of the logits whatever the
 * number of steps, and the more there are, the nearer it is to the integral.
 */
export function followBySecants(net: PixelNet, from: Point, to: Point): Followed {
  const { layers, classes: K } = net;
  const steps = secantSteps(net);
  const hidden = layers.slice(0, -1);
  const last = layers[layers.length - 1];
  const gradient = new Float64Array(hidden[0].units * K);
  const inner = hidden.slice(1, -1).map(({ units }) => new Float64Array(units * K));
  const outputs = Array.from({ length: K }, (_, k) =>
    Float64Array.from({ length: last.inputs }, (_row, h) => last.kernel[h * K + k]),
  );
  const work = hidden.map(({ units }) => new Float64Array(units));
  let before = pointAt(net, from.sums[0]);
  for (let step = 1; step <= steps; step++) {
    const after = pointAt(
      net,
      from.sums[0].map((sum, h) => sum + (step / steps) * (to.sums[0][h] - sum)),
    );
    const slopes = hidden.map((layer, l) => meanSlopes(layer, before.sums[l], after.sums[l]));
    for (let k = 0; k < K; k++) {
      work[hidden.length - 1].set(outputs[k]);
      for (let l = hidden.length - 1; ; l--) {
        const by = work[l];
        if (l > 0 && l < hidden.length - 1)
          for (let h = 0, at = k; h < by.length; h++, at += K)
            inner[l - 1][at] += by[h] * (after.hidden[l][h] - before.hidden[l][h]);
        for (let h = 0; h < by.length; h++) by[h] *= slopes[l][h];
        if (l === 0) break;
        pullBack(layers[l], by, work[l - 1]);
      }
      for (let h = 0, at = k; h < work[0].length; h++, at += K) gradient[at] += work[0][h] / steps;
    }
    before = after;
  }
  return { gradient, inner };
}

/** What a net makes of the first layer's weighted sums, but for the logits. */
function pointAt(net: PixelNet, first: Float64Array): Point {
  return onwardSums({ ...net, layers: net.layers.slice(0, -1) }, first);
}
