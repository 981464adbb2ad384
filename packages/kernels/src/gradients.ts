import { pullBack, rowOf, slopes, type DenseLayer, type LayerValues } from './layers.js';

/**
 * Mean gradient of each class's logit by the activations of a hidden layer, over the given rows.
 * @param later the layers after it, the last giving logits
 * @param values activations of the layer itself, then of the hidden layers among `later`
 * @returns float64[H][K]
 */
export function outgoing(
  later: readonly DenseLayer[],
  values: readonly LayerValues[],
  rows: Uint32Array,
): Float64Array {
  const sum = outgoingSum(later);
  sum.add(values, rows);
  return sum.mean();
}

/** {@link outgoing} of rows that come in parts. */
export interface OutgoingSum {
  add(values: readonly LayerValues[], rows: Uint32Array): void;
  mean(): Float64Array;
}

/** Begins an {@link OutgoingSum}; the same to the bit however the rows are parted. */
export function outgoingSum(later: readonly DenseLayer[]): OutgoingSum {
  const [first] = later;
  const last = later[later.length - 1];
  const K = last.units;
  const total = new Float64Array(first.units * K);
  const work = later.map(({ units }) => new Float64Array(units * K));
  let count = 0;
  const addRow = (values: readonly LayerValues[], r: number): void => {
    let product: ArrayLike<number> = last.kernel;
    for (let at = later.length - 2; at >= 0; at--) {
      gate(
        slopes(later[at], rowOf(values[at + 1], r), () => rowOf(values[at], r)),
        product,
        K,
        work[at],
      );
      if (at > 0) product = times(later[at], work[at], K, work[at - 1]);
    }
    const [own] = work;
    for (let i = 0; i < total.length; i++) total[i] += own[i];
  };
  return {
    add: (values, rows) => {
      count += rows.length;
      if (later.length > 1) for (const r of rows) addRow(values, r);
    },
    mean: () => {
      if (later.length === 1) return Float64Array.from(last.kernel);
      const mean = total.map((sum) => sum / Math.max(1, count));
      return times(first, mean, K, new Float64Array(first.inputs * K));
    },
  };
}

/**
 * Mean gradients of each class's logit by the activations of every hidden layer, over the given rows, each of which is gone through once.
 * @param layers of the whole net, the last giving logits
 * @param values activations of the hidden layers
 * @returns for each hidden layer float64[H][K]
 */
export function outgoingOfAll(
  layers: readonly DenseLayer[],
  values: readonly LayerValues[],
  rows: Uint32Array,
): Float64Array[] {
  const hidden = layers.slice(0, -1);
  const last = layers[layers.length - 1];
  const K = last.units;
  const means = hidden.map(({ units }) => new Float64Array(units * K));
  const [gated, found] = [means.map((mean) => mean.slice()), means.map((mean) => mean.slice())];
  for (const r of rows) {
    let product: ArrayLike<number> = last.kernel;
    for (let l = hidden.length - 1; l > 0; l--) {
      gate(
        slopes(layers[l], rowOf(values[l], r), () => rowOf(values[l - 1], r)),
        product,
        K,
        gated[l],
      );
      product = times(layers[l], gated[l], K, found[l - 1]);
      for (let at = 0; at < product.length; at++) means[l - 1][at] += product[at] / rows.length;
    }
  }
  means[hidden.length - 1].set(last.kernel);
  return means;
}

/** Rows of `from` [units][K] times the slopes of the layer. */
function gate(steepness: Float64Array, from: ArrayLike<number>, K: number, out: Float64Array): void {
  for (let j = 0; j < steepness.length; j++) {
    const s = steepness[j];
    if (s === 0) out.fill(0, j * K, (j + 1) * K);
    else for (let at = j * K; at < (j + 1) * K; at++) out[at] = s * from[at];
  }
}

/** kernel [inputs][units] times [units][K]. */
function times({ kernel, inputs, units }: DenseLayer, from: Float64Array, K: number, out: Float64Array): Float64Array {
  const open: number[] = [];
  for (let j = 0; j < units; j++) if (isAnyNonZero(from, j * K, (j + 1) * K)) open.push(j);
  for (let i = 0; i < inputs; i++) {
    for (let k = 0; k < K; k++) out[i * K + k] = 0;
    for (const j of open) {
      const w = kernel[i * units + j];
      for (let k = 0; k < K; k++) out[i * K + k] += w * from[j * K + k];
    }
  }
  return out;
}

function isAnyNonZero(values: Float64Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (values[at] !== 0) return true;
  return false;
}

/** Multiply-adds of {@link outgoing} for one row. */
export function outgoingCost(later: readonly DenseLayer[]): number {
  const K = later[later.length - 1].units;
  return K * later.slice(0, -1).reduce((sum, { inputs, units }, l) => sum + units + (l === 0 ? 0 : inputs * units), 0);
}

/**
 * Incoming weights of the nodes of a deeper layer, composed along the paths that are open: for each node the mean, over
 * the given rows on which it is active, of the gradient of its weighted sum by the first layer's inputs.
 * A node is active where its slope is not zero; one that never is gets zeros.
 * @param earlier the layers up to and including the nodes' own
 * @param values their activations
 * @param input of the first layer at a row
 * @returns float64[inputs of the first][H]
 */
export function incoming(
  earlier: readonly DenseLayer[],
  values: readonly LayerValues[],
  input: (row: number) => ArrayLike<number>,
  rows: Uint32Array,
): Float64Array {
  const sum = incomingSum(earlier);
  sum.add(values, input, rows);
  return sum.mean();
}

/** {@link incoming} of rows that come in parts. */
export interface IncomingSum {
  add(values: readonly LayerValues[], input: (row: number) => ArrayLike<number>, rows: Uint32Array): void;
  mean(): Float64Array;
}

/** Begins an {@link IncomingSum}; the same to the bit however the rows are parted. */
export function incomingSum(earlier: readonly DenseLayer[]): IncomingSum {
  const own = earlier[earlier.length - 1];
  if (earlier.length === 1) return { add: () => undefined, mean: () => Float64Array.from(own.kernel) };
  const [first] = earlier;
  const H = own.units;
  const before = first.units;
  const total = new Float64Array(H * before);
  const active = new Float64Array(H);
  const columns = transposed(own);
  const passing = new Uint32Array(before);
  const work = earlier.map(({ units }) => new Float64Array(units));
  const addRow = (open: readonly Float64Array[]): void => {
    const [opened] = open;
    let paths = 0;
    for (let j = 0; j < before; j++) if (opened[j] !== 0) passing[paths++] = j;
    for (let h = 0; h < H; h++) {
      if (open[earlier.length - 1][h] === 0) continue;
      active[h]++;
      let v: Float64Array = columns.subarray(h * own.inputs, (h + 1) * own.inputs);
      for (let l = earlier.length - 2; l > 0; l--) {
        const gated = work[l];
        for (let j = 0; j < gated.length; j++) gated[j] = v[j] * open[l][j];
        v = pullBack(earlier[l], gated, work[l - 1]);
      }
      for (let p = 0, at = h * before; p < paths; p++) total[at + passing[p]] += v[passing[p]] * opened[passing[p]];
    }
  };
  return {
    add: (values, input, rows) => {
      for (const r of rows)
        addRow(
          earlier.map((layer, l) =>
            slopes(layer, rowOf(values[l], r), () => (l === 0 ? input(r) : rowOf(values[l - 1], r))),
          ),
        );
    },
    mean: () => {
      const out = new Float64Array(first.inputs * H);
      const image = new Float64Array(first.inputs);
      for (let h = 0; h < H; h++) {
        const mean = total.subarray(h * before, (h + 1) * before).map((sum) => sum / Math.max(1, active[h]));
        pullBack(first, mean, image);
        for (let i = 0; i < first.inputs; i++) out[i * H + h] = image[i];
      }
      return out;
    },
  };
}

/** float64[units][inputs]. */
function transposed({ kernel, inputs, units }: DenseLayer): Float64Array {
  const out = new Float64Array(kernel.length);
  for (let i = 0; i < inputs; i++) for (let j = 0; j < units; j++) out[j * inputs + i] = kernel[i * units + j];
  return out;
}

/** Multiply-adds of {@link incoming} for one row. */
export function incomingCost(earlier: readonly DenseLayer[]): number {
  const H = earlier[earlier.length - 1].units;
  return (
    H * earlier.slice(0, -1).reduce((sum, { inputs, units }, l) => sum + units + (l === 0 ? 0 : inputs * units), 0)
  );
}
