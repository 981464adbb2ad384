import { canonicalJson, check, sha256, type AnyStage, type Problem } from '@layerwise/contracts';
import type { ExperimentDocument, Section, StudyDocument } from './document.js';
import { roleNames, roles, sectionOf, type Role, type RoleName } from './roles.js';

/** One stage to compute: the package, its parameters and what it reads. Equal instances are one. */
export interface StageInstance {
  /** `<stage>-<12 hexadecimal digits of the key>`: folder of the artifact and name of the Nx project. */
  readonly id: string;
  /** The stage's own id, such as `train`. */
  readonly stage: string;
  /** The package. */
  readonly uses: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Null for a stage that draws no random numbers. */
  readonly seed: number | null;
  /** Input name -> id of the instance that provides it. */
  readonly inputs: Readonly<Record<string, string>>;
  /** For a stage that reads raw files: what they are. */
  readonly raw?: RawState;
}

/** What is known of the raw files of a stage before it runs. */
export interface RawState {
  /** SHA-256 of each file's content, in the stage's order. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** False if some are still to be fetched. */
  readonly complete: boolean;
}

/** One experiment of a planned study. */
export interface ExperimentPlan {
  readonly study: string;
  readonly name: string;
  readonly title: string;
  readonly published: ExperimentDocument['published'];
  /** Role -> id of the instance. */
  readonly stages: Readonly<Partial<Record<RoleName, string>>>;
}

/** A study, planned. */
export interface StudyPlan {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly experiments: readonly ExperimentPlan[];
  /** By id; in an order in which every instance follows its inputs. */
  readonly instances: ReadonlyMap<string, StageInstance>;
}

/** What the planner needs from outside. */
export interface Planning {
  /** Stage by package name; every package in {@link packagesOf} must be there. */
  readonly catalog: ReadonlyMap<string, AnyStage>;
  /** The raw files a stage would read. Called only for stages that have `rawFiles`. */
  readonly rawState: (stage: AnyStage, params: Readonly<Record<string, unknown>>) => RawState;
}

/** Names of the stage packages that a study uses, each once. */
export function packagesOf(study: StudyDocument): readonly string[] {
  return [...new Set(study.experiments.flatMap(({ sections }) => Object.values(sections).map(({ uses }) => uses)))];
}

/**
 * Turns a study into a graph of stage instances. Pure: the same study, catalog and raw files give the same ids,
 * on any machine and in any folder; comments and the order of fields do not enter.
 * @throws LayerwiseError STUDY_INVALID with every problem and its line
 */
export function planStudy(study: StudyDocument, planning: Planning): StudyPlan {
  const problems: Problem[] = [];
  const instances = new Map<string, StageInstance>();
  const experiments = study.experiments.map((experiment) => planExperiment(study, experiment, planning, instances, problems));
  if (problems.length > 0) throw study.invalid(unique(problems));
  return { name: study.name, title: study.title ?? study.name, file: study.file, experiments, instances };
}

function planExperiment(study: StudyDocument, experiment: ExperimentDocument, planning: Planning, instances: Map<string, StageInstance>, problems: Problem[]): ExperimentPlan {
  const stages: Partial<Record<RoleName, string>> = {};
  const title = experiment.title ?? experiment.name;
  for (const role of roleNames) {
    const section = experiment.sections[role];
    if (!section) continue;
    const stage = planning.catalog.get(section.uses) as AnyStage;
    const shown = role === 'report' ? reportParams(study, experiment, stage) : {};
    const path = section.own ? ['experiments', experiment.name, sectionOf(role)] : [sectionOf(role)];
    const checked = check(stage.params, { ...shown, ...section.params }, path);
    if (checked.problems) {
      problems.push(...checked.problems);
      return { study: study.name, name: experiment.name, title, published: experiment.published, stages };
    }
    const instance = makeInstance(stage, section, checked.value, experiment.seed ?? study.seed, inputsOf(role, stages, stage), planning);
    instances.set(instance.id, instance);
    stages[role] = instance.id;
  }
  return { study: study.name, name: experiment.name, title, published: experiment.published, stages };
}

/** Words of the study that a report shows, as far as the report package has parameters for them. */
function reportParams(study: StudyDocument, experiment: ExperimentDocument, stage: AnyStage): Record<string, unknown> {
  const words = { study: study.name, studyTitle: study.title, experiment: experiment.name, title: experiment.title, published: experiment.published };
  return Object.fromEntries(Object.entries(words).filter(([name, value]) => value !== undefined && Object.hasOwn(stage.params, name)));
}

function inputsOf(role: RoleName, stages: Partial<Record<RoleName, string>>, stage: AnyStage): Record<string, string> {
  const wiring: Role['inputs'] = roles[role].inputs;
  const inputs: Record<string, string> = {};
  for (const [input, providers] of Object.entries(wiring)) {
    const provider = providers.find((name) => stages[name as RoleName] !== undefined) as RoleName | undefined;
    if (provider && Object.hasOwn(stage.reads, input)) inputs[input] = stages[provider] as string;
  }
  return inputs;
}

function makeInstance(stage: AnyStage, section: Section, params: Readonly<Record<string, unknown>>, studySeed: number, inputs: Record<string, string>, planning: Planning): StageInstance {
  const seed = stage.seeded(params as never) ? (section.seed ?? studySeed) : null;
  const raw = stage.rawFiles ? planning.rawState(stage, params) : undefined;
  const identity = { uses: section.uses, params, seed, inputs, ...(raw ? { raw } : {}) };
  return { id: `${stage.id}-${sha256(canonicalJson(identity)).slice(0, 12)}`, stage: stage.id, ...identity };
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...seen.values()];
}
