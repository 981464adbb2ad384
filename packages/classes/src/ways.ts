import type { Random } from '@layerwise/kernels/random';
import { clustersOf, nearestCentre } from './clusters.js';
import { meanImage, rowsByClass, sample, type Rows, type Looked } from './subject.js';

/** Training rows of a class that are clustered, at most. */
const CLUSTERED = 150;
/** Nodes that are named as telling a way from the others of its class. */
const NAMED = 5;

/** One way in which a class is written: images of the class that are alike to the last hidden layer. */
export interface Way {
  readonly class: number;
  /** From 0, the largest of those that were clustered first. */
  readonly way: number;
  /** Of the class's clusters; 0 of one. */
  readonly silhouette: number;
  readonly rows: number;
  readonly heldRows: number;
  /** Of the held rows told right; NaN without. */
  readonly recall: number;
  /** float64[P]: mean of the training rows. */
  readonly image: Float64Array;
  /** Nodes whose mean activation in the way is farthest from that in the class's other rows, and how far, in standard deviations of the class. */
  readonly nodes: readonly { readonly node: number; readonly difference: number }[];
}

/** How many nodes are named of a way. */
export function namedNodes({ net }: Looked): number {
  return Math.min(NAMED, net.layers[net.layers.length - 2]?.units ?? 0);
}

/** The ways of a class; none of a class without training rows, or of a net without hidden layers. */
export function waysOf(subject: Looked, c: number, random: Random): Way[] {
  const { net, train, held } = subject;
  const values = train.hidden.at(-1);
  const own = rowsByClass(train, net.classes, false)[c];
  if (!values || own.length === 0) return [];
  const H = values.width;
  const seen = sample(own, CLUSTERED);
  const data = new Float64Array(seen.length * H);
  seen.forEach((row, i) => data.set(activations(train, row), i * H));
  const { centres, silhouette } = clustersOf(data, H, random);
  const split = (rows: Rows, of: Uint32Array): Uint32Array[] => {
    const way = of.map((row) => nearestCentre(centres, activations(rows, row)));
    return centres.map((_, w) => of.filter((_row, i) => way[i] === w));
  };
  const trained = split(train, own);
  const tried = split(held, rowsByClass(held, net.classes, false)[c]);
  const moments = trained.map((rows) => momentsOf(train, rows, H));
  return centres.map((_, w) => ({
    class: c,
    way: w,
    silhouette,
    rows: trained[w].length,
    heldRows: tried[w].length,
    recall: tried[w].filter((row) => held.predicted[row] === c).length / tried[w].length,
    image: meanImage(train, net.pixels, trained[w]),
    nodes: differences(moments, w, H).slice(0, namedNodes(subject)),
  }));
}

function activations({ hidden }: Rows, row: number): Float32Array {
  const { data, width } = hidden[hidden.length - 1];
  return data.subarray(row * width, (row + 1) * width);
}

interface Moments {
  readonly n: number;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function momentsOf(rows: Rows, of: Uint32Array, H: number): Moments {
  const [sum, squares] = [new Float64Array(H), new Float64Array(H)];
  for (const row of of) {
    activations(rows, row).forEach((value, h) => {
      sum[h] += value;
      squares[h] += value * value;
    });
  }
  return { n: of.length, sum, squares };
}

/** Nodes by how far a way is from the rest of the class, the farthest first; 0 for all where there is no rest. */
function differences(moments: readonly Moments[], way: number, H: number): { node: number; difference: number }[] {
  const all = moments.reduce((sum, { n }) => sum + n, 0);
  const own = moments[way];
  return Array.from({ length: H }, (_, node) => {
    const sum = moments.reduce((total, one) => total + one.sum[node], 0);
    const squares = moments.reduce((total, one) => total + one.squares[node], 0);
    const deviation = Math.sqrt(Math.max(0, squares / all - (sum / all) * (sum / all)));
    const rest = all - own.n;
    const gap = rest === 0 || own.n === 0 ? 0 : own.sum[node] / own.n - (sum - own.sum[node]) / rest;
    return { node, difference: deviation === 0 ? 0 : gap / deviation };
  }).sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || a.node - b.node);
}
