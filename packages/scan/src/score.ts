/** Readings against the labels they should have. */
export interface LabelScore {
  /** Number of labels. */
  readonly labels: number;
  /** Labels that were read. */
  readonly right: number;
  /** Digits found that were read as another class. */
  readonly wrong: number;
  /** Labels whose digit was not found. */
  readonly missed: number;
  /** Readings where no label is. */
  readonly extra: number;
  /** Per reading the label it was compared with, or null if it is extra. */
  readonly labelOf: readonly (string | null)[];
}

/**
 * Compares readings and labels, both in reading order, by the alignment with the fewest differences (Levenshtein 1966;
 * of equal ones, that which pairs a reading with a label), so that one digit that was missed does not spoil all that follow.
 */
export function scoreReadings(readings: readonly string[], labels: readonly string[]): LabelScore {
  const width = labels.length + 1;
  const cost = new Uint32Array((readings.length + 1) * width);
  const at = (i: number, j: number): number => cost[i * width + j];
  for (let i = 0; i <= readings.length; i++) {
    for (let j = 0; j <= labels.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = i + j;
      else
        cost[i * width + j] = Math.min(
          at(i - 1, j - 1) + (readings[i - 1] === labels[j - 1] ? 0 : 1),
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
        );
    }
  }
  const labelOf: (string | null)[] = readings.map(() => null);
  let [i, j, missed] = [readings.length, labels.length, 0];
  while (i > 0 || j > 0) {
    if (i > 0 && j > 0 && at(i, j) === at(i - 1, j - 1) + (readings[i - 1] === labels[j - 1] ? 0 : 1))
      labelOf[--i] = labels[--j];
    else if (i > 0 && at(i, j) === at(i - 1, j) + 1) i--;
    else [j, missed] = [j - 1, missed + 1];
  }
  const right = labelOf.filter((label, r) => label === readings[r]).length;
  const extra = labelOf.filter((label) => label === null).length;
  return { labels: labels.length, right, wrong: readings.length - right - extra, missed, extra, labelOf };
}
