import { join } from 'node:path';
import {
  LayerwiseError,
  type ComparisonInfo,
  type Evaluation,
  type FeaturesInfo,
  type Score,
} from '@layerwise/contracts';
import type { StoredArtifact } from '@layerwise/store';
import { Store } from '@layerwise/store/store';
import type { ExperimentPlan, RoleName } from '@layerwise/study';
import { roleNames } from '@layerwise/study/roles';
import { spread, type Spread } from '../comparison/statistics.js';
import { readRecord, recordPath } from '../record/record.js';

/** What `layerwise show --json` prints. Scripts read it: fields may be added, never renamed or removed. */
export interface ExperimentResult {
  /** `<study>:<experiment>`. */
  readonly experiment: string;
  readonly title: string;
  /** Name of the data set that was used. */
  readonly dataset: string;
  /** Whether that data set took the place of the one the study names. */
  readonly fallback: boolean;
  readonly train: Score;
  readonly validation: Score;
  readonly test: Score;
  /** Trainable numbers of the net. */
  readonly params: number;
  /** Images by split, what the net costs with its projection, and whether it was validated on the test images; null where its report does not say. */
  readonly comparison: ComparisonInfo | null;
  /** Inputs of the net. */
  readonly features: number;
  /** What the inputs are. */
  readonly inputs: 'pixels' | 'selected pixels' | 'components';
  readonly classes: number;
  /** Nodes of each hidden layer. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly bestEpoch: number;
  /** Role -> seconds the stage took when it was computed. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Role -> largest resident memory of the stage's process in MB. */
  readonly peakMemoryMB: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly published: ExperimentPlan['published'] | null;
  /** Path of the report, relative to the workspace. */
  readonly report: string;
  /** The same net trained from each seed; the figures above are of the first. */
  readonly seeds: SeedResults;
}

/** Figures over the seeds of an experiment; one seed, unless its study asks for `repeats`. */
export interface SeedResults {
  readonly count: number;
  /** Accuracy, as a share. */
  readonly train: Spread;
  /** Null for a split without rows. */
  readonly validation: Spread | null;
  readonly test: Spread | null;
  /** In nats. */
  readonly loss: { readonly train: Spread; readonly validation: Spread | null; readonly test: Spread | null };
  /** By seed; the seed is null where training draws no random numbers. */
  readonly runs: readonly {
    readonly seed: number | null;
    readonly train: Score;
    readonly validation: Score;
    readonly test: Score;
  }[];
}

/** The artifacts of a built experiment, by role. */
export type ExperimentArtifacts = Readonly<Partial<Record<RoleName, StoredArtifact>>>;

/** Opens the artifacts of an experiment, all of them or those of some roles. @throws LayerwiseError ARTIFACT_MISSING if it was not built, ARTIFACT_CORRUPT */
export async function openExperiment(
  root: string,
  plan: ExperimentPlan,
  roles: readonly RoleName[] = roleNames,
): Promise<ExperimentArtifacts> {
  const opened = await allInOrder(
    roles.map(async (role) => {
      const id = plan.stages[role];
      return id === undefined ? [] : [[role, await openStage(root, plan, role, id)] as const];
    }),
  );
  return Object.fromEntries(opened.flat());
}

/** Waits for work that is done at once; where several fail, the first of them, not the fastest, is what fails. */
export async function allInOrder<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(work);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function openStage(
  root: string,
  { study, name }: ExperimentPlan,
  role: string,
  id: string,
): Promise<StoredArtifact> {
  try {
    return await new Store(join(root, 'artifacts')).open(id);
  } catch (error) {
    if (error instanceof LayerwiseError && error.code === 'ARTIFACT_MISSING')
      throw new LayerwiseError('ARTIFACT_MISSING', `${study}:${name} is not built: ${role} (${id}) is missing`, {
        remedy: `npx nx run ${study}:${name}`,
      });
    throw error;
  }
}

/** An experiment whose every artifact is there. */
export interface BuiltExperiment {
  readonly plan: ExperimentPlan;
  readonly artifacts: ExperimentArtifacts;
  readonly result: ExperimentResult;
}

/** The experiment as it is planned. @throws LayerwiseError ARTIFACT_MISSING if it was not built, ARTIFACT_CORRUPT */
export async function openBuilt(root: string, plan: ExperimentPlan): Promise<BuiltExperiment> {
  const artifacts = await openExperiment(root, plan);
  return { plan, artifacts, result: await resultOf(root, plan, artifacts) };
}

/** The experiment as {@link orLast} opens it, with its figures. @throws LayerwiseError ARTIFACT_MISSING */
export async function currentOrLast(
  root: string,
  plan: ExperimentPlan,
  note: (line: string) => void,
): Promise<BuiltExperiment> {
  return orLast(root, plan, (chosen) => openBuilt(root, chosen), note);
}

/**
 * Opens an experiment as it is planned now; if that is not built, as it was last run.
 * @param open fails with ARTIFACT_MISSING where what it needs is not built
 * @param note gets a line where the last run is used
 */
export async function orLast<T>(
  root: string,
  plan: ExperimentPlan,
  open: (plan: ExperimentPlan) => Promise<T>,
  note: (line: string) => void,
): Promise<T> {
  try {
    return await open(plan);
  } catch (error) {
    if (!(error instanceof LayerwiseError) || error.code !== 'ARTIFACT_MISSING') throw error;
    const found = await open(await lastPlan(root, plan));
    const address = `${plan.study}:${plan.name}`;
    note(
      `note: the last run of ${address} is used; the study or the data has changed since, or LAYERWISE_DATA_DIR is ` +
        `different. npx nx run ${address} brings it up to date`,
    );
    return found;
  }
}

/**
 * The plan by which the experiment's folder was last written, for a look at its artifacts after the plan has changed
 * (another study file, other data). @throws LayerwiseError ARTIFACT_MISSING
 */
async function lastPlan(root: string, plan: ExperimentPlan): Promise<ExperimentPlan> {
  const remedy = `npx nx run ${plan.study}:${plan.name}`;
  const record = readRecord(root, plan);
  if (record === undefined)
    throw new LayerwiseError('ARTIFACT_MISSING', `${plan.study}:${plan.name} is not built`, { remedy });
  if (record === 'damaged' || !record.stages.train)
    throw new LayerwiseError(
      'ARTIFACT_CORRUPT',
      `${plan.study}:${plan.name} is not built as it is planned, and the record of its last run must list its stages, but is damaged`,
      { where: recordPath(plan), remedy },
    );
  return {
    ...plan,
    stages: Object.fromEntries(Object.entries(record.stages).map(([role, { id }]) => [role, id])),
    repeats: record.repeats,
  };
}

/** The figures of a built experiment. @throws LayerwiseError ARTIFACT_MISSING if a training from another seed is missing */
async function resultOf(root: string, plan: ExperimentPlan, artifacts: ExperimentArtifacts): Promise<ExperimentResult> {
  const evaluation = await (artifacts.train as StoredArtifact).json<Evaluation>('evaluation');
  const seen = await ((artifacts.reduce ?? artifacts.preprocess) as StoredArtifact).json<FeaturesInfo>('features');
  const repeats = await openRepeats(root, plan, artifacts);
  const made = Object.entries(artifacts).map(([role, artifact]) => ({ role, ...artifact.made }));
  const { train, validation, test, params, features, hidden, epochs, bestEpoch } = evaluation;
  return {
    experiment: `${plan.study}:${plan.name}`,
    title: plan.title,
    dataset: seen.dataset.name,
    fallback: seen.dataset.fallback !== undefined,
    train,
    validation,
    test,
    params,
    comparison: artifacts.report?.has('comparison.json')
      ? await artifacts.report.json<ComparisonInfo>('comparison')
      : null,
    features,
    inputs: seen.origin === 'selected' ? 'selected pixels' : seen.origin,
    classes: seen.dataset.classes.length,
    hidden,
    epochs,
    bestEpoch,
    seconds: Object.fromEntries(made.map(({ role, seconds }) => [role, seconds])),
    peakMemoryMB: Object.fromEntries(made.map(({ role, peakMemoryMB }) => [role, peakMemoryMB])),
    warnings: [
      ...new Set([
        ...made.flatMap(({ warnings }) => warnings.map(({ message }) => message)),
        ...warningsOfOthers(repeats),
      ]),
    ],
    published: plan.published ?? null,
    report: reportPath(plan),
    seeds: await seedResults(repeats),
  };
}

/** A training from one seed; null where it draws no random numbers. */
export interface Training {
  readonly seed: number | null;
  readonly artifact: StoredArtifact;
}

/** The trainings of an experiment from each of its seeds, the first of them included. @throws LayerwiseError ARTIFACT_MISSING */
export async function openRepeats(
  root: string,
  plan: ExperimentPlan,
  { train }: ExperimentArtifacts,
): Promise<readonly Training[]> {
  return Promise.all(
    plan.repeats.map(async ({ seed, id }, i) => ({
      seed,
      artifact: i === 0 ? (train as StoredArtifact) : await openStage(root, plan, `train from seed ${seed}`, id),
    })),
  );
}

async function seedResults(repeats: readonly Training[]): Promise<SeedResults> {
  const runs = await Promise.all(
    repeats.map(async ({ seed, artifact }) => {
      const { train, validation, test } = await artifact.json<Evaluation>('evaluation');
      return { seed, train, validation, test };
    }),
  );
  const over = (split: 'train' | 'validation' | 'test', figure: keyof Score = 'accuracy'): Spread | null => {
    const values = runs.map((run) => run[split][figure] as number | null);
    return values.includes(null) ? null : spread(values as number[]);
  };
  return {
    count: runs.length,
    train: over('train') as Spread,
    validation: over('validation'),
    test: over('test'),
    loss: {
      train: over('train', 'loss') as Spread,
      validation: over('validation', 'loss'),
      test: over('test', 'loss'),
    },
    runs,
  };
}

/** Warnings of the trainings after the first: a line for each kind, with the seeds and the first message. */
function warningsOfOthers(repeats: readonly Training[]): string[] {
  const kinds = new Map<string, { seeds: (number | null)[]; message: string }>();
  for (const { seed, artifact } of repeats.slice(1)) {
    for (const { code, message } of artifact.made.warnings) {
      const kind = kinds.get(code) ?? { seeds: [], message };
      kinds.set(code, { ...kind, seeds: [...new Set([...kind.seeds, seed])] });
    }
  }
  return [...kinds.values()].map(
    ({ seeds, message }) =>
      `from ${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}${seeds.length > 1 ? ', the first of them' : ''}: ${message}`,
  );
}

/** Path of an experiment's report, relative to the workspace. */
export function reportPath({ study, name }: ExperimentPlan): string {
  return `artifacts/${study}/${name}/report/index.html`;
}
