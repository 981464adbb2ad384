import { followByPanels } from './panels.js';
import { followPieces, type Followed } from './pieces.js';
import { followBySecants, secantCost } from './secants.js';
import { meanSlopes } from './slopes.js';
import { logitsOf, type PixelNet, type Point } from './net.js';

/**
 * Integrated gradients (Sundararajan et al. 2017) of every logit along the straight line from the baseline to an image.
 * H1 nodes of the first layer, K logits.
 */
export interface Path {
  /** float64[H1][K]: mean gradient of each logit by each weighted sum of the first layer. */
  readonly gradient: Float64Array;
  /** Per hidden layer float64[H][K]: what each node gives to each logit, its conductance (Dhamdhere et al. 2018). */
  readonly nodes: readonly Float64Array[];
  /** How far what the first layer gives is from the change of the logits, the largest of K. */
  readonly remainder: number;
}

/**
 * How paths are followed: exactly by a closed form or piece by piece, or in steps until what is left out is small; in nets for which
 * there is no time for either by secants, of which nothing is left out, though they are only near to the integral.
 */
export type Method = 'closed form' | 'pieces' | 'steps' | 'secants';

/** Multiply-adds for each logit that a path of pieces or in steps may take. */
const MOST_WORK = 2.5e7;

/** The way that suits a net: exact wherever one layer alone bends the line, or all layers bend it at points, and there is time. */
export function methodOf(net: PixelNet): Method {
  const { layers, classes: K } = net;
  if (layers.length <= 2) return 'closed form';
  const bent = layers.slice(0, -1).every(({ activation }) => activation === 'relu' || activation === 'linear');
  const method = bent ? 'pieces' : 'steps';
  return costOf(net, method) > MOST_WORK * K ? 'secants' : method;
}

/** Multiply-adds of one path, roughly. */
export function pathCost(net: PixelNet): number {
  return costOf(net, methodOf(net));
}

/** Of pieces with as many crossings as there are nodes after the first layer. */
function costOf(net: PixelNet, method: Method): number {
  const { layers, classes: K } = net;
  const later = layers.slice(1, -1).reduce((sum, { units }) => sum + units, 0);
  const inner = layers.slice(1, -1).reduce((sum, { kernel }) => sum + kernel.length, 0);
  const first = layers[0].units * K;
  if (method === 'closed form') return first;
  if (method === 'secants') return secantCost(net);
  if (method === 'steps') return 80 * (K + 2) * inner;
  return later * 2 * first + (layers.length > 3 ? later * K * inner : 0) + 2 * K * inner;
}

/** Follows the line to an image. @param to what the net makes of the image */
export function follow(net: PixelNet, from: Point, to: Point): Path {
  const { gradient, inner } = FOLLOWERS[methodOf(net)](net, from, to);
  const K = net.classes;
  const first = given(gradient, from.sums[0], to.sums[0], K);
  const L = net.layers.length - 1;
  const nodes = to.hidden.map((_, l) =>
    l === L - 1 ? given(net.layers[L].kernel, from.hidden[l], to.hidden[l], K) : l === 0 ? first : inner[l - 1],
  );
  return { gradient, nodes, remainder: remainderOf(first, from, to, K) };
}

const FOLLOWERS: Readonly<Record<Method, (net: PixelNet, from: Point, to: Point) => Followed>> = {
  'closed form': (net, from, to) => ({ gradient: closedForm(net, from, to), inner: [] }),
  pieces: followPieces,
  steps: followByPanels,
  secants: followBySecants,
};

/** The kernel by which the first layer's nodes reach the logits: of the last layer, or of a net without hidden layers each its own. */
export function outward({ layers, classes: K }: PixelNet): Float64Array {
  if (layers.length > 1) return layers[1].kernel;
  return Float64Array.from({ length: K * K }, (_, at) => (Math.floor(at / K) === at % K ? 1 : 0));
}

function closedForm(net: PixelNet, from: Point, to: Point): Float64Array {
  const K = net.classes;
  const slopes = meanSlopes(net.layers[0], from.sums[0], to.sums[0]);
  return outward(net).map((weight, at) => weight * slopes[Math.floor(at / K)]);
}

/** [H][K] times the change of each of H values. */
function given(gradient: Float64Array, from: Float64Array, to: Float64Array, K: number): Float64Array {
  return gradient.map((slope, at) => {
    const h = Math.floor(at / K);
    return slope * (to[h] - from[h]);
  });
}

function remainderOf(first: Float64Array, from: Point, to: Point, K: number): number {
  const [before, after] = [logitsOf(from), logitsOf(to)];
  let most = 0;
  for (let k = 0; k < K; k++) {
    let left = after[k] - before[k];
    for (let at = k; at < first.length; at += K) left -= first[at];
    most = Math.max(most, Math.abs(left));
  }
  return most;
}
