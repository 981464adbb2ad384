import { activate, weightedSums, type DenseLayer, type LayerValues } from '@layerwise/kernels/layers';

/** What the net does with each node held at a value. H nodes, K classes. */
export interface Removal {
  /** uint32[H][K]: rows told right. */
  readonly right: Uint32Array;
  /** uint32[H]: rows told right before and wrongly now, or the other way round. */
  readonly changed: Uint32Array;
  /** float64[H][K]: sum over the rows of each class of what the margin of the true class loses: its logit less the largest other. */
  readonly loss: Float64Array;
  /** float64[H][K]: sum of the squares of these losses. */
  readonly squares: Float64Array;
}

/** The rows, and what each node set to zero and to its mean does to them. */
export interface Ablation {
  /** uint32[K]: rows of each class. */
  readonly rows: Uint32Array;
  /** uint32[K]: told right by the whole net. */
  readonly whole: Uint32Array;
  readonly zero: Removal;
  readonly mean: Removal;
}

/** The nodes from `from` to before `to`. */
export interface NodeRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Sets each node of a hidden layer to zero and to its mean, all nodes in one pass over the rows: a change of one node
 * changes the next layer's sums by a multiple of one row of its kernel, and the layer after it only by the nodes that change.
 * @param later the layers after this one, the last giving logits
 * @param labels of the rows of `values`, each of which is looked at
 * @param into what other rows gave, to which these are added
 * @param range the nodes that are removed; their figures begin with those of the first
 */
export function ablate(
  values: LayerValues,
  means: ArrayLike<number>,
  later: readonly DenseLayer[],
  labels: Uint16Array,
  into?: Ablation,
  { from, to }: NodeRange = { from: 0, to: values.width },
): Ablation {
  const H = values.width;
  const K = later[later.length - 1].units;
  const result = into ?? noAblation(to - from, K);
  const logits = later.length === 1 ? readLogits(later[0]) : carriedLogits(later);
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r];
    const row = values.data.subarray(r * H, (r + 1) * H);
    const before = judge(logits.whole(row), label);
    result.rows[label]++;
    if (before.right) result.whole[label]++;
    for (let h = from; h < to; h++) {
      const [off, on] = [-row[h], means[h] - row[h]];
      count(result.zero, h - from, K, label, before, off === 0 ? before : judge(logits.changed(h, off), label));
      count(result.mean, h - from, K, label, before, on === 0 ? before : judge(logits.changed(h, on), label));
    }
  }
  return result;
}

/** An ablation of no rows. */
export function noAblation(nodes: number, classes: number): Ablation {
  return {
    rows: new Uint32Array(classes),
    whole: new Uint32Array(classes),
    zero: removal(nodes, classes),
    mean: removal(nodes, classes),
  };
}

/** The figures of ranges of nodes that follow on one another, as one. */
export function joinAblations(parts: readonly Ablation[]): Ablation {
  const [{ rows, whole }] = parts;
  const join = (of: (part: Ablation) => Removal): Removal => ({
    right: Uint32Array.from(parts.flatMap((part) => [...of(part).right])),
    changed: Uint32Array.from(parts.flatMap((part) => [...of(part).changed])),
    loss: Float64Array.from(parts.flatMap((part) => [...of(part).loss])),
    squares: Float64Array.from(parts.flatMap((part) => [...of(part).squares])),
  });
  return { rows, whole, zero: join(({ zero }) => zero), mean: join(({ mean }) => mean) };
}

function removal(H: number, K: number): Removal {
  return {
    right: new Uint32Array(H * K),
    changed: new Uint32Array(H),
    loss: new Float64Array(H * K),
    squares: new Float64Array(H * K),
  };
}

interface Judgement {
  readonly right: boolean;
  readonly margin: number;
}

/** Of equal logits the first class is told. */
function judge(logits: Float64Array, label: number): Judgement {
  let rival = -1;
  let top = -Infinity;
  for (let k = 0; k < logits.length; k++) {
    if (k !== label && logits[k] > top) [rival, top] = [k, logits[k]];
  }
  const margin = logits[label] - top;
  return { margin, right: margin > 0 || (margin === 0 && label < rival) };
}

function count(
  { right, changed, loss, squares }: Removal,
  node: number,
  K: number,
  label: number,
  before: Judgement,
  after: Judgement,
): void {
  const at = node * K + label;
  if (after.right) right[at]++;
  if (after.right !== before.right) changed[node]++;
  const lost = before.margin - after.margin;
  loss[at] += lost;
  squares[at] += lost * lost;
}

/** The logits of one row after another, and what they are with a node of the row changed. */
interface Logits {
  readonly whole: (row: Float32Array) => Float64Array;
  /** After `whole` of the row; overwritten by the next call. */
  readonly changed: (node: number, change: number) => Float64Array;
}

function readLogits(last: DenseLayer): Logits {
  const { kernel, units } = last;
  const [sums, out] = [new Float64Array(units), new Float64Array(units)];
  return {
    whole: (row) => weightedSums(last, row, sums),
    changed: (node, change) => {
      for (let k = 0, at = node * units; k < units; k++, at++) out[k] = sums[k] + change * kernel[at];
      return out;
    },
  };
}

function carriedLogits([next, second, ...rest]: readonly DenseLayer[]): Logits {
  const { kernel, units, activation } = next;
  const [sums, active] = [new Float64Array(units), new Float64Array(units)];
  const [secondSums, out] = [new Float64Array(second.units), new Float64Array(second.units)];
  const buffers = rest.map((layer) => new Float64Array(layer.units));
  const onward = (from: Float64Array): Float64Array =>
    rest.length === 0
      ? from
      : through(
          rest,
          from.map((sum) => activate(second.activation, sum)),
          buffers,
        );
  return {
    whole: (row) => {
      weightedSums(next, row, sums);
      for (let j = 0; j < units; j++) active[j] = activate(activation, sums[j]);
      return onward(weightedSums(second, active, secondSums));
    },
    changed: (node, change) => {
      out.set(secondSums);
      for (let j = 0, at = node * units; j < units; j++, at++) {
        const moved = activate(activation, sums[j] + change * kernel[at]) - active[j];
        if (moved === 0) continue;
        for (let k = 0, to = j * second.units; k < out.length; k++, to++) out[k] += moved * second.kernel[to];
      }
      return onward(out);
    },
  };
}

/** The logits of layers given their input; hidden layers are activated. */
export function through(
  layers: readonly DenseLayer[],
  input: Float64Array,
  buffers: readonly Float64Array[],
): Float64Array {
  let current = input;
  for (const [l, layer] of layers.entries()) {
    const sums = weightedSums(layer, current, buffers[l]);
    if (l < layers.length - 1) for (let j = 0; j < sums.length; j++) sums[j] = activate(layer.activation, sums[j]);
    current = sums;
  }
  return current;
}

/** Multiply-adds that {@link ablate} needs for one row at most. */
export function ablationCost(width: number, later: readonly DenseLayer[]): number {
  return width * 2 * later.reduce((sum, { inputs, units }, l) => sum + (l === 0 ? units : inputs * units), 0);
}

/**
 * Rows told right by the net's last layer when it sees the first nodes of an order alone, the others held at their means.
 * @param last gives logits
 * @param order each node of the layer once
 * @param labels of the rows of `values`, each of which is looked at
 * @returns uint32[H + 1]: with none of the nodes, the first, the first two, ...
 */
export function rightWithFirst(
  values: LayerValues,
  means: ArrayLike<number>,
  last: DenseLayer,
  order: readonly number[],
  labels: Uint16Array,
): Uint32Array {
  const H = values.width;
  const { units: K, kernel } = last;
  const right = new Uint32Array(H + 1);
  const held = weightedSums(last, means, new Float64Array(K));
  const logits = new Float64Array(K);
  for (let r = 0; r < labels.length; r++) {
    logits.set(held);
    if (judge(logits, labels[r]).right) right[0]++;
    for (const [i, h] of order.entries()) {
      const moved = values.data[r * H + h] - means[h];
      if (moved !== 0) for (let k = 0, at = h * K; k < K; k++, at++) logits[k] += moved * kernel[at];
      if (judge(logits, labels[r]).right) right[i + 1]++;
    }
  }
  return right;
}

/**
 * The least number of nodes from which on the rows told right never fall below a share of those with all nodes.
 * @param right as {@link rightWithFirst} has it
 */
export function enough(right: Uint32Array, share: number): number {
  let nodes = right.length - 1;
  while (nodes > 0 && right[nodes - 1] >= share * right[right.length - 1]) nodes--;
  return nodes;
}
