import type { Split } from '../data/experiment.js';

/** Counts of rows by true class (row) and predicted class (column); length K x K. */
export interface Confusion {
  readonly classes: number;
  readonly counts: readonly number[];
}

/** How often each class was taken for each. */
export function confusion(split: Pick<Split, 'rows' | 'label' | 'predicted'>, classes: number): Confusion {
  const counts = new Array<number>(classes * classes).fill(0);
  for (let i = 0; i < split.rows; i++) {
    const cell = split.label[i] * classes + split.predicted[i];
    counts[cell] = counts[cell] + 1;
  }
  return { classes, counts };
}

/** Two classes that are taken for one another, `ab` times a as b, `ba` times b as a; a < b. */
export interface ConfusedPair {
  readonly a: number;
  readonly b: number;
  readonly ab: number;
  readonly ba: number;
}

/** Pairs with at least one mistake, most mistakes first, ties by lower classes. */
export function confusedPairs({ classes, counts }: Confusion): ConfusedPair[] {
  const pairs: ConfusedPair[] = [];
  for (let a = 0; a < classes; a++) {
    for (let b = a + 1; b < classes; b++) {
      const ab = counts[a * classes + b];
      const ba = counts[b * classes + a];
      if (ab + ba > 0) pairs.push({ a, b, ab, ba });
    }
  }
  return pairs.sort((p, q) => q.ab + q.ba - (p.ab + p.ba) || p.a - q.a || p.b - q.b);
}

/** Precision, recall, F1 (0 where undefined, as scikit-learn does) and number of rows of one class. */
export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

/** The classification report of a confusion matrix. */
export interface Classification {
  readonly perClass: readonly ClassScore[];
  /** Unweighted mean over classes. */
  readonly macro: ClassScore;
  /** Mean over classes, weighted by support. */
  readonly weighted: ClassScore;
  readonly accuracy: number;
}

/** Scores by class and their averages; every ratio with a zero denominator is 0. */
export function classification({ classes, counts }: Confusion): Classification {
  const at = (row: number, col: number): number => counts[row * classes + col];
  const range = Array.from({ length: classes }, (_, i) => i);
  const total = counts.reduce((sum, n) => sum + n, 0);
  const perClass = range.map((c): ClassScore => {
    const support = range.reduce((sum, j) => sum + at(c, j), 0);
    const precision = ratio(
      at(c, c),
      range.reduce((sum, j) => sum + at(j, c), 0),
    );
    const recall = ratio(at(c, c), support);
    return { precision, recall, f1: ratio(2 * precision * recall, precision + recall), support };
  });
  const average = (weight: (score: ClassScore) => number, sum: number): ClassScore => {
    const mean = (name: 'precision' | 'recall' | 'f1'): number =>
      ratio(
        perClass.reduce((acc, score) => acc + weight(score) * score[name], 0),
        sum,
      );
    return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support: total };
  };
  return {
    perClass,
    macro: average(() => 1, classes),
    weighted: average((score) => score.support, total),
    accuracy: ratio(
      range.reduce((sum, c) => sum + at(c, c), 0),
      total,
    ),
  };
}

/** Root mean squared difference of predicted and true class index; NaN without rows. */
export function labelRmse(split: Pick<Split, 'rows' | 'label' | 'predicted'>): number {
  let sum = 0;
  for (let i = 0; i < split.rows; i++) sum += (split.predicted[i] - split.label[i]) ** 2;
  return Math.sqrt(sum / split.rows);
}

function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
