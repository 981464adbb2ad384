import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LayerwiseError, nearest } from '@layerwise/contracts';
import type { FileCache } from '@layerwise/store/file-cache';
import { noteInvalidated } from '@layerwise/store/integrity';
import type { ExperimentPlan, StudyPlan } from '@layerwise/study';
import { isRepository } from './packages.js';
import type { WorkspacePlan } from './workspace.js';

/**
 * The workspace's root: the nearest folder, from the working directory up, that holds nx.json and pipelines/, else the nearest with nx.json,
 * else the repository of Layerwise, if this module lies in it.
 * @throws LayerwiseError USAGE if there is none
 */
export function findRoot(from: string = process.cwd()): string {
  const above = [from];
  for (let at = from; at !== dirname(at); at = dirname(at)) above.push(dirname(at));
  const holding = above.filter((folder) => existsSync(join(folder, 'nx.json')));
  const repository = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
  const root =
    holding.find((folder) => existsSync(join(folder, 'pipelines'))) ??
    holding[0] ??
    (isRepository(repository) ? repository : undefined);
  if (root !== undefined) return root;
  throw new LayerwiseError('USAGE', `the command must be given in a workspace, a folder with nx.json, got ${from}`, {
    remedy: 'npm create layerwise@latest my-digits makes one.',
  });
}

/** Does work that reads artifacts; if one is not whole, notes that Nx's cache is not to be trusted in the next run. */
export async function invalidatingIfDamaged<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LayerwiseError && (error.code === 'ARTIFACT_MISSING' || error.code === 'ARTIFACT_CORRUPT'))
      noteInvalidated(join(root, 'artifacts'));
    throw error;
  }
}

/** The plan of a workspace, and what whoever asked for it should be told. */
export interface AnnotatedPlan extends WorkspacePlan {
  /** What is wrong with a study that was left out; what to change in the file of one that was asked for. */
  readonly notes: readonly string[];
}

/**
 * Plans every study of the workspace. Those that cannot be planned are left out, with a note.
 * @param asked `<study>` or `<study>:<experiment>`, of what the command is about
 * @throws LayerwiseError what is wrong with a study that was asked for
 */
export async function planAll(
  root: string,
  asked: readonly string[] = [],
  fileCache?: FileCache,
): Promise<AnnotatedPlan> {
  const [{ fileCacheOf }, { placesOf }, { describeBroken, planWorkspace, studyFiles }] = await Promise.all([
    import('./code.js'),
    import('./folders.js'),
    import('./workspace.js'),
  ]);
  const plan = await planWorkspace(root, studyFiles(root), placesOf(root), fileCache ?? fileCacheOf(root));
  const wanted = plan.broken.find(({ name }) =>
    asked.some((address) => address === name || address.startsWith(`${name}:`)),
  );
  if (wanted) throw wanted.error;
  const isAsked = (name: string): boolean =>
    asked.length === 0 || asked.some((address) => address.split(':')[0] === name);
  const notes = plan.studies.flatMap((study) => (study.notes && isAsked(study.name) ? [`note: ${study.notes}`] : []));
  return { ...plan, notes: [...plan.broken.map(describeBroken), ...notes] };
}

/** The study of that name. @throws LayerwiseError USAGE with the nearest name */
export function findStudy(plan: WorkspacePlan, name: string): StudyPlan {
  const names = plan.studies.map((study) => study.name);
  const found = plan.studies.find((study) => study.name === name);
  if (!found) throw unknown('study', name, names);
  return found;
}

/** The experiment `<study>:<experiment>`. @throws LayerwiseError USAGE with the nearest name */
export function findExperiment(plan: WorkspacePlan, address: string): ExperimentPlan {
  const [study = '', name] = address.split(':');
  if (!name) throw malformed(address, plan.studies[0]);
  return experimentOf(findStudy(plan, study), address);
}

/** A study's experiments, without their stage instances. */
export type PlannedStudy = Omit<StudyPlan, 'instances'>;

/** The experiment `<study>:<experiment>` of that study. @throws LayerwiseError USAGE with the nearest name */
export function experimentOf(study: PlannedStudy, address: string): ExperimentPlan {
  const [, name, ...rest] = address.split(':');
  if (!name || rest.length > 0) throw malformed(address, study);
  const found = study.experiments.find((experiment) => experiment.name === name);
  if (!found)
    throw unknown(
      'experiment',
      name,
      study.experiments.map((experiment) => experiment.name),
      ` of study '${study.name}'`,
    );
  return found;
}

/** Refuses what is neither an experiment of the study nor 'all'. @throws LayerwiseError USAGE with the nearest name */
export function findTarget({ name, experiments }: Pick<PlannedStudy, 'name' | 'experiments'>, target: string): void {
  const names = [...experiments.map((experiment) => experiment.name), 'all'];
  if (!names.includes(target)) throw unknown('experiment', target, names, ` of study '${name}'`);
}

function malformed(address: string, study: PlannedStudy | undefined): LayerwiseError {
  const example = `${study?.name ?? 'pipeline'}:${study?.experiments[0]?.name ?? 'exp1'}`;
  return new LayerwiseError('USAGE', `an experiment must be written <study>:<experiment>, got '${address}'`, {
    remedy: `For example: layerwise show ${example}`,
  });
}

function unknown(what: string, name: string, names: readonly string[], of = ''): LayerwiseError {
  const close = nearest(name, names);
  return new LayerwiseError(
    'USAGE',
    `no ${what} '${name}'${of}; ${close ? `did you mean '${close}'?` : `there are ${names.join(', ')}`}`,
    { remedy: 'layerwise list shows all of them.' },
  );
}
