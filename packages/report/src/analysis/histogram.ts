import type { Split } from '../data/experiment.js';

/** How the probability of one class is spread, over its own images and over all others. */
export interface ProbabilityHistogram {
  readonly own: readonly number[];
  readonly others: readonly number[];
}

/** Counts of P(class) in `bins` equal bins of [0, 1]. */
export function probabilityHistogram(split: Split, classes: number, of: number, bins: number): ProbabilityHistogram {
  const own = new Array<number>(bins).fill(0);
  const others = new Array<number>(bins).fill(0);
  for (let i = 0; i < split.rows; i++) {
    const bin = Math.min(bins - 1, Math.floor(split.probabilities[i * classes + of] * bins));
    const counts = split.label[i] === of ? own : others;
    counts[bin] = counts[bin] + 1;
  }
  return { own, others };
}

/** Rows per class. */
export function classCounts(label: Uint16Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const c of label) counts[c] = counts[c] + 1;
  return counts;
}
