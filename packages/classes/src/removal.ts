import type { Random } from '@layerwise/kernels/random';
import { addRows, largest, onward, sumsOf, type Layer } from './net.js';
import { ORDERS, type NodeRanking, type Order } from './ranking.js';
import { rowsByClass, sample, type Looked } from './subject.js';

/** Multiply-adds that the removals of a layer may take, and those of random nodes; past it, evenly spaced rows of each class stand for all. */
const [WORK, RANDOM_WORK] = [1e8, 5e7];
const FEWEST_ROWS = 60;
/**
 * Multiply-adds that the removals of a layer may take on these rows, and as much those of random nodes, and together those of all
 * layers; past it there are fewer draws, then fewer rows, and where even the fewest would take more no nodes of the layer are removed.
 */
const [MOST_WORK, ALL_WORK] = [2.5e9, 2e10];
const [LEAST_DRAWS, LEAST_ROWS] = [3, 8];
/** How many nodes are set to their means, in layers of ten nodes and more. */
const COUNTS = [1, 3, 5, 10, 20, 50];
const SMALL_LAYER = 10;
/** A random node is one of so many whose variance is nearest to that of the node it stands for. */
const ALIKE = 8;
/** Over so many classes there are fewer draws, and fewer rows at least. */
const MANY_CLASSES = 24;

/** A number for each class, in proportion smaller where there are very many. */
export function fewerOfMany(wanted: number, K: number): number {
  return K <= MANY_CLASSES ? wanted : Math.max(1, Math.round((wanted * MANY_CLASSES) / K));
}

/** How a class fares when some nodes are set to their means. Shares of rows told right; NaN without rows. */
export interface Removal {
  readonly class: number;
  /** `random`: nodes of like variance, in several draws. */
  readonly by: Order | 'random' | 'none';
  readonly nodes: number;
  /** The mean over draws, and the least and the most; alike where there is one. */
  readonly recall: Range;
  /** Of the rows of all other classes. */
  readonly others: Range;
}

/** A mean with what it lies between. */
export interface Range {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** How the nodes of a layer are removed: on how many rows of each class and of the others at most, and how many at random. */
export interface RemovalPlan {
  readonly rows: number;
  readonly draws: number;
  /** Rows on which random nodes are removed. */
  readonly drawRows: number;
  readonly counts: readonly number[];
}

/** The removals of a layer. */
export interface Removals extends RemovalPlan {
  readonly found: readonly Removal[];
}

/** How many nodes are taken away at a time. @param H nodes of the layer */
export function countsOf(H: number): readonly number[] {
  return H < SMALL_LAYER ? Array.from({ length: H }, (_, i) => i + 1) : COUNTS.filter((count) => count <= H);
}

/** Of a layer for which there is no time. */
const NONE: RemovalPlan = { rows: 0, draws: 0, drawRows: 0, counts: [] };

/** How much of it there is time for, of hidden layer `l`. */
export function planRemovals({ net }: Looked, l: number, draws: number): RemovalPlan {
  const K = net.classes;
  const counts = countsOf(net.layers[l].units);
  const later = net.layers.slice(l + 1);
  const most = counts.at(-1) ?? 0;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const fewest = fewerOfMany(FEWEST_ROWS, K);
  const ordered = 2 * K * costOf(later, ORDERS.length * most, ORDERS.length * counts.length);
  const random = 2 * K * costOf(later, all, counts.length);
  const bound = Math.min(MOST_WORK, ALL_WORK / (net.layers.length - 1));
  const drawn = Math.min(fewerOfMany(draws, K), Math.max(LEAST_DRAWS, Math.floor(bound / (random * fewest))));
  const least = Math.min(fewest, LEAST_ROWS);
  if (later.length > 1 && Math.max(ordered, random * drawn) * least > bound) return NONE;
  const rows = (work: number, cost: number): number =>
    Math.max(least, Math.min(fewest, Math.floor(bound / cost)), Math.floor(work / cost));
  return { rows: rows(WORK, ordered), draws: drawn, drawRows: rows(RANDOM_WORK, random * drawn), counts };
}

/** Sets the first nodes of a class's orders, and random ones, to their means over the training rows. */
export function removeNodes(
  { net, held }: Looked,
  l: number,
  ranking: NodeRanking,
  { rows, draws, drawRows, counts }: RemovalPlan,
  c: number,
  random: Random,
): Removal[] {
  if (rows === 0) return [];
  const later = net.layers.slice(l + 1);
  const all = Uint32Array.from({ length: held.count }, (_, r) => r);
  const groups = [rowsByClass(held, net.classes, false)[c], all.filter((r) => held.label[r] !== c)];
  const shares = (
    sequences: readonly Sequence[],
    most: number,
  ): ((many: number) => Pick<Removal, 'recall' | 'others'>) => {
    const counted = groups.map((group) => {
      const some = sample(group, most);
      return countRight(later, held, l, some, sequences, ranking.mean).map((right) => right / some.length);
    });
    let at = 0;
    return (many) => {
      const [recall, others] = counted.map((found) => rangeOf(found.slice(at, at + many)));
      at += many;
      return { recall, others };
    };
  };
  const ordered = shares(orderedSets(c, ranking, counts), rows);
  const drawn = shares([WHOLE, ...randomSets(c, ranking, counts, draws, random)], drawRows);
  const [whole, ofDrawn] = [ordered(1), drawn(1)];
  // Fewer rows are drawn on: what counts is how much fewer of them are told right than by the whole net.
  const asOfAll = (found: Pick<Removal, 'recall' | 'others'>): Pick<Removal, 'recall' | 'others'> => ({
    recall: moved(found.recall, whole.recall.mean - ofDrawn.recall.mean),
    others: moved(found.others, whole.others.mean - ofDrawn.others.mean),
  });
  return [
    { class: c, by: 'none', nodes: 0, ...whole },
    ...ORDERS.flatMap((by) => counts.map((nodes): Removal => ({ class: c, by, nodes, ...ordered(1) }))),
    ...counts.map((nodes): Removal => ({ class: c, by: 'random', nodes, ...asOfAll(drawn(draws)) })),
  ];
}

/** A share moved by a difference, from 0 to 1. */
function moved({ mean, least, most }: Range, by: number): Range {
  const within = (value: number): number => Math.min(1, Math.max(0, value + by));
  return { mean: within(mean), least: within(least), most: within(most) };
}

/** Nodes that are removed one after another, and after how many it is looked which class is told. */
interface Sequence {
  readonly nodes: ArrayLike<number>;
  readonly after: readonly number[];
}

/** The whole net. */
const WHOLE: Sequence = { nodes: [], after: [0] };

/** None, then the orders. */
function orderedSets(c: number, { orders }: NodeRanking, counts: readonly number[]): Sequence[] {
  return [WHOLE, ...ORDERS.map((by) => ({ nodes: orders[by][c], after: counts }))];
}

/** The draws for each number of nodes. */
function randomSets(
  c: number,
  { orders, variance }: NodeRanking,
  counts: readonly number[],
  draws: number,
  random: Random,
): Sequence[] {
  const alike = new Alike(variance);
  return counts.flatMap((count) =>
    Array.from({ length: draws }, () => ({
      nodes: alike.draw(orders.evidence[c].subarray(0, count), random),
      after: [count],
    })),
  );
}

/** Finds nodes of like variance. */
class Alike {
  private readonly order: Uint32Array;
  private readonly place: Uint32Array;

  constructor(variance: Float64Array) {
    this.order = Uint32Array.from(variance.keys()).sort((a, b) => variance[a] - variance[b] || a - b);
    this.place = new Uint32Array(variance.length);
    this.order.forEach((node, i) => (this.place[node] = i));
  }

  /** A node for each of some, not among them while there are others enough. */
  draw(nodes: Uint32Array, random: Random): number[] {
    const H = this.order.length;
    const free = new Uint8Array(H).fill(1);
    if (2 * nodes.length <= H) for (const node of nodes) free[node] = 0;
    return Array.from(nodes, (node) => {
      const near = this.nearest(this.place[node], free);
      const chosen = near[random.below(near.length)];
      free[chosen] = 0;
      return chosen;
    });
  }

  private nearest(place: number, free: Uint8Array): number[] {
    const { order } = this;
    const near: number[] = [];
    for (let away = 0; away < order.length && near.length < ALIKE; away++) {
      for (const at of away === 0 ? [place] : [place - away, place + away])
        if (at >= 0 && at < order.length && free[order[at]] === 1 && near.length < ALIKE) near.push(order[at]);
    }
    return near;
  }
}

/** Rows told right after each look of each sequence, one after another. */
function countRight(
  later: readonly Layer[],
  { label, hidden }: Looked['held'],
  l: number,
  rows: Uint32Array,
  sequences: readonly Sequence[],
  mean: Float64Array,
): Float64Array {
  const [next] = later;
  const { data, width: H } = hidden[l];
  const right = new Float64Array(sequences.reduce((sum, { after }) => sum + after.length, 0));
  const [whole, sums, work] = [
    new Float64Array(next.units),
    new Float64Array(next.units),
    new Float64Array(next.units),
  ];
  const buffers = later.map(({ units }) => new Float64Array(units));
  const [places, times] = [new Uint32Array(H), new Float64Array(H)];
  for (const row of rows) {
    const values = data.subarray(row * H, (row + 1) * H);
    sumsOf(next, values, whole);
    let at = 0;
    for (const { nodes, after } of sequences) {
      sums.set(whole);
      let removed = 0;
      for (const count of after) {
        let changed = 0;
        for (; removed < count; removed++) {
          const h = nodes[removed];
          const change = mean[h] - values[h];
          if (change !== 0) [places[changed], times[changed++]] = [h, change];
        }
        addRows(sums, next.kernel, places, times, changed);
        if (later.length > 1) work.set(sums);
        const logits = later.length > 1 ? onward(later, work, buffers) : sums;
        if (largest(logits) === label[row]) right[at]++;
        at++;
      }
    }
  }
  return right;
}

/** Multiply-adds on one row, of so many nodes that are removed and so many looks at which class is told. */
function costOf(later: readonly Layer[], nodes: number, looks: number): number {
  const [next, ...rest] = later;
  const end = rest.reduce((sum, { inputs, units }) => sum + inputs * units, 2 * next.units);
  return Math.max(1, nodes * next.units + looks * end);
}

function rangeOf(values: Float64Array): Range {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    least: Math.min(...values),
    most: Math.max(...values),
  };
}
