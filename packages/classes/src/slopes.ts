import { activated, slopesOf, type Layer } from './net.js';

/**
 * Mean slopes of the nodes of a layer between two weighted sums each: the change of the activation over that of the sum,
 * and where there is next to none the slope itself.
 */
export function meanSlopes(layer: Layer, from: Float64Array, to: Float64Array): Float64Array {
  const [before, after] = [activated(layer, from), activated(layer, to)];
  const slopes = slopesOf(layer, to, after);
  for (let h = 0; h < slopes.length; h++) {
    const change = to[h] - from[h];
    if (Math.abs(change) >= NEXT_TO_NOTHING) slopes[h] = (after[h] - before[h]) / change;
  }
  return slopes;
}

/** Below it a difference of activations in float32 says less than the slope. */
const NEXT_TO_NOTHING = 1e-6;
