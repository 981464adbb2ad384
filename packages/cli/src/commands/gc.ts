import { readdirSync, rmSync, rmdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { folderBytes } from '@layerwise/store/storage';
import { checkpointsFolder, ownerOfLeftover, type Store } from '@layerwise/store/store';
import { storeOf } from '../recipe.js';
import { findRoot, planAll } from '../workspace.js';

/** Something that no study needs. */
export interface Unused {
  /** Path relative to the workspace. */
  readonly path: string;
  readonly what: 'artifact of no study' | 'left by a process that died' | 'left by a stage that failed' | 'checkpoint of no study' | 'folder of no experiment';
  readonly bytes: number;
  /** The instance whose lock must be free, where the folder is one that stages write. */
  readonly id?: string;
}

/** `layerwise gc`: lists what no study refers to, with sizes; with `yes` removes it. What a running stage holds is left alone. */
export async function gcCommand({ yes, json }: { readonly yes: boolean; readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const { studies, instances } = await planAll(root);
  const experiments = new Set(studies.flatMap(({ name, experiments }) => experiments.map((experiment) => `${name}/${experiment.name}`)));
  const unused = findUnused(root, new Set(instances.keys()), experiments);
  const removed: Unused[] = [];
  const store = storeOf(root);
  for (const one of yes ? unused : []) if (await remove(root, store, one)) removed.push(one);
  const bytes = (list: readonly Unused[]): number => list.reduce((sum, one) => sum + one.bytes, 0);
  if (json) {
    process.stdout.write(`${JSON.stringify({ unused, removed: removed.map(({ path }) => path), bytes: bytes(unused), freed: bytes(removed) })}\n`);
    return;
  }
  const lines = unused.map((one) => `  ${megabytes(one.bytes).padStart(10)}  ${one.path}  ${one.what}${yes && !removed.includes(one) ? ', in use: kept' : ''}`);
  const total = yes ? `removed ${removed.length}, ${megabytes(bytes(removed))}` : `${unused.length} that no study refers to, ${megabytes(bytes(unused))}; layerwise gc --yes removes them`;
  process.stdout.write(`${[...lines, unused.length > 0 ? total : 'nothing to remove: every artifact belongs to a study'].join('\n')}\n`);
}

/**
 * What lies in artifacts/ and belongs to no study, sorted by path.
 * @param instances ids of all stage instances of all studies
 * @param experiments `<study>/<experiment>` of all studies
 */
export function findUnused(root: string, instances: ReadonlySet<string>, experiments: ReadonlySet<string>): readonly Unused[] {
  const found: Unused[] = [];
  const add = (path: string, what: Unused['what'], id?: string): void => void found.push({ path, what, bytes: folderBytes(join(root, path)), ...(id === undefined ? {} : { id }) });
  for (const name of foldersIn(root, 'artifacts/stages')) {
    const owner = ownerOfLeftover(name);
    if (owner !== undefined) add(`artifacts/stages/${name}`, 'left by a process that died', owner);
    else if (!instances.has(name) && !name.startsWith('.')) add(`artifacts/stages/${name}`, 'artifact of no study', name);
  }
  for (const name of foldersIn(root, 'artifacts/failed')) add(`artifacts/failed/${name}`, 'left by a stage that failed', name);
  for (const name of filesIn(root, `artifacts/${checkpointsFolder}`)) {
    const id = name.replace(/\.new$/, '');
    if (!instances.has(id)) add(`artifacts/${checkpointsFolder}/${name}`, 'checkpoint of no study', id);
  }
  for (const study of foldersIn(root, 'artifacts').filter((name) => !name.startsWith('.') && name !== 'stages' && name !== 'failed')) {
    for (const name of foldersIn(root, `artifacts/${study}`)) {
      const isExperiment = readdirSync(join(root, 'artifacts', study, name)).includes('experiment.json');
      if (isExperiment && !experiments.has(`${study}/${name}`)) add(`artifacts/${study}/${name}`, 'folder of no experiment');
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Removes it under the lock of its instance; false if another process holds that. */
async function remove(root: string, store: Store, { path, id }: Unused): Promise<boolean> {
  const work = async (): Promise<void> => rmSync(join(root, path), { recursive: true, force: true });
  if (id === undefined) {
    await work();
    try {
      rmdirSync(join(root, path, '..'));
    } catch {
      // The study has other experiments.
    }
    return true;
  }
  const busy = new AbortController();
  try {
    await store.lock(id, { signal: busy.signal, onWait: () => busy.abort() }, work);
    return true;
  } catch (error) {
    if (error instanceof LayerwiseError && error.code === 'ABORTED') return false;
    throw error;
  }
}

function foldersIn(root: string, path: string): string[] {
  return namesIn(root, path, (entry) => entry.isDirectory());
}

function filesIn(root: string, path: string): string[] {
  return namesIn(root, path, (entry) => entry.isFile());
}

function namesIn(root: string, path: string, wanted: (entry: Dirent) => boolean): string[] {
  try {
    return readdirSync(join(root, path), { withFileTypes: true }).filter(wanted).map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}
