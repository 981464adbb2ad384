import type { Ablation, Removal } from './ablation.js';

/** Of a sample of fewer rows a difference of accuracies would be a few images. */
const ACCURACY_ROWS = 10_000;

/** A mean over rows and its standard error; NaN without rows, or where there are too few to tell. */
export interface Loss {
  readonly mean: number;
  readonly error: number;
}

/** What the margin of the true class loses with the node removed, over all rows or those of one class. */
export function marginLost({ rows }: Ablation, { loss, squares }: Removal, node: number, only?: number): Loss {
  const K = rows.length;
  const [from, until] = only === undefined ? [0, K] : [only, only + 1];
  let [n, sum, sumOfSquares] = [0, 0, 0];
  for (let k = from; k < until; k++) {
    n += rows[k];
    sum += loss[node * K + k];
    sumOfSquares += squares[node * K + k];
  }
  return {
    mean: n === 0 ? NaN : sum / n,
    error: n < 2 ? NaN : Math.sqrt(Math.max(0, sumOfSquares - (sum * sum) / n) / (n - 1) / n),
  };
}

/**
 * Accuracy lost with the node removed, over all rows or those of one class; its standard error is that of a paired difference.
 * @param all how many rows there are, of which `ablation` may have looked at some
 */
export function accuracyLost(
  { rows, whole }: Ablation,
  { right, changed }: Removal,
  node: number,
  all: number,
  only?: number,
): Loss {
  const K = rows.length;
  const seen = rows.reduce((sum, n) => sum + n, 0);
  const [from, until] = only === undefined ? [0, K] : [only, only + 1];
  let [n, lost] = [0, 0];
  for (let k = from; k < until; k++) {
    n += rows[k];
    lost += whole[k] - right[node * K + k];
  }
  if (n === 0 || (seen < all && seen < ACCURACY_ROWS)) return { mean: NaN, error: NaN };
  return {
    mean: lost / n,
    error: only === undefined ? Math.sqrt(Math.max(0, changed[node] - (lost * lost) / n)) / n : NaN,
  };
}
