import type { Seeds } from './seeds.js';

/** One experiment of a study as it stands in a comparison. Accuracies are shares, 0 to 1; NaN, or null from JSON, for a split without rows. */
export interface ComparedExperiment {
  readonly name: string;
  /** `784-128-10`. */
  readonly net: string;
  /** What the net sees, such as `784 pixels`. */
  readonly inputs: string;
  /** Trainable parameters. */
  readonly params: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Published test accuracy. */
  readonly published?: number | undefined;
  readonly bestEpoch: number;
  readonly epochs: number;
  /** Seconds of training. */
  readonly seconds?: number | undefined;
  /** Its figures over several seeds; all others are of the first. */
  readonly seeds?: Seeds | undefined;
  /** Address of its report, relative to the page. */
  readonly href?: string | undefined;
  /** Whether the page is this experiment's own report. */
  readonly current?: boolean | undefined;
}

/** Which experiment to prefer, and why; chosen on validation data alone. */
export interface Recommendation {
  readonly chosen: ComparedExperiment;
  /** Those whose validation accuracy is within {@link TOLERANCE} of the best. */
  readonly close: readonly ComparedExperiment[];
  readonly best: ComparedExperiment;
}

/** Validation accuracies this near to the best count as equal: half a percentage point. */
export const TOLERANCE = 0.005;

/**
 * Among the experiments whose validation accuracy lies within {@link TOLERANCE} of the best, the one whose
 * training accuracy exceeds its validation accuracy least; ties to fewer parameters, then to the name. Test figures take no part.
 */
export function recommend(experiments: readonly ComparedExperiment[]): Recommendation | undefined {
  const known = experiments.filter((experiment) => Number.isFinite(experiment.validation));
  const [best] = [...known].sort((a, b) => b.validation - a.validation || a.params - b.params);
  if (!best) return undefined;
  const close = known.filter((experiment) => experiment.validation >= best.validation - TOLERANCE);
  const [chosen] = [...close].sort((a, b) => overfit(a) - overfit(b) || a.params - b.params || (a.name < b.name ? -1 : 1));
  return { chosen: chosen as ComparedExperiment, close, best };
}

/** The same experiments, NaN where a split had no rows. */
export function measured(experiments: readonly ComparedExperiment[]): ComparedExperiment[] {
  const share = (value: number | null): number => value ?? NaN;
  return experiments.map((e) => ({ ...e, train: share(e.train), validation: share(e.validation), test: share(e.test) }));
}

/** Training minus validation accuracy, as a share. */
export function overfit({ train, validation }: ComparedExperiment): number {
  return train - validation;
}
