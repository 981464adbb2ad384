import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LayerwiseError, type AnyStage, type Places } from '@layerwise/contracts';
import { FileCache } from '@layerwise/store/file-cache';
import {
  packagesOf,
  planStudy,
  type RawState,
  type StageInstance,
  type StudyDocument,
  type StudyPlan,
} from '@layerwise/study';
import { placesOf } from './folders.js';
import { entryOf, isRepository, nearestPackage } from './packages.js';
import { rawStateOf } from './raw-files.js';
import { outlineStudy, readStudy } from './study-file.js';

/** A study that cannot be planned. */
export interface BrokenStudy {
  /** What it calls itself, if no other study is called so; else the path of its folder. */
  readonly name: string;
  readonly file: string;
  /** Names of its experiments, as far as they can be read. */
  readonly experiments: readonly string[];
  readonly error: LayerwiseError;
}

/** All studies of a workspace, planned. */
export interface WorkspacePlan {
  readonly studies: readonly StudyPlan[];
  /** Those that cannot be planned; the others do not depend on them. */
  readonly broken: readonly BrokenStudy[];
  /** Every stage instance of every study; those that studies share stand here once. */
  readonly instances: ReadonlyMap<string, StageInstance>;
  readonly catalog: ReadonlyMap<string, AnyStage>;
}

/** Paths of all study files, relative to the workspace, sorted. */
export function studyFiles(root: string): readonly string[] {
  const pipelines = join(root, 'pipelines');
  if (!existsSync(pipelines)) return [];
  return readdirSync(pipelines, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `pipelines/${name}/study.yaml`)
    .filter((file) => lstatSync(join(root, file), { throwIfNoEntry: false }))
    .sort();
}

/**
 * Plans the given studies together. One that cannot be planned leaves the others alone.
 * @param root absolute path of the workspace
 * @param files paths of study files, relative to it
 * @param fileCache knows studies and raw files that have not changed
 */
export async function planWorkspace(
  root: string,
  files: readonly string[],
  places: Places = placesOf(root),
  fileCache: FileCache = new FileCache(),
): Promise<WorkspacePlan> {
  const catalog = new Map<string, AnyStage>();
  const rawState = (stage: AnyStage, params: Readonly<Record<string, unknown>>): RawState =>
    rawStateOf(stage, params, places, fileCache);
  const studies: StudyPlan[] = [];
  const faults: { file: string; error: unknown }[] = [];
  for (const file of files) {
    try {
      const document = readStudy(root, file, fileCache);
      refuseTaken(document, studies);
      for (const name of packagesOf(document))
        if (!catalog.has(name)) catalog.set(name, await loadStage(root, name, document));
      studies.push(planStudy(document, { catalog, rawState }));
    } catch (error) {
      faults.push({ file, error });
    }
  }
  const broken: BrokenStudy[] = [];
  for (const { file, error } of faults) broken.push(brokenStudy(root, file, error, [...studies, ...broken]));
  return { studies, broken, instances: new Map(studies.flatMap(({ instances }) => [...instances])), catalog };
}

/** Names are compared without capitals, as folders are on some systems. */
function refuseTaken({ name, invalid }: StudyDocument, others: readonly StudyPlan[]): void {
  const other = others.find((study) => study.name.toLowerCase() === name.toLowerCase());
  if (!other) return;
  const rule = other.name === name ? 'be used by one study alone' : `differ from '${other.name}' by more than capitals`;
  throw invalid([{ path: ['name'], message: `must ${rule}, got '${name}', which ${other.file} has too` }]);
}

/**
 * A study that cannot be planned, under a name by which its project can stand in the graph.
 * @param others studies whose names are taken
 */
export function brokenStudy(
  root: string,
  file: string,
  error: unknown,
  others: readonly { readonly name: string }[],
): BrokenStudy {
  const { name, experiments } = outlineStudy(root, file);
  const isFree = name !== undefined && others.every((other) => other.name.toLowerCase() !== name.toLowerCase());
  return { name: isFree ? name : dirname(file), file, experiments, error: knownError(file, error) };
}

function knownError(file: string, error: unknown): LayerwiseError {
  if (error instanceof LayerwiseError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new LayerwiseError('STUDY_INVALID', `study file cannot be planned, got an unexpected ${message}`, {
    where: file,
    remedy: 'This is a defect of Layerwise or of a stage package that it uses.',
    cause: error,
  });
}

/** A line for those who asked for another study. */
export function describeBroken({ name, error }: BrokenStudy): string {
  const [first, ...more] = error.message.split('\n') as [string, ...string[]];
  const subject = first.startsWith(`study ${name}: `) ? '' : `study ${name}: `;
  return `warning: ${subject}${first}${error.where ? ` (${error.where})` : ''}${more.length > 0 ? ` and ${more.length} more` : ''}; the study is left out`;
}

function installing(root: string, name: string): string {
  return isRepository(root)
    ? 'npm install installs a package, and links one of packages/, which npx tsc -b packages/<folder> or npm run build compiles'
    : `npm install --save-dev ${name} installs it`;
}

/**
 * Imports a stage package by name, as seen from the workspace.
 * @throws LayerwiseError STUDY_INVALID if it is not installed or is no stage
 */
async function loadStage(root: string, name: string, study: StudyDocument): Promise<AnyStage> {
  const path = entryOf(root, name);
  let failure: unknown;
  const module =
    path === undefined
      ? undefined
      : ((await import(pathToFileURL(path).href).catch((error: unknown) => void (failure = error))) as
          { stage?: AnyStage } | undefined);
  if (module?.stage && typeof module.stage.run === 'function') return module.stage;
  const close = nearestPackage(root, name);
  const rule = failure
    ? `must be a package that can be loaded (${String(failure)})`
    : module
      ? 'must be a package that exports a stage'
      : 'must be an installed stage package';
  throw study.invalid(
    usersOf(study, name).map((at) => ({
      path: at,
      message: `${rule}, got '${name}'${close && close !== name ? `; did you mean '${close}'?` : path === undefined ? '; ' + installing(root, name) : ''}`,
    })),
  );
}

/** Where a study names a package: with an experiment, or with the study. */
function usersOf(study: StudyDocument, name: string): (readonly string[])[] {
  const sections = study.experiments
    .flatMap((experiment) => Object.values(experiment.sections))
    .filter(({ uses }) => uses === name);
  return [
    ...new Map(
      sections.map((section) => [...section.pathOf('uses'), 'uses']).map((path) => [path.join('.'), path]),
    ).values(),
  ];
}

/** A path relative to the workspace with forward slashes. */
export function relativePath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
