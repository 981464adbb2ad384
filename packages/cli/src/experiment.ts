import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LayerwiseError, type Evaluation, type FeaturesInfo, type Score } from '@layerwise/contracts';
import type { StoredArtifact } from '@layerwise/store';
import { Store } from '@layerwise/store/store';
import type { ExperimentPlan, RoleName } from '@layerwise/study';
import { roleNames } from '@layerwise/study/roles';

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
}

/** The artifacts of a built experiment, by role. */
export type ExperimentArtifacts = Readonly<Partial<Record<RoleName, StoredArtifact>>>;

/** Opens the artifacts of an experiment, all of them or those of some roles. @throws LayerwiseError ARTIFACT_MISSING if it was not built, ARTIFACT_CORRUPT */
export async function openExperiment(root: string, plan: ExperimentPlan, roles: readonly RoleName[] = roleNames): Promise<ExperimentArtifacts> {
  const store = new Store(join(root, 'artifacts'));
  const artifacts: Partial<Record<RoleName, StoredArtifact>> = {};
  for (const role of roles) {
    const id = plan.stages[role];
    if (id === undefined) continue;
    artifacts[role] = await store.open(id).catch((error: unknown) => {
      if (error instanceof LayerwiseError && error.code === 'ARTIFACT_MISSING') throw new LayerwiseError('ARTIFACT_MISSING', `${plan.study}:${plan.name} is not built: ${role} (${id}) is missing`, { remedy: `npx nx run ${plan.study}:${plan.name}` });
      throw error;
    });
  }
  return artifacts;
}

/**
 * The artifacts that the experiment's folder was last laid from, for a look at them after the plan has changed
 * (another study file, other data). @throws LayerwiseError ARTIFACT_MISSING
 */
export async function openLast(root: string, plan: ExperimentPlan): Promise<{ plan: ExperimentPlan; artifacts: ExperimentArtifacts }> {
  const file = join(root, 'artifacts', plan.study, plan.name, 'experiment.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new LayerwiseError('ARTIFACT_MISSING', `${plan.study}:${plan.name} is not built`, { remedy: `npx nx run ${plan.study}:${plan.name}` });
  const { stages } = JSON.parse(text) as { stages: Record<string, { id: string }> };
  const last = { ...plan, stages: Object.fromEntries(Object.entries(stages).map(([role, { id }]) => [role, id])) };
  return { plan: last, artifacts: await openExperiment(root, last) };
}

/** The figures of a built experiment. */
export async function resultOf(plan: ExperimentPlan, artifacts: ExperimentArtifacts): Promise<ExperimentResult> {
  const evaluation = await (artifacts.train as StoredArtifact).json<Evaluation>('evaluation');
  const seen = await ((artifacts.reduce ?? artifacts.preprocess) as StoredArtifact).json<FeaturesInfo>('features');
  const made = Object.entries(artifacts).map(([role, { made }]) => ({ role, ...made }));
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
    features,
    inputs: seen.origin === 'selected' ? 'selected pixels' : seen.origin,
    classes: seen.dataset.classes.length,
    hidden,
    epochs,
    bestEpoch,
    seconds: Object.fromEntries(made.map(({ role, seconds }) => [role, seconds])),
    peakMemoryMB: Object.fromEntries(made.map(({ role, peakMemoryMB }) => [role, peakMemoryMB])),
    warnings: [...new Set(made.flatMap(({ warnings }) => warnings.map(({ message }) => message)))],
    published: plan.published ?? null,
    report: reportPath(plan),
  };
}

/** Path of an experiment's report, relative to the workspace. */
export function reportPath({ study, name }: ExperimentPlan): string {
  return `artifacts/${study}/${name}/report/index.html`;
}
