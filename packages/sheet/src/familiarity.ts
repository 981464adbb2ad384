/** How far an input lies from the training set, in the space of a hidden layer. */
export interface Familiarity {
  /** Euclidean distance to the nearest reference row. */
  readonly distance: number;
  /** Share of training rows, in percent, whose own nearest reference row is nearer than that. */
  readonly percentile: number;
}

/** Rows kept as reference, and rows whose distances to them say what is usual. */
const REFERENCE = 5000;
const USUAL = 1000;

/**
 * Distances of inputs to a training set, against the distances that the training set's own rows have to each other:
 * every (rows / 5000)th row is a reference, and of the others every so many are measured against them.
 */
export class TrainingSet {
  private readonly reference: Float32Array;
  private readonly width: number;
  /** Ascending. */
  private readonly usual: Float64Array;

  /**
   * @param rows float32[N * H], row after row; not kept
   * @param width H
   * @throws RangeError with fewer than 2 rows
   */
  constructor(rows: Float32Array, width: number) {
    const count = rows.length / width;
    if (!(count >= 2)) throw new RangeError(`a training set must have at least 2 rows, got ${count}`);
    this.width = width;
    const step = Math.max(2, Math.ceil(count / REFERENCE));
    const chosen = Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
    this.reference = new Float32Array(chosen.length * width);
    chosen.forEach((row, i) => this.reference.set(rows.subarray(row * width, (row + 1) * width), i * width));
    const others = Math.floor(count / step);
    const stride = Math.max(1, Math.floor(others / USUAL));
    this.usual = Float64Array.from({ length: Math.ceil(others / stride) }, (_, i) => {
      const row = i * stride * step + 1;
      return this.nearest(rows.subarray(row * width, (row + 1) * width));
    }).sort();
  }

  /** @param row H values */
  familiarity(row: ArrayLike<number>): Familiarity {
    const distance = this.nearest(row);
    let below = 0;
    while (below < this.usual.length && (this.usual[below] as number) < distance) below++;
    return { distance, percentile: (100 * below) / this.usual.length };
  }

  private nearest(row: ArrayLike<number>): number {
    const { reference, width } = this;
    let least = Infinity;
    for (let at = 0; at < reference.length; at += width) {
      let sum = 0;
      for (let i = 0; i < width && sum < least; i++) {
        const difference = (row[i] as number) - (reference[at + i] as number);
        sum += difference * difference;
      }
      if (sum < least) least = sum;
    }
    return Math.sqrt(least);
  }
}
