import { largest, type LayerValues } from './layers.js';
import { spread } from './ranking.js';

/** What the readout is fitted on: H nodes, K classes. */
export interface ReadoutData {
  /** float64[H][H]: covariance of the nodes over N rows (ddof 1). */
  readonly covariance: Float64Array;
  /** float64[H] */
  readonly mean: Float64Array;
  /** float64[K][H]: mean activation of each class. */
  readonly classMeans: Float64Array;
  /** Share of the rows of each class. */
  readonly shares: Float64Array;
}

/** Multiply-adds that a covariance may take; it runs in a vector kernel. */
const COVARIANCE_WORK = 8e9;
/** Of fewer rows for each node a readout would learn the rows by heart. */
const ROWS_PER_NODE = 5;

/** Evenly spaced rows, of all there are, on which the covariance of `nodes` nodes and their readout are computed. */
export function jointRows(rows: number, nodes: number): Uint32Array {
  return spread(rows, Math.max(COVARIANCE_WORK / (nodes * nodes), ROWS_PER_NODE * nodes));
}

/** float64[H][K]: covariance of each node with being of each class, times N / (N - 1) left out. */
function crossCovariance({ mean, classMeans, shares }: ReadoutData): Float64Array {
  const H = mean.length;
  const K = shares.length;
  return Float64Array.from({ length: H * K }, (_, i) => {
    const [h, k] = [Math.floor(i / K), i % K];
    return shares[k] === 0 ? 0 : shares[k] * (classMeans[k * H + h] - mean[h]);
  });
}

/**
 * Forward selection: at each step the node that lowers the squared error of all one-hot classes most (Efroymson 1960),
 * the first of equals; nodes that the chosen ones already tell (up to 1e-9 of their variance) come last, in their order.
 */
export function selectForward(data: ReadoutData): number[] {
  const H = data.mean.length;
  const K = data.shares.length;
  const g = data.covariance.slice();
  const c = crossCovariance(data);
  const floor = Float64Array.from({ length: H }, (_, h) => 1e-9 * data.covariance[h * H + h]);
  const left = new Set(Array.from({ length: H }, (_, h) => h));
  const order: number[] = [];
  for (;;) {
    let best = -1;
    let gain = -1;
    for (const h of left) {
      const variance = g[h * H + h];
      if (!(variance > floor[h]) || variance <= 0) continue;
      let squares = 0;
      for (let k = 0; k < K; k++) squares += c[h * K + k] * c[h * K + k];
      if (squares / variance > gain) [best, gain] = [h, squares / variance];
    }
    if (best < 0) return [...order, ...left];
    order.push(best);
    left.delete(best);
    sweep(g, c, H, K, best, left);
  }
}

/** Takes out of the other nodes what the pivot tells of them. */
function sweep(g: Float64Array, c: Float64Array, H: number, K: number, pivot: number, left: ReadonlySet<number>): void {
  const row = g.slice(pivot * H, (pivot + 1) * H);
  const target = c.slice(pivot * K, (pivot + 1) * K);
  for (const h of left) {
    const share = row[h] / row[pivot];
    if (share === 0) continue;
    for (const j of left) g[h * H + j] -= share * row[j];
    for (let k = 0; k < K; k++) c[h * K + k] -= share * target[k];
  }
}

/**
 * Accuracy of the least-squares readout of some nodes on the given rows; a ridge of 1e-9 of each variance keeps it solvable.
 * @param nodes at least one
 */
export function readoutAccuracy(data: ReadoutData, nodes: readonly number[], values: LayerValues, labels: Uint16Array, rows: Uint32Array): number {
  const H = data.mean.length;
  const K = data.shares.length;
  const m = nodes.length;
  const weights = solve(data, nodes);
  const bias = data.shares.slice();
  for (let i = 0; i < m; i++) for (let k = 0; k < K; k++) bias[k] -= data.mean[nodes[i]] * weights[i * K + k];
  const score = new Float64Array(K);
  let right = 0;
  for (const r of rows) {
    score.set(bias);
    for (let i = 0; i < m; i++) {
      const a = values.data[r * H + nodes[i]];
      if (a !== 0) for (let k = 0; k < K; k++) score[k] += a * weights[i * K + k];
    }
    if (largest(score) === labels[r]) right++;
  }
  return right / Math.max(1, rows.length);
}

/** float64[m][K]: the weights of the readout, by Cholesky factors. */
function solve(data: ReadoutData, nodes: readonly number[]): Float64Array {
  const H = data.mean.length;
  const K = data.shares.length;
  const m = nodes.length;
  const cross = crossCovariance(data);
  const l = new Float64Array(m * m);
  const x = new Float64Array(m * K);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = data.covariance[nodes[i] * H + nodes[j]] * (i === j ? 1 + 1e-9 : 1);
      for (let t = 0; t < j; t++) sum -= l[i * m + t] * l[j * m + t];
      l[i * m + j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / l[j * m + j];
    }
    const idle = l[i * m + i] <= 1e-100;
    for (let k = 0; k < K; k++) {
      let sum = cross[nodes[i] * K + k];
      for (let t = 0; t < i; t++) sum -= l[i * m + t] * x[t * K + k];
      x[i * K + k] = idle ? 0 : sum / l[i * m + i];
    }
  }
  for (let i = m - 1; i >= 0; i--) {
    for (let k = 0; k < K; k++) {
      let sum = x[i * K + k];
      for (let t = i + 1; t < m; t++) sum -= l[t * m + i] * x[t * K + k];
      x[i * K + k] = l[i * m + i] <= 1e-100 ? 0 : sum / l[i * m + i];
    }
  }
  return x;
}

/**
 * The fewest nodes, in the order given, with which `accuracy` reaches `goal`: by doubling, then halving the gap, so
 * that it is the fewest where accuracy rises with every node.
 */
export function fewestFor(goal: number, most: number, accuracy: (nodes: number) => number): number {
  let low = 0;
  let high = 1;
  while (high < most && accuracy(high) < goal) [low, high] = [high, Math.min(most, high * 2)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (accuracy(middle) < goal) low = middle;
    else high = middle;
  }
  return high;
}
