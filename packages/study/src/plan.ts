import { canonicalJson, check, sha256, type AnyStage } from '@layerwise/contracts';
import type { ExperimentDocument, Section, StudyDocument } from './document.js';
import type { StudyProblem } from './problem.js';
import { roleNames, roles, sectionRoles, type Role, type RoleName } from './roles.js';

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
  /** The study's file, relative to the workspace. */
  readonly file: string;
  readonly name: string;
  readonly title: string;
  readonly published: ExperimentDocument['published'];
  /** Figure, such as `test.accuracy` -> lowest and highest value. */
  readonly expect: ExperimentDocument['expect'];
  /** Role -> id of the instance. */
  readonly stages: Readonly<Partial<Record<RoleName, string>>>;
  /** The trainings by ascending seed, the first being that of `stages`; one, unless the study asks for `repeats`. */
  readonly repeats: readonly Repeat[];
}

/** One training of an experiment's net. */
export interface Repeat {
  /** Null for a training that draws no random numbers. */
  readonly seed: number | null;
  /** Id of the instance. */
  readonly id: string;
}

/** A study, planned. */
export interface StudyPlan {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly experiments: readonly ExperimentPlan[];
  /** By id; in an order in which every instance follows its inputs. */
  readonly instances: ReadonlyMap<string, StageInstance>;
  /** What its author should be told, such as the new name of a field; empty if there is nothing. */
  readonly notes: string;
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
  const problems: StudyProblem[] = [];
  const instances = new Map<string, StageInstance>();
  const experiments = study.experiments.map((experiment) =>
    planExperiment(study, experiment, planning, instances, problems),
  );
  const faults = problems.filter(isFault);
  if (faults.length > 0) throw study.invalid(faults);
  const notes = problems.length > 0 ? study.invalid(problems).describe() : '';
  return { name: study.name, title: study.title ?? study.name, file: study.file, experiments, instances, notes };
}

const isFault = ({ isNote }: StudyProblem): boolean => !isNote;

function planExperiment(
  study: StudyDocument,
  experiment: ExperimentDocument,
  planning: Planning,
  instances: Map<string, StageInstance>,
  problems: StudyProblem[],
): ExperimentPlan {
  const checked = sectionRoles.flatMap((role) => {
    const section = experiment.sections[role];
    return section ? [checkStep(study, experiment, role, section, planning, problems)] : [];
  });
  const steps = roleNames.flatMap(
    (role) => checked.find((step) => step.role === role) ?? [...partOf(role, checked), ...variantOf(role, checked)],
  );
  const stages: Partial<Record<RoleName, string>> = {};
  let repeats: readonly Repeat[] = [];
  for (const { role, stage, section, params } of problems.some(isFault) ? [] : (steps as Required<Step>[])) {
    const instance = makeInstance(
      stage,
      section,
      { ...params, ...seedsOf(role, stage, repeats) },
      experiment.seed ?? study.seed,
      inputsOf(role, stages, stage, repeats),
      planning,
    );
    instances.set(instance.id, instance);
    stages[role] = instance.id;
    if (role === 'train') repeats = repeatTraining(instance, experiment.repeats ?? study.repeats, instances);
  }
  return {
    study: study.name,
    file: study.file,
    name: experiment.name,
    title: experiment.title ?? experiment.name,
    published: experiment.published,
    expect: experiment.expect,
    stages,
    repeats,
  };
}

/** Adds the trainings from the seeds that follow the instance's own; none if it draws no random numbers. Seeds wrap round at 2^32. */
function repeatTraining(first: StageInstance, count: number, instances: Map<string, StageInstance>): Repeat[] {
  const { seed, id } = first;
  if (seed === null) return [{ seed, id }];
  return Array.from({ length: count }, (_, i) => {
    const repeat = i === 0 ? first : identified({ ...first, seed: (seed + i) % 2 ** 32 });
    instances.set(repeat.id, repeat);
    return { seed: repeat.seed, id: repeat.id };
  });
}

interface Step {
  readonly role: RoleName;
  readonly stage: AnyStage;
  readonly section: Section;
  /** Missing if there were problems. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The step of a role that is part of another's; none if the stage there has no part, or these parameters ask for none. */
function partOf(role: RoleName, steps: readonly Step[]): Step[] {
  const { partOf: whole }: Role = roles[role];
  return steps
    .filter((step) => step.role === whole)
    .flatMap(({ stage, section, params }) => {
      const part = params && stage.part?.(params);
      return part ? [{ role, stage, section, params: part }] : [];
    });
}

/** The step of a role that another stage compares itself with; none if no stage does, or the one whose work it is has not such parameters. */
function variantOf(role: RoleName, steps: readonly Step[]): Step[] {
  const { variantOf: like }: Role = roles[role];
  const step = steps.find((one) => one.role === like);
  const vary = steps.map(({ stage, params }) => params && stage.compares?.(params)[role]).find(Boolean);
  if (!step?.params || !vary) return [];
  const varied = Object.entries(vary(step.params)).filter(([, value]) => value !== undefined);
  if (!varied.every(([name]) => Object.hasOwn(step.stage.params, name))) return [];
  return [{ ...step, role, params: Object.fromEntries(varied) }];
}

function checkStep(
  study: StudyDocument,
  experiment: ExperimentDocument,
  role: RoleName,
  section: Section,
  { catalog }: Planning,
  problems: StudyProblem[],
): Step {
  const stage = catalog.get(section.uses);
  if (!stage) throw new TypeError(`the catalog must have '${section.uses}'; it has ${[...catalog.keys()].join(', ')}`);
  const unfit = unfitness(role, stage);
  if (unfit) {
    problems.push({
      path: [...section.pathOf('uses'), 'uses'],
      message: `must be a package for ${role}, got '${section.uses}', which ${unfit}`,
    });
    return { role, stage, section };
  }
  const shown = role === 'report' ? reportParams(study, experiment, stage) : {};
  const { value, problems: wrong, notes } = check(stage.params, { ...shown, ...section.params });
  problems.push(
    ...[...(wrong ?? []), ...(notes ?? [])].map(({ path, ...rest }) => ({
      path: [...section.pathOf(path[0] as string | undefined), ...path],
      ...rest,
      experiment: experiment.name,
    })),
  );
  return { role, stage, section, ...(value ? { params: value } : {}) };
}

/** Why a stage cannot take a role, or undefined if it can. */
export function unfitness(role: RoleName, stage: AnyStage): string | undefined {
  const { inputs, writes }: Role = roles[role];
  if (stage.writes !== writes) return `writes ${stage.writes}, not ${writes}`;
  const missing = Object.keys(stage.reads).filter((input) => !input.endsWith('?') && !Object.hasOwn(inputs, input));
  if (missing.length > 0)
    return `reads ${missing.join(', ')}, of which ${role} is given ${Object.keys(inputs).join(', ') || 'nothing'}`;
  return undefined;
}

/** Words of the study that a report shows, as far as the report package has parameters for them. */
function reportParams(study: StudyDocument, experiment: ExperimentDocument, stage: AnyStage): Record<string, unknown> {
  const words = {
    study: study.name,
    studyTitle: study.title,
    experiment: experiment.name,
    title: experiment.title,
    published: experiment.published,
  };
  return Object.fromEntries(
    Object.entries(words).filter(([name, value]) => value !== undefined && Object.hasOwn(stage.params, name)),
  );
}

function inputsOf(
  role: RoleName,
  stages: Partial<Record<RoleName, string>>,
  stage: AnyStage,
  repeats: readonly Repeat[],
): Record<string, string> {
  const { inputs: wiring, readsRepeats }: Role = roles[role];
  const inputs: Record<string, string> = {};
  for (const [input, providers] of Object.entries(wiring)) {
    const provider = providers.find((name) => stages[name as RoleName] !== undefined) as RoleName | undefined;
    if (provider && (Object.hasOwn(stage.reads, input) || Object.hasOwn(stage.reads, `${input}?`)))
      inputs[input] = stages[provider] as string;
  }
  for (const [i, { id }] of readsRepeats ? repeats.entries() : [])
    if (i > 0 && Object.hasOwn(stage.reads, `repeat${i + 1}?`)) inputs[`repeat${i + 1}`] = id;
  return inputs;
}

/** The seeds of the further trainings that a stage reads, if it has a parameter for them. */
function seedsOf(role: RoleName, stage: AnyStage, repeats: readonly Repeat[]): Record<string, unknown> {
  const { readsRepeats }: Role = roles[role];
  const read = repeats.slice(1).filter((_, i) => Object.hasOwn(stage.reads, `repeat${i + 2}?`));
  const isWanted = readsRepeats && read.length > 0 && Object.hasOwn(stage.params, 'seeds');
  return isWanted ? { seeds: read.map(({ seed }) => seed) } : {};
}

function makeInstance(
  stage: AnyStage,
  section: Section,
  params: Readonly<Record<string, unknown>>,
  studySeed: number,
  inputs: Record<string, string>,
  planning: Planning,
): StageInstance {
  const seed = stage.seeded(params) ? (section.seed ?? studySeed) : null;
  const raw = stage.rawFiles ? planning.rawState(stage, params) : undefined;
  return identified({ stage: stage.id, uses: section.uses, params, seed, inputs, ...(raw ? { raw } : {}) });
}

/** Gives an instance the id that follows from all the rest. */
function identified({ stage, uses, params, seed, inputs, raw }: Omit<StageInstance, 'id'>): StageInstance {
  const identity = { uses, params, seed, inputs, ...(raw ? { raw } : {}) };
  return { id: `${stage}-${sha256(canonicalJson(identity)).slice(0, 12)}`, stage, ...identity };
}
