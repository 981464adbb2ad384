import type { NodeLayerInfo } from '@layerwise/contracts';
import { classAreas, overlap, quantile, rankBins, rankRows, selectivity, splitSorted, type Selectivity } from '@layerwise/kernels/nodes';
import type { Subject } from './inputs.js';

const BINS = 32;
/** The quantiles kept. */
export const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** How a node's activations lie in the rows of a class; NaN without rows. */
export interface Spread {
  readonly zeros: number;
  /** One per {@link SHARES}. */
  readonly quantiles: readonly number[];
}

/** One node over the training rows. K classes. */
export interface NodeResponse {
  readonly mean: number;
  /** ddof 1; 0 for a single row. */
  readonly deviation: number;
  readonly zeros: number;
  readonly largest: number;
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

/** What one node does with the classes: ranks, quantiles, areas, information, and the images at the ends and in the middle. @param alone whether it is the only one of its layer */
export function nodeResponse({ label, predicted, names, bootstrap }: Subject, values: Float32Array, images: number, alone: boolean): NodeResponse {
  const K = names.length;
  const ranking = rankRows(values);
  const N = values.length;
  const areas = classAreas(ranking, label, K);
  const sample = bootstrap.rows.length === N ? { ranking, labels: label } : { ranking: rankRows(Float32Array.from(bootstrap.rows, (r) => values[r])), labels: Uint16Array.from(bootstrap.rows, (r) => label[r]) };
  const sorted = splitSorted(ranking, label, K);
  const count = Math.min(images, N);
  const middle = Math.min(Math.max(0, Math.floor((N - count) / 2)), N - count);
  return {
    ...moments(values),
    zeros: shareOfZeros(values),
    largest: ranking.sorted[N - 1],
    constant: ranking.sorted[0] === ranking.sorted[N - 1],
    most: ranking.order.slice(N - count).reverse(),
    least: ranking.order.slice(0, count),
    median: ranking.order.slice(middle, middle + count),
    areas,
    selectivity: selectivity(rankBins(sample.ranking, BINS), BINS, sample.labels, K, areas, bootstrap),
    truth: sorted.map(spreadOf),
    predicted: splitSorted(ranking, predicted, K).map(spreadOf),
    ...(alone && { line: line(sorted) }),
  };
}

function moments(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  for (let r = 0; r < values.length; r++) sum += values[r];
  const mean = sum / values.length;
  let squares = 0;
  for (let r = 0; r < values.length; r++) squares += (values[r] - mean) * (values[r] - mean);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

function spreadOf(sorted: Float32Array): Spread {
  return { zeros: shareOfZeros(sorted), quantiles: SHARES.map((share) => quantile(sorted, share)) };
}

function shareOfZeros(values: Float32Array): number {
  let zeros = 0;
  for (let r = 0; r < values.length; r++) if (values[r] === 0) zeros++;
  return zeros / values.length;
}

/** Classes with rows, by rising median, and the overlap of each with the next. @param sorted values of each class */
function line(sorted: readonly Float32Array[]): { classes: number[]; overlaps: number[] } {
  const classes = sorted.flatMap((values, c) => (values.length > 0 ? [{ c, median: quantile(values, 0.5) }] : [])).sort((a, b) => a.median - b.median || a.c - b.c).map(({ c }) => c);
  return { classes, overlaps: classes.slice(1).map((c, i) => overlap(sorted[classes[i]], sorted[c])) };
}
