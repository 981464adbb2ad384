import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type {
  CreateDependencies,
  CreateNodes,
  DependencyType,
  PostTasksExecution,
  PreTasksExecution,
} from '@nx/devkit';
import { LayerwiseError, printable } from '@layerwise/contracts';
import type { CodeTrace } from '@layerwise/store/fingerprint';
import { findLastingDamage, findStrays, removeArtifact, takeInvalidated } from '@layerwise/store/integrity';
import { refuseMisplaced } from '@layerwise/store/layout';
import { heldLocks } from '@layerwise/store/lock';
import { hasLostCopies, noteCopies, removeDamagedCopies } from '@layerwise/store/nx-cache';
import { storageError } from '@layerwise/store/storage';
import type { StudyPlan } from '@layerwise/study';
import { fileCacheOf, tracerOf } from '@layerwise/workspace/plan/code';
import { commandPath } from '@layerwise/workspace/plan/packages';
import { copyNotes, nxCache, nxRecords, placesOf, plannedData } from '@layerwise/workspace/plan/folders';
import {
  brokenStudy,
  describeBroken,
  planWorkspace,
  relativePath,
  studyFiles,
} from '@layerwise/workspace/plan/workspace';
import { openCacheProxy } from './cache-proxy.js';
import { LiveView, nxShowsOutput } from './live-view.js';
import { brokenProject, linksOf, stageProject, studyProject, type ProjectLink, type Projects } from './projects.js';
import { sharedCacheOf } from './shared-cache.js';
import { watchTaskKeys } from './task-keys.js';

/** Name shown by Nx. */
export const name = 'layerwise';

/** An error for Nx to show, without a stack that it would offer to show too. */
export function shownError(message: string): Error {
  const error = new Error(message);
  error.stack = '';
  return error;
}

let planned: readonly StudyPlan[] | undefined;
let links: readonly ProjectLink[] = [];

/** The studies as this run has planned them. */
export async function plannedStudies(root: string): Promise<readonly StudyPlan[]> {
  return planned ?? (await planWorkspace(root, studyFiles(root), placesOf(root), fileCacheOf(root))).studies;
}

/** Infers the projects of all studies: one for each study, one for each stage instance. */
export const createNodes: CreateNodes = [
  'pipelines/*/study.yaml',
  async (files, _options, { workspaceRoot }) => {
    const sorted = [...files].sort();
    const fileCache = fileCacheOf(workspaceRoot);
    const plan = await planWorkspace(workspaceRoot, sorted, placesOf(workspaceRoot), fileCache);
    const codeOf = tracerOf(workspaceRoot, fileCache);
    const script = commandPath(workspaceRoot);
    const claimed = new Set<string>();
    const projects: [string, { projects: Projects }][] = [];
    const [studies, broken] = [[] as StudyPlan[], [...plan.broken]];
    for (const study of plan.studies) {
      try {
        projects.push([study.file, { projects: projectsOf(study, codeOf, script, claimed) }]);
        studies.push(study);
      } catch (error) {
        broken.push(brokenStudy(workspaceRoot, study.file, error, []));
      }
    }
    planned = studies;
    for (const { notes } of studies) if (notes) process.stderr.write(`note: ${printable(notes)}\n`);
    links = linksOf(studies, (uses) => codeOf(uses).packages);
    for (const study of broken) {
      process.stderr.write(`${printable(describeBroken(study))}\n`);
      projects.push([study.file, { projects: brokenProject(study, script) }]);
    }
    fileCache.save();
    return projects;
  },
];

/** @param claimed ids of instances that have a project already; gets those of this study */
function projectsOf(
  study: StudyPlan,
  codeOf: (uses: string) => CodeTrace,
  script: string,
  claimed: Set<string>,
): Projects {
  const stages = [...study.instances.values()]
    .filter(({ id }) => !claimed.has(id))
    .map((instance) => stageProject(instance, codeOf(instance.uses).code.digest, script));
  for (const id of study.instances.keys()) claimed.add(id);
  return Object.assign(studyProject(study), ...stages) as Projects;
}

/** What Nx calls affected by a change of files; no task's key depends on it. */
export const createDependencies: CreateDependencies = (_options, { projects }) => {
  return links
    .filter(({ source, target }) => projects[source] && projects[target])
    .map((link) => ({ ...link, type: 'implicit' as DependencyType.implicit }));
};

/**
 * Before the tasks: marks the run, so that its end can tell which stages ran in it,
 * and removes damaged artifacts and damaged copies of them in Nx's cache, naming them, so that they are restored or recomputed.
 * Nx takes an entry of its cache for good that is damaged or gone; so where one is, Nx's records are removed, and it is kept from using its cache
 * in this run: each stage then looks for itself whether its artifact is whole, and only what is not is computed.
 * Where the artifacts cannot be read or written, Nx would stop without naming the place or a remedy.
 */
export const preTasksExecution: PreTasksExecution = async (_options, { id, workspaceRoot }) => {
  process.env.LAYERWISE_RUN = `${Date.now()}-${id}`;
  process.env[plannedData] = process.env.LAYERWISE_DATA_DIR ?? '';
  const artifacts = join(workspaceRoot, 'artifacts');
  try {
    await prepare(workspaceRoot, artifacts);
  } catch (error) {
    const known = storageError(error, artifacts);
    throw known instanceof LayerwiseError ? shownError(known.describe()) : known;
  }
  showLive(join(artifacts, '.runs', `${process.env.LAYERWISE_RUN}.live`));
};

/** Shows the stages' progress while they run, unless Nx does; LAYERWISE_LIVE tells them where to put it. */
function showLive(folder: string): void {
  delete process.env.LAYERWISE_LIVE;
  if (nxShowsOutput()) return;
  live = new LiveView(folder);
  try {
    live.start();
    process.env.LAYERWISE_LIVE = folder;
  } catch {
    live = undefined; // Where nothing can be written, the stages say so.
  }
}

async function prepare(workspaceRoot: string, artifacts: string): Promise<void> {
  refuseMisplaced(artifacts);
  if (existsSync(artifacts)) accessSync(artifacts, constants.W_OK);
  const cache = nxCache(workspaceRoot);
  const log = (line: string): void => void process.stdout.write(`${printable(line)}\n`);
  // Not waited for: where nothing is to be computed the run is over before it can be seen who is there.
  void heldLocks(join(artifacts, '.locks')).then((locks) => {
    for (const { name: instance, holder } of locks)
      log(
        `another run, process ${holder.pid} on ${holder.host}, is computing ${instance}; where this run needs it, it waits for that`,
      );
  });
  let invalidated = takeInvalidated(artifacts);
  if (invalidated) log("an artifact was not whole in the last run: Nx's cache is not used in this one");
  const damaged = await findLastingDamage(artifacts);
  for (const { id, file, what } of damaged) {
    log(
      `artifact ${id}: ${file} ${what === 'missing' ? 'is missing' : 'is damaged, it is not what the manifest says'}; it will be restored or recomputed`,
    );
    removeArtifact(artifacts, id);
  }
  for (const { id, file } of findStrays(artifacts))
    log(`artifact ${id}: ${file} does not belong to it, and nothing reads it; remove it`);
  const removed = await removeDamagedCopies(cache, copyNotes(workspaceRoot), new Set(damaged.map(({ id }) => id)));
  for (const { id, entry } of removed)
    log(`artifact ${id}: its copy in ${relativePath(workspaceRoot, entry)} is damaged; it is removed`);
  const doubtful =
    invalidated || removed.length > 0 || !existsSync(cache) || hasLostCopies(cache, copyNotes(workspaceRoot));
  if (doubtful && forgetRecords(workspaceRoot)) {
    mkdirSync(cache, { recursive: true });
    invalidated = true;
  }
  if (invalidated) process.env.NX_SKIP_NX_CACHE = 'true';
  const shared = sharedCacheOf();
  if (!shared || invalidated) return;
  const { env, close } = await openCacheProxy(shared, {
    log,
    folder: nxRecords(workspaceRoot),
    idOf: await watchTaskKeys(),
  });
  closeCacheProxy = close;
  Object.assign(process.env, env);
}

let closeCacheProxy = (): void => undefined;
let live: LiveView | undefined;

/** After the tasks: ends the view of their progress, closes the proxy to the shared cache, if there is one, and notes the copies that Nx's cache holds now. */
export const postTasksExecution: PostTasksExecution = (_options, { workspaceRoot }) => {
  live?.stop();
  closeCacheProxy();
  try {
    noteCopies(nxCache(workspaceRoot), copyNotes(workspaceRoot));
  } catch {
    // The disk is full or read-only, which the run has said; without notes the next one reads more.
  }
};

/**
 * Removes Nx's records of what its cache holds, which it believes whatever is there: it would take an entry that is gone for restored, and what
 * lies in its place for right. The entries stay: stages find them by their manifests. Records that this process has just made say nothing yet.
 * @returns whether there were any; this process still has them
 */
function forgetRecords(root: string): boolean {
  const folder = nxRecords(root);
  const databases = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /\.db(-wal|-shm)?$/.test(file))
        .map((file) => join(folder, file))
    : [];
  if (databases.every((path) => statSync(path).birthtimeMs > performance.timeOrigin)) return false;
  for (const path of databases) rmSync(path, { force: true });
  return true;
}
