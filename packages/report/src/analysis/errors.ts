import type { Split } from '../data/experiment.js';

/** A wrong prediction; `margin` = probability of the predicted class - probability of the true class. */
export interface Mistake {
  readonly row: number;
  readonly id: number;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  readonly trueProbability: number;
  readonly margin: number;
}

/** Every wrong prediction, largest margin first, ties by row. */
export function mistakes(split: Split, classes: number): Mistake[] {
  const found: Mistake[] = [];
  for (let row = 0; row < split.rows; row++) {
    const label = split.label[row];
    const predicted = split.predicted[row];
    if (label === predicted) continue;
    const probability = split.probabilities[row * classes + predicted];
    const trueProbability = split.probabilities[row * classes + label];
    found.push({
      row,
      id: split.id[row],
      label,
      predicted,
      probability,
      trueProbability,
      margin: probability - trueProbability,
    });
  }
  return found.sort((a, b) => b.margin - a.margin || a.row - b.row);
}

/** The first `limit` rows with this true and predicted class, in file order. */
export function rowsOfCell(
  split: Pick<Split, 'rows' | 'label' | 'predicted'>,
  label: number,
  predicted: number,
  limit: number,
): number[] {
  const rows: number[] = [];
  for (let row = 0; row < split.rows && rows.length < limit; row++) {
    if (split.label[row] === label && split.predicted[row] === predicted) rows.push(row);
  }
  return rows;
}
