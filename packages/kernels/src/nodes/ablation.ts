import { activate, largest, weightedSums, type DenseLayer, type LayerValues } from './layers.js';

/** Rows told right with each node out of action. H nodes, K classes. */
export interface Ablation {
  /** uint32[K]: rows of each class. */
  readonly rows: Uint32Array;
  /** uint32[K]: told right by the whole net. */
  readonly whole: Uint32Array;
  /** uint32[H][K]: told right with the node set to zero. */
  readonly zero: Uint32Array;
  /** uint32[H][K]: told right with the node set to its mean. */
  readonly mean: Uint32Array;
}

/**
 * Sets each node of a hidden layer to zero and to its mean, all nodes in one pass over the rows: a change of one node
 * changes the next layer's sums by a multiple of one row of its kernel, so only what follows is computed again.
 * @param later the layers after this one, the last giving logits
 * @param rows which rows to look at
 */
export function ablate(values: LayerValues, means: ArrayLike<number>, later: readonly DenseLayer[], labels: Uint16Array, rows: Uint32Array): Ablation {
  const H = values.width;
  const [next, ...rest] = later;
  const K = later[later.length - 1].units;
  const result: Ablation = { rows: new Uint32Array(K), whole: new Uint32Array(K), zero: new Uint32Array(H * K), mean: new Uint32Array(H * K) };
  const tell = teller(next, rest);
  const sums = new Float64Array(next.units);
  for (const r of rows) {
    const label = labels[r];
    const row = values.data.subarray(r * H, (r + 1) * H);
    weightedSums(next, row, sums);
    const right = tell(sums, 0, 0) === label ? 1 : 0;
    result.rows[label]++;
    result.whole[label] += right;
    for (let h = 0; h < H; h++) {
      const off = -row[h];
      const on = means[h] - row[h];
      result.zero[h * K + label] += off === 0 ? right : tell(sums, h, off) === label ? 1 : 0;
      result.mean[h * K + label] += on === 0 ? right : tell(sums, h, on) === label ? 1 : 0;
    }
  }
  return result;
}

/** The class told when a node changes by so much, from the next layer's sums before the change. */
function teller(next: DenseLayer, rest: readonly DenseLayer[]): (sums: Float64Array, node: number, change: number) => number {
  const { kernel, units } = next;
  if (rest.length === 0) {
    return (sums, node, change) => {
      let best = 0;
      let top = -Infinity;
      for (let k = 0, at = node * units; k < units; k++, at++) {
        const logit = sums[k] + change * kernel[at];
        if (logit > top) {
          top = logit;
          best = k;
        }
      }
      return best;
    };
  }
  const changed = new Float64Array(units);
  const buffers = rest.map((layer) => new Float64Array(layer.units));
  return (sums, node, change) => {
    for (let j = 0, at = node * units; j < units; j++, at++) changed[j] = activate(next.activation, sums[j] + change * kernel[at]);
    return largest(through(rest, changed, buffers));
  };
}

/** The logits of layers given their input; hidden layers are activated. */
export function through(layers: readonly DenseLayer[], input: Float64Array, buffers: readonly Float64Array[]): Float64Array {
  let current = input;
  for (const [l, layer] of layers.entries()) {
    const sums = weightedSums(layer, current, buffers[l]);
    if (l < layers.length - 1) for (let j = 0; j < sums.length; j++) sums[j] = activate(layer.activation, sums[j]);
    current = sums;
  }
  return current;
}

/** Multiply-adds that {@link ablate} needs for one row. */
export function ablationCost(width: number, later: readonly DenseLayer[]): number {
  return width * 2 * later.reduce((sum, { inputs, units }, l) => sum + (l === 0 ? units : inputs * units), 0);
}
