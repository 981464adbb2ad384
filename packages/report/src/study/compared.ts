import type { ComparisonInfo } from '@layerwise/contracts';
import { wilson, type Interval } from './interval.js';
import type { Seeds } from './seeds.js';

/** One experiment of a study as it stands in a comparison. Accuracies are shares, 0 to 1; NaN, or null from JSON, for a split without rows. */
export interface ComparedExperiment {
  readonly name: string;
  /** What tells its data set from others; accuracies on different ones are not compared. */
  readonly dataset?: string | undefined;
  /** `784-128-10`. */
  readonly net: string;
  /** What the net sees, such as `784 pixels`. */
  readonly inputs: string;
  /** Trainable parameters. */
  readonly params: number;
  /** Of the first seed, as are the next two. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Published test accuracy. */
  readonly published?: number | undefined;
  readonly bestEpoch: number;
  readonly epochs: number;
  /** Seconds of training. */
  readonly seconds?: number | undefined;
  /** Images by split, what the net costs, and whether it was validated on the test images; missing where its report does not say. */
  readonly info?: ComparisonInfo | undefined;
  /** The first seed; null where training draws no random numbers. */
  readonly seed?: number | null | undefined;
  /** Its figures over several seeds. */
  readonly seeds?: Seeds | undefined;
  /** Address of its report, relative to the page. */
  readonly href?: string | undefined;
  /** Whether the page is this experiment's own report. */
  readonly current?: boolean | undefined;
}

type Split = 'train' | 'validation' | 'test';

/** The same experiments with their results: means where there are several seeds, NaN where a split had no rows. */
export function measured(experiments: readonly ComparedExperiment[]): ComparedExperiment[] {
  const result = (e: ComparedExperiment, split: Split): number => e.seeds?.accuracy[split]?.mean ?? e[split] ?? NaN;
  return experiments.map((e) => ({
    ...e,
    train: result(e, 'train'),
    validation: result(e, 'validation'),
    test: result(e, 'test'),
  }));
}

/** Whether all are of one data set, so that their accuracies can be compared. */
export function areComparable(experiments: readonly ComparedExperiment[]): boolean {
  return new Set(experiments.map(({ dataset }) => dataset)).size <= 1;
}

/** Which experiment to prefer, and why; chosen by validation accuracy alone. */
export interface Recommendation {
  readonly chosen: ComparedExperiment;
  readonly best: ComparedExperiment;
  /** One standard error of the best one's validation accuracy; NaN where the number of images is not known. */
  readonly error: number;
  /** Those whose validation accuracy is not below the best by more than that; the best among them. */
  readonly close: readonly ComparedExperiment[];
  readonly size: Size;
}

/**
 * The one-standard-error rule (Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984, 3.4.3): of the
 * experiments within one standard error of the highest validation accuracy the one that costs least; at the same cost the higher
 * accuracy, then the name. Test figures take no part, nor do experiments that were validated on the test images.
 * @param experiments as {@link measured} gives them
 * @returns undefined where fewer than two can be told apart by validation, or the data sets are not the same
 */
export function recommend(experiments: readonly ComparedExperiment[]): Recommendation | undefined {
  const known = experiments.filter(judged);
  const size = sizeOf(experiments);
  const [best] = byValidation(known, size);
  if (!best || known.length < 2 || !areComparable(experiments)) return undefined;
  const error = standardError(best, 'validation');
  const close = known.filter(({ validation }) => validation >= best.validation - (error || 0));
  const [chosen] = [...close].sort(
    (a, b) => size.of(a) - size.of(b) || b.validation - a.validation || (a.name < b.name ? -1 : 1),
  );
  return { chosen: chosen, best, error, close, size };
}

/** Whether an experiment was validated, and on other images than those of its test. */
export function judged({ validation, info }: ComparedExperiment): boolean {
  return Number.isFinite(validation) && !info?.validatesOnTest;
}

/** The experiment that others are held against: the highest on validation; where none may be judged by that, the first. */
export function referenceOf(experiments: readonly ComparedExperiment[]): ComparedExperiment | undefined {
  return byValidation(experiments.filter(judged), sizeOf(experiments))[0] ?? experiments[0];
}

function byValidation(experiments: readonly ComparedExperiment[], size: Size): ComparedExperiment[] {
  return [...experiments].sort((a, b) => b.validation - a.validation || size.of(a) - size.of(b));
}

/** What experiments are compared by as to size: multiply-adds for one image where all reports state them, else parameters. */
export interface Size {
  readonly unit: 'multiply-adds an image' | 'parameters';
  of(experiment: ComparedExperiment): number;
}

/** What experiments are ordered by: multiply-adds where all are known, else parameters. */
export function sizeOf(experiments: readonly ComparedExperiment[]): Size {
  const priced = experiments.every(({ info }) => info?.cost);
  return {
    unit: priced ? 'multiply-adds an image' : 'parameters',
    of: ({ info, params }) => (priced ? (info?.cost?.multiplyAdds as number) : params),
  };
}

/**
 * One standard error of an accuracy, as a share: of so many images, and of so many seeds where there are several, which differ by
 * more than the images; the variances add up. NaN where the number of images is not known.
 */
export function standardError({ info, seeds, ...e }: ComparedExperiment, split: Split): number {
  const ofSeeds = seeds ? (seeds.accuracy[split]?.deviation ?? 0) ** 2 / seeds.count : 0;
  return Math.sqrt((e[split] * (1 - e[split])) / (info?.rows[split] ?? NaN) + ofSeeds);
}

/** The 95% interval of the test accuracy of a net of one seed by its number of images; nothing for several seeds, whose range tells more. */
export function intervalOf({ test, info, seeds }: ComparedExperiment): Interval | undefined {
  return seeds ? undefined : wilson(test, info?.rows.test);
}
