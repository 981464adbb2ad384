import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Places } from '@layerwise/contracts';

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

/** Absolute path of the notes on the copies of artifacts in Nx's cache; beside Nx's records, so that they go together. */
export function copyNotes(root: string): string {
  return join(nxRecords(root), 'layerwise-copies.json');
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
