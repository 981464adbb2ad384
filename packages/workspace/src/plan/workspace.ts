import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
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

/** The variable that holds LAYERWISE_DATA_DIR as a run was planned with it: Nx gives a task also what files for that task alone say. */
export const plannedData = 'LAYERWISE_PLANNED_DATA_DIR';

/** Where raw data may be: LAYERWISE_DATA_DIR (relative to the workspace), then the workspace's data/. */
export function placesOf(root: string, env: NodeJS.ProcessEnv = process.env): Places {
  const download = join(root, 'data');
  const folder = env[plannedData] ?? env.LAYERWISE_DATA_DIR;
  const given = folder ? [resolve(root, folder)] : [];
  return { data: [...given, download], download, workspace: root };
}

/** The part of Nx that decides where it keeps things. */
interface NxFolders {
  sharedDataDirectory(root: string, kind: 'cache' | 'workspace-data'): string;
}

/** Absolute path of Nx's cache: NX_CACHE_DIRECTORY (relative to the workspace), else what nx.json says, else where Nx keeps it. */
export function nxCache(root: string): string {
  const set = process.env.NX_CACHE_DIRECTORY || cacheInNxJson(root);
  return set ? resolve(root, set) : nxFolder(root, 'cache', '.nx/cache');
}

/** Absolute path of the folder of Nx's records, among them what its cache holds; where it is that Nx itself decides, by the same variables. */
export function nxRecords(root: string): string {
  const { NX_WORKSPACE_DATA_DIRECTORY, NX_PROJECT_GRAPH_CACHE_DIRECTORY, NX_CACHE_DIRECTORY } = process.env;
  const set =
    NX_WORKSPACE_DATA_DIRECTORY ??
    NX_PROJECT_GRAPH_CACHE_DIRECTORY ??
    (NX_CACHE_DIRECTORY || cacheInNxJson(root) ? '.nx/workspace-data' : undefined);
  return set === undefined ? nxFolder(root, 'workspace-data', '.nx/workspace-data') : resolve(root, set);
}

/** `cacheDirectory` in nx.json, if that can be read so simply. */
function cacheInNxJson(root: string): string | undefined {
  try {
    const { cacheDirectory } = JSON.parse(readFileSync(join(root, 'nx.json'), 'utf8')) as { cacheDirectory?: string };
    return cacheDirectory;
  } catch {
    return undefined;
  }
}

/** What Nx says, which has its own ways with an nx.json that extends another, holds comments or says nothing. */
function nxFolder(root: string, kind: 'cache' | 'workspace-data', usual: string): string {
  try {
    return (createRequire(join(root, 'package.json'))('nx/src/utils/cache-directory') as NxFolders).sharedDataDirectory(
      root,
      kind,
    );
  } catch {
    return join(root, usual);
  }
}

/** Absolute path of the notes on the copies of artifacts in Nx's cache; beside Nx's records, so that they go together. */
export function copyNotes(root: string): string {
  return join(nxRecords(root), 'layerwise-copies.json');
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
