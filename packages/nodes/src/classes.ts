import type { NodeLayerInfo } from '@layerwise/contracts';
import { binEdges, forOverlaps, overlapBins } from '@layerwise/kernels/overlap';
import {
  classAreas,
  quantile,
  rankRows,
  splitSorted,
  spread,
  topShares,
  type Ranking,
} from '@layerwise/kernels/ranking';
import { rankBins, selectivity, type Bootstrap, type Selectivity } from './selectivity.js';

const BINS = 32;
const STRONGEST = 100;
const FEWEST_STRONGEST = 10;
/** Share of the rows that a node is said to be active for. */
const ACTIVE = 0.1;
/** The quantiles kept. */
export const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** How a node's activations lie in the rows of a class; NaN without rows. */
export interface Spread {
  readonly zeros: number;
  /** One per {@link SHARES}. */
  readonly quantiles: readonly number[];
}

/** The rows that activate a node most: one of 100, at least 10, none at the node's lowest value. */
export interface Strongest {
  /** How many; 0 of a constant node. */
  readonly rows: number;
  /** float64[K]: share of each class among them. */
  readonly shares: Float64Array;
  /** As many rows as `most` has, evenly spaced among them, the strongest first; of fewer all, and those after them. */
  readonly sample: Uint32Array;
}

/** One node over the training rows. K classes. */
export interface NodeResponse {
  readonly mean: number;
  /** ddof 1; 0 for a single row. */
  readonly standardDeviation: number;
  readonly zeros: number;
  readonly largest: number;
  readonly strongest: Strongest;
  /** The least activation of the rows that activate it most, a tenth at most, none at its lowest value; Infinity of a constant node. */
  readonly active: number;
  readonly constant: boolean;
  /** Rows. */
  readonly most: Uint32Array;
  readonly least: Uint32Array;
  readonly median: Uint32Array;
  /** float64[K], NaN for a class without rows. */
  readonly areas: Float64Array;
  readonly selectivity: Selectivity;
  readonly truth: readonly Spread[];
  readonly predicted: readonly Spread[];
  /** For the one node of a layer: see {@link NodeLayerInfo}. */
  readonly line?: NonNullable<NodeLayerInfo['line']>;
}

/** What is known of the rows. */
export interface Labelled {
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
  /** K */
  readonly classes: number;
  readonly bootstrap: Bootstrap & { readonly rows: Uint32Array };
}

/**
 * What one node does with the classes: ranks, quantiles, areas, information, and the images at the ends and in the middle.
 * @param alone whether it is the only one of its layer
 */
export function nodeResponse(
  { label, predicted, classes: K, bootstrap }: Labelled,
  values: Float32Array,
  images: number,
  alone: boolean,
): NodeResponse {
  const ranking = rankRows(values);
  const N = values.length;
  const areas = classAreas(ranking, label, K);
  const sample =
    bootstrap.rows.length === N
      ? { ranking, labels: label }
      : {
          ranking: rankRows(Float32Array.from(bootstrap.rows, (r) => values[r])),
          labels: Uint16Array.from(bootstrap.rows, (r) => label[r]),
        };
  const sorted = splitSorted(ranking, label, K);
  const count = Math.min(images, N);
  const middle = Math.min(Math.max(0, Math.floor((N - count) / 2)), N - count);
  return {
    ...moments(values),
    zeros: shareOfZeros(values),
    largest: ranking.sorted[N - 1],
    strongest: strongest(ranking, label, K, count),
    active: leastActive(ranking),
    constant: ranking.sorted[0] === ranking.sorted[N - 1],
    most: ranking.order.slice(N - count).reverse(),
    least: ranking.order.slice(0, count),
    median: ranking.order.slice(middle, middle + count),
    areas,
    selectivity: selectivity(rankBins(sample.ranking, BINS), BINS, sample.labels, K, areas, bootstrap),
    truth: sorted.map(spreadOf),
    predicted: splitSorted(ranking, predicted, K).map(spreadOf),
    ...(alone && { line: line(values, sorted) }),
  };
}

function moments(values: Float32Array): { mean: number; standardDeviation: number } {
  let sum = 0;
  for (let r = 0; r < values.length; r++) sum += values[r];
  const mean = sum / values.length;
  let squares = 0;
  for (let r = 0; r < values.length; r++) squares += (values[r] - mean) * (values[r] - mean);
  return { mean, standardDeviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

function spreadOf(sorted: Float32Array): Spread {
  return { zeros: shareOfZeros(sorted), quantiles: SHARES.map((share) => quantile(sorted, share)) };
}

function shareOfZeros(values: Float32Array): number {
  let zeros = 0;
  for (let r = 0; r < values.length; r++) if (values[r] === 0) zeros++;
  return zeros / values.length;
}

function strongest(ranking: Ranking, label: Uint16Array, K: number, images: number): Strongest {
  const N = label.length;
  let lowest = 0;
  while (lowest < N && ranking.sorted[lowest] === ranking.sorted[0]) lowest++;
  const rows = Math.min(N - lowest, Math.max(Math.ceil(N / STRONGEST), FEWEST_STRONGEST));
  const sample = Uint32Array.from(spread(Math.max(rows, images), images), (rank) => ranking.order[N - 1 - rank]);
  return { rows, shares: rows > 0 ? topShares(ranking, label, K, rows) : new Float64Array(K).fill(NaN), sample };
}

/** See {@link NodeResponse.active}: where the lowest value goes on past nine tenths, the next one. */
function leastActive({ sorted }: Ranking): number {
  const lowest = sorted[0];
  let at = Math.floor((1 - ACTIVE) * sorted.length);
  while (at < sorted.length && sorted[at] === lowest) at++;
  return at < sorted.length ? sorted[at] : Infinity;
}

/** Classes with rows, by rising median, of equal ones by mean, and the overlap of each with the next. @param sorted values of each class */
function line(values: Float32Array, sorted: readonly Float32Array[]): NonNullable<NodeLayerInfo['line']> {
  const K = sorted.length;
  const present = sorted.flatMap((own, c) =>
    own.length > 0 ? [{ c, median: quantile(own, 0.5), mean: moments(own).mean }] : [],
  );
  const classes = present.sort((a, b) => a.median - b.median || a.mean - b.mean || a.c - b.c).map(({ c }) => c);
  const bins = overlapBins(values.length, K);
  const pairs = new Map<string, number>();
  forOverlaps(
    sorted,
    binEdges((row) => values[row], values.length, bins),
    (a, b, overlap) => pairs.set(`${a},${b}`, overlap),
  );
  const overlap = (a: number, b: number): number => pairs.get(a < b ? `${a},${b}` : `${b},${a}`) as number;
  return { classes, overlaps: classes.slice(1).map((c, i) => overlap(classes[i], c)), bins };
}
