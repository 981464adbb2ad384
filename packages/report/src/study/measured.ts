import type { EmbeddingView, MeasuredFigures, Score } from '@layerwise/contracts';
import type { Confusion } from '../analysis/confusion.js';
import type { Seeds } from './seeds.js';

/** Splits of an experiment. */
export type Part = 'train' | 'validation' | 'test';

/** What was measured of one experiment, of its first seed. */
export interface MeasuredExperiment {
  readonly name: string;
  /** Images of each split. */
  readonly rows: Readonly<Record<Part, number>>;
  readonly validatesOnTest: boolean;
  /** Accuracy and loss are NaN, or null from JSON, for a split without rows. */
  readonly scores: Readonly<Record<Part, Score>>;
  readonly params: number;
  /** Inputs of the net. */
  readonly features: number;
  readonly hidden: readonly number[];
  readonly classes: number;
  readonly epochs: number;
  /** Of training. */
  readonly seconds: number | undefined;
  readonly figures: MeasuredFigures;
  readonly views: readonly EmbeddingView[];
  /** Over its seeds, where there are several. */
  readonly seeds?: Pick<Seeds, 'count' | 'accuracy' | 'loss'> | undefined;
}

/** Counts by true and predicted class over some splits. */
export function countsOf({ figures, classes }: MeasuredExperiment, parts: readonly Part[]): Confusion {
  const counts = new Array<number>(classes * classes).fill(0);
  for (const part of parts) figures.confusion[part].forEach((n, i) => (counts[i] += n));
  return { classes, counts };
}

/** Images of a confusion matrix, and those of them that are right. */
export function rightOf({ classes, counts }: Confusion): { readonly right: number; readonly rows: number } {
  return {
    rows: counts.reduce((sum, n) => sum + n, 0),
    right: counts.reduce((sum, n, i) => sum + (i % (classes + 1) === 0 ? n : 0), 0),
  };
}

/** Share of images that are right; NaN without images. */
export function accuracyOf(experiment: MeasuredExperiment, parts: readonly Part[]): number {
  const { right, rows } = rightOf(countsOf(experiment, parts));
  return right / rows;
}

/** A mistake: images of one class that were told as another. */
export interface ConfusedCell {
  readonly own: number;
  readonly told: number;
  readonly images: number;
}

/** Mistakes by true and predicted class, the most images first, ties by class. */
export function confusedCells({ classes, counts }: Confusion): ConfusedCell[] {
  return counts
    .map((images, i) => ({ own: Math.floor(i / classes), told: i % classes, images }))
    .filter(({ own, told, images }) => own !== told && images > 0)
    .sort((a, b) => b.images - a.images || a.own - b.own || a.told - b.told);
}

/** Values of a column of the history by epoch; empty where there is none. */
export function historyOf({ figures }: MeasuredExperiment, column: string): readonly (number | null)[] {
  return Object.hasOwn(figures.history, column) ? figures.history[column] : [];
}

/** The first epoch, from 1, at which a column is lowest or highest; undefined without values. */
export function epochOf(values: readonly (number | null)[], end: 'lowest' | 'highest'): number | undefined {
  const sign = end === 'lowest' ? 1 : -1;
  let best: number | undefined;
  values.forEach((value, i) => {
    if (value !== null && (best === undefined || sign * value < sign * (values[best - 1] as number))) best = i + 1;
  });
  return best;
}
