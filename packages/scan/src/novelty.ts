/** How far an input lies from the training set, in the space of a hidden layer. */
export interface Novelty {
  /** Euclidean distance to the nearest reference row. */
  readonly distance: number;
  /** Share of training rows, in percent, whose own nearest reference row is nearer than that. */
  readonly percentile: number;
}

/** What stands for a training set: reference rows, and how far other rows of it lie from them. H columns. */
export interface ReferenceRows {
  readonly width: number;
  /** float32[R * H], row after row. */
  readonly reference: Float32Array;
  /** Distances of other training rows to their nearest reference row, ascending. */
  readonly usual: ArrayLike<number>;
}

/** Percentile of the training set's own distances above which an input is called unlike it. */
export const UNLIKE = 99;
/** Rows whose distances say what is usual. */
const USUAL = 1000;

/**
 * Rows that stand for a training set: every (rows / most)th, at least every second.
 *
 * @param rows float32[N * width], row after row
 * @throws RangeError with fewer than 2 rows
 */
export function referenceRows(rows: Float32Array, width: number, most: number): Float32Array {
  const step = stepOf(rows, width, most);
  const count = Math.ceil(rows.length / width / step);
  const reference = new Float32Array(count * width);
  for (let i = 0; i < count; i++) reference.set(rows.subarray(i * step * width, (i * step + 1) * width), i * width);
  return reference;
}

/** How far rows between those that {@link referenceRows} takes lie from them, ascending; `reference` may be rounded. */
export function usualDistances(rows: Float32Array, width: number, most: number, reference: Float32Array): Float64Array {
  const step = stepOf(rows, width, most);
  const others = Math.floor(rows.length / width / step);
  const stride = Math.max(1, Math.floor(others / USUAL));
  return Float64Array.from({ length: Math.ceil(others / stride) }, (_, i) => {
    const row = i * stride * step + 1;
    return nearestDistance(reference, width, rows.subarray(row * width, (row + 1) * width));
  }).sort();
}

function stepOf(rows: Float32Array, width: number, most: number): number {
  const count = rows.length / width;
  if (!(count >= 2)) throw new RangeError(`a training set must have at least 2 rows, got ${count}`);
  return Math.max(2, Math.ceil(count / most));
}

/** How novel a row of H values is: how far from the training set. */
export function novelty({ width, reference, usual }: ReferenceRows, row: ArrayLike<number>): Novelty {
  const distance = nearestDistance(reference, width, row);
  let below = 0;
  while (below < usual.length && usual[below] < distance) below++;
  return { distance, percentile: (100 * below) / usual.length };
}

function nearestDistance(reference: Float32Array, width: number, row: ArrayLike<number>): number {
  let least = Infinity;
  for (let at = 0; at < reference.length; at += width) {
    let sum = 0;
    for (let i = 0; i < width && sum < least; i++) {
      const difference = row[i] - reference[at + i];
      sum += difference * difference;
    }
    if (sum < least) least = sum;
  }
  return Math.sqrt(least);
}
