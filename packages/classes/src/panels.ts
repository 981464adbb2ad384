import { activated, logitsOf, slopesOf, sumsOf, type PixelNet, type Point } from './net.js';
import type { Followed } from './pieces.js';

/** Points in [-1, 1] and weights of Gauss and Legendre's rule of five points (Abramowitz and Stegun 1964, table 25.4). */
const POINTS = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
const WEIGHTS = [
  0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647, 0.23692688505618908,
];
const MOST_PANELS = 64;
/** What may be left out. */
const SMALL = 1e-3;

/** Of any net: the line in panels of five points each, twice as many until what they leave out of each logit is small. */
export function followByPanels(net: PixelNet, from: Point, to: Point): Followed {
  for (let panels = 2; ; panels *= 2) {
    const found = inPanels(net, from, to, panels);
    if (panels >= MOST_PANELS || leftOut(found.gradient, from, to, net.classes) < SMALL) return found;
  }
}

function leftOut(gradient: Float64Array, from: Point, to: Point, K: number): number {
  const left = logitsOf(to).map((logit, k) => logit - logitsOf(from)[k]);
  for (let at = 0; at < gradient.length; at++) {
    const h = Math.floor(at / K);
    left[at % K] -= gradient[at] * (to.sums[0][h] - from.sums[0][h]);
  }
  return left.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
}

function inPanels(net: PixelNet, from: Point, to: Point, panels: number): Followed {
  const { layers, classes: K } = net;
  const speed = to.sums[0].map((sum, h) => sum - from.sums[0][h]);
  const gradient = new Float64Array(layers[0].units * K);
  const inner = layers.slice(1, -2).map(({ units }) => new Float64Array(units * K));
  for (let panel = 0; panel < panels; panel++) {
    for (const [i, point] of POINTS.entries()) {
      const at = (panel + (point + 1) / 2) / panels;
      const weight = WEIGHTS[i] / 2 / panels;
      const sums = speed.map((by, h) => from.sums[0][h] + at * by);
      addPoint(net, sums, speed, weight, gradient, inner);
    }
  }
  return { gradient, inner };
}

/** Adds the gradients at one point of the line, times a weight. */
function addPoint(
  { layers, classes: K }: PixelNet,
  first: Float64Array,
  speed: Float64Array,
  weight: number,
  gradient: Float64Array,
  inner: readonly Float64Array[],
): void {
  const steep: Float64Array[] = [];
  const speeds: Float64Array[] = [];
  let [sums, change] = [first, speed];
  for (let l = 0; l < layers.length - 1; l++) {
    const values = activated(layers[l], sums);
    steep.push(slopesOf(layers[l], sums, values));
    speeds.push(change.map((by, h) => by * steep[l][h]));
    if (l === layers.length - 2) break;
    const next = layers[l + 1];
    change = sumsOf({ ...next, bias: new Float64Array(next.units) }, speeds[l]);
    sums = sumsOf(next, values);
  }
  let slopes: Float64Array = layers[layers.length - 1].kernel;
  for (let l = layers.length - 2; l >= 0; l--) {
    if (l > 0 && l < layers.length - 2) {
      const [total, by] = [inner[l - 1], slopes];
      for (let at = 0; at < total.length; at++) total[at] += weight * by[at] * speeds[l][Math.floor(at / K)];
    }
    const gated = slopes.map((slope, at) => slope * steep[l][Math.floor(at / K)]);
    if (l === 0) for (let at = 0; at < gradient.length; at++) gradient[at] += weight * gated[at];
    else slopes = times(layers[l].kernel, layers[l].inputs, layers[l].units, gated, K);
  }
}

/** [inputs][units] times [units][K]. */
function times(kernel: Float64Array, inputs: number, units: number, from: Float64Array, K: number): Float64Array {
  const out = new Float64Array(inputs * K);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < units; j++) {
      const weight = kernel[i * units + j];
      for (let k = 0, at = i * K, of = j * K; k < K; k++, at++, of++) out[at] += weight * from[of];
    }
  }
  return out;
}
