import { novelty, referenceRows, usualDistances, type ReferenceRows, type Novelty } from './novelty.js';

/** Rows kept as reference. */
const REFERENCE = 5000;

/** Distances of inputs to a training set, against the distances that the training set's own rows have to each other. */
export class TrainingSet {
  private readonly reference: ReferenceRows;

  /**
   * @param rows float32[N * H], row after row; not kept
   * @param width H
   * @throws RangeError with fewer than 2 rows
   */
  constructor(rows: Float32Array, width: number) {
    const reference = referenceRows(rows, width, REFERENCE);
    this.reference = { width, reference, usual: usualDistances(rows, width, REFERENCE, reference) };
  }

  /** @param row H values */
  novelty(row: ArrayLike<number>): Novelty {
    return novelty(this.reference, row);
  }
}
