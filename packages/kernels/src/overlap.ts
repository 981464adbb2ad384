import { spread } from './ranking.js';

const MOST_BINS = 32;
/** Rows that edges are taken from at most. */
const EDGE_ROWS = 4096;

/** Bins of a histogram of each class: twice the cube root of its mean rows (the rule of Rice), at most 32. */
export function overlapBins(rows: number, classes: number): number {
  return Math.max(2, Math.min(MOST_BINS, Math.ceil(2 * Math.cbrt(rows / classes))));
}

/**
 * Edges of bins of nearly equal counts: quantiles of the values of at most 4,096 evenly spaced rows, each once. A bin holds the
 * values up to and with its edge that the one before does not hold, the last the values above all edges: equal values share a bin.
 * @param value of a row
 * @returns float32, ascending, fewer than `bins`
 */
export function binEdges(value: (row: number) => number, rows: number, bins: number): Float32Array {
  const sampled = spread(rows, EDGE_ROWS);
  const sample = new Float32Array(sampled.length);
  for (let i = 0; i < sample.length; i++) sample[i] = value(sampled[i]);
  sample.sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => sample[Math.floor(((i + 1) * sample.length) / bins)]);
  return Float32Array.from(edges.filter((edge, i) => i === 0 || edge !== edges[i - 1]));
}

/**
 * How much of two classes' values is alike: the sum over bins of the lesser of the classes' shares (the overlapping
 * coefficient of their histograms); 0 where no bin holds both, 1 where the histograms are the same.
 * @param parts values of each class
 * @param edges from {@link binEdges}
 * @param visit told of each pair of classes with rows, a < b
 */
export function forOverlaps(
  parts: readonly Float32Array[],
  edges: Float32Array,
  visit: (a: number, b: number, overlap: number) => void,
): void {
  forAlike(
    parts.map((values) => binCounts(values, edges)),
    visit,
  );
}

/** The same of histograms that are there already. @param counts how many rows of each class are in each bin */
export function forAlike(
  counts: readonly ArrayLike<number>[],
  visit: (a: number, b: number, overlap: number) => void,
): void {
  const shares = counts.map((own) => {
    const rows = Array.prototype.reduce.call(own, (sum, n) => (sum as number) + (n as number), 0) as number;
    return Float64Array.from(own, (n) => n / rows);
  });
  const present = shares.flatMap((own, c) => (Number.isNaN(own[0]) ? [] : [c]));
  present.forEach((a, i) => {
    for (const b of present.slice(i + 1)) visit(a, b, alike(shares[a], shares[b]));
  });
}

function alike(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.min(p[i], q[i]);
  return Math.min(1, sum);
}

function binCounts(values: Float32Array, edges: Float32Array): Float64Array {
  const counts = new Float64Array(edges.length + 1);
  for (let i = 0; i < values.length; i++) {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle] < values[i]) low = middle + 1;
      else high = middle;
    }
    counts[low]++;
  }
  return counts;
}
