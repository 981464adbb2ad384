import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest, type AnyStage, type Places } from '@layerwise/contracts';
import { FileMemo } from '@layerwise/store/memo';
import { packagesOf, planStudy, type RawState, type StageInstance, type StudyDocument, type StudyPlan } from '@layerwise/study';
import { rawStateOf } from './raw-files.js';
import { readStudy } from './study-file.js';

/** All studies of a workspace, planned. */
export interface WorkspacePlan {
  readonly studies: readonly StudyPlan[];
  /** Every stage instance of every study; those that studies share stand here once. */
  readonly instances: ReadonlyMap<string, StageInstance>;
  readonly catalog: ReadonlyMap<string, AnyStage>;
}

/** Where raw data may be: LAYERWISE_DATA_DIR (relative to the workspace), then the workspace's data/. */
export function placesOf(root: string, env: NodeJS.ProcessEnv = process.env): Places {
  const download = join(root, 'data');
  const given = env.LAYERWISE_DATA_DIR ? [resolve(root, env.LAYERWISE_DATA_DIR)] : [];
  return { data: [...given, download], download, workspace: root };
}

/** Absolute path of Nx's cache: NX_CACHE_DIRECTORY (relative to the workspace), else .nx/cache. */
export function nxCache(root: string): string {
  return resolve(root, process.env.NX_CACHE_DIRECTORY || '.nx/cache');
}

/** Absolute path of the folder of Nx's records, among them what its cache holds. */
export function nxRecords(root: string): string {
  return join(root, '.nx/workspace-data');
}

/** Absolute path of the notes on the copies of artifacts in Nx's cache; beside Nx's records, so that they go together. */
export function copyNotes(root: string): string {
  return join(nxRecords(root), 'layerwise-copies.json');
}

/** Paths of all study files, relative to the workspace, sorted. */
export function studyFiles(root: string): readonly string[] {
  const folders = readdirSync(join(root, 'pipelines'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.flatMap(({ name }) => readdirSync(join(root, 'pipelines', name)).filter((file) => file === 'study.yaml').map((file) => `pipelines/${name}/${file}`));
  return files.sort();
}

/**
 * Plans the given studies together.
 * @param root absolute path of the workspace
 * @param files paths of study files, relative to it
 * @param memo knows studies and raw files that have not changed
 * @throws LayerwiseError STUDY_INVALID, DATA_INVALID
 */
export async function planWorkspace(root: string, files: readonly string[], places: Places = placesOf(root), memo: FileMemo = new FileMemo()): Promise<WorkspacePlan> {
  const documents = files.map((file) => readStudy(root, file, memo));
  refuseSameName(documents);
  const catalog = new Map<string, AnyStage>();
  for (const document of documents) {
    for (const name of packagesOf(document)) {
      if (!catalog.has(name)) catalog.set(name, await loadStage(root, name, document));
    }
  }
  const rawState = (stage: AnyStage, params: Readonly<Record<string, unknown>>): RawState => rawStateOf(stage, params, places, memo);
  const studies = documents.map((document) => planStudy(document, { catalog, rawState }));
  return { studies, instances: new Map(studies.flatMap(({ instances }) => [...instances])), catalog };
}

function refuseSameName(documents: readonly StudyDocument[]): void {
  const seen = new Map<string, string>();
  for (const { name, file, invalid } of documents) {
    const other = seen.get(name);
    if (other) throw invalid([{ path: ['name'], message: `must be used by one study alone, got '${name}', which ${other} has too` }]);
    seen.set(name, file);
  }
}

/**
 * Imports a stage package by name, as seen from the workspace.
 * @throws LayerwiseError STUDY_INVALID if it is not installed or is no stage
 */
async function loadStage(root: string, name: string, study: StudyDocument): Promise<AnyStage> {
  const path = entryOf(root, name);
  let failure: unknown;
  const module = path === undefined ? undefined : ((await import(pathToFileURL(path).href).catch((error: unknown) => void (failure = error))) as { stage?: AnyStage } | undefined);
  if (module?.stage && typeof module.stage.run === 'function') return module.stage;
  const close = closest(root, name);
  const rule = failure ? `must be a package that can be loaded (${String(failure)})` : module ? 'must be a package that exports a stage' : 'must be an installed stage package';
  throw study.invalid(usersOf(study, name).map((path) => ({ path, message: `${rule}, got '${name}'${close && close !== name ? `; did you mean '${close}'?` : ''}` })));
}

/** Absolute path of a package's entry module, or undefined if it is not installed. */
export function entryOf(root: string, name: string): string | undefined {
  if (isAbsolute(name) || name.startsWith('.')) return undefined;
  try {
    const path = createRequire(join(root, 'package.json')).resolve(name);
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The package of this repository that is called nearly so, or so without its scope. */
function closest(root: string, name: string): string | undefined {
  const close = nearest(name.slice(name.indexOf('/') + 1), readdirSync(join(root, 'packages')));
  return close && `@layerwise/${close}`;
}

/** Where a study names a package: with an experiment, or with the study. */
function usersOf(study: StudyDocument, name: string): (readonly string[])[] {
  const sections = study.experiments.flatMap(({ sections }) => Object.values(sections)).filter(({ uses }) => uses === name);
  return [...new Map(sections.map((section) => [...section.pathOf('uses'), 'uses']).map((path) => [path.join('.'), path])).values()];
}

/** A path relative to the workspace with forward slashes. */
export function relativePath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
