import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { findCacheFault, sharedCacheOf, shownServer } from '@layerwise/nx-plugin';
import { readableNames } from '@layerwise/store/folder';
import { findMisplaced } from '@layerwise/store/layout';
import { copiesIn } from '@layerwise/store/nx-cache';
import { StoredArtifact } from '@layerwise/store/reader';
import { folderBytes } from '@layerwise/store/storage';
import { fileCacheOf } from '@layerwise/workspace/plan/code';
import { entryOf } from '@layerwise/workspace/plan/packages';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { nxCache, placesOf } from '@layerwise/workspace/plan/folders';
import { planWorkspace, studyFiles, type WorkspacePlan } from '@layerwise/workspace/plan/workspace';
import { storeOf } from '@layerwise/workspace/run/recipe';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';

/** One thing that was looked at. `warn` does not keep a run from working, `fail` does. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly remedy?: string;
}

const lowDisk = 1e9;
const marks = { ok: '✓', warn: '!', fail: '✗' } as const;

/** `layerwise doctor`: looks at everything a run needs, and at every artifact's hash; the exit code is 1 if something fails. */
export async function doctorCommand({ json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const plan = await planWorkspace(root, studyFiles(root), placesOf(root), fileCacheOf(root));
  const findings = [
    checkNode(),
    checkDisk(root),
    checkCores(),
    ...checkStudies(root, plan),
    ...checkTensorFlow(root),
    await checkCache(root),
    ...(await checkSharedCache()),
    ...(await checkArtifacts(root, plan)),
  ];
  if (json) print(JSON.stringify({ findings }));
  else
    for (const { check, state, detail, remedy } of findings)
      print(`${marks[state]} ${check.padEnd(12)} ${detail}${remedy ? `\n  ${''.padEnd(12)} ${remedy}` : ''}`);
  if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
}

/** The versions that the package.json of this package names under engines, of the form `^20.19.0 || >=24.0.0`. */
function checkNode(): Finding {
  const own = new URL('../../package.json', import.meta.url);
  const { engines } = JSON.parse(readFileSync(own, 'utf8')) as { engines: { node: string } };
  const fits = satisfies(process.versions.node, engines.node);
  return {
    check: 'Node',
    state: fits ? 'ok' : 'fail',
    detail: `${process.version}, must be ${engines.node}`,
    ...(fits ? {} : { remedy: 'Install a version that is supported.' }),
  };
}

/** Whether a version is in a range of alternatives of `^a.b.c` (same major) and `>=a.b.c`. */
export function satisfies(version: string, range: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map(Number);
  const given = numbers(version);
  return range.split('||').some((part) => {
    const [, sign, low] = /^\s*(\^|>=)([\d.]+)\s*$/.exec(part) ?? [];
    if (low === undefined) return false;
    const least = numbers(low);
    const first = [0, 1, 2].map((i) => (given[i] ?? 0) - (least[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
    return first >= 0 && (sign === '>=' || given[0] === least[0]);
  });
}

function checkDisk(root: string): Finding {
  const at = existsSync(join(root, 'artifacts')) ? join(root, 'artifacts') : root;
  try {
    accessSync(at, constants.W_OK);
  } catch {
    return {
      check: 'disk',
      state: 'fail',
      detail: `${at} cannot be written to`,
      remedy: 'Give yourself permission to write there.',
    };
  }
  const { bavail, bsize } = statfsSync(at);
  const free = bavail * bsize;
  return {
    check: 'disk',
    state: free < lowDisk ? 'warn' : 'ok',
    detail: `${gigabytes(free)} free for artifacts, which take ${gigabytes(folderBytes(join(root, 'artifacts')))}`,
    ...(free < lowDisk ? { remedy: 'layerwise gc lists what no study refers to.' } : {}),
  };
}

function checkCores(): Finding {
  const workers = process.env.LAYERWISE_WORKERS;
  return {
    check: 'processors',
    state: 'ok',
    detail: `${availableParallelism()}${workers ? `, of which LAYERWISE_WORKERS uses ${workers}` : ''}; ${gigabytes(totalmem())} of memory`,
  };
}

function checkStudies(root: string, { studies, broken, instances }: WorkspacePlan): Finding[] {
  const count = studies.reduce((sum, { experiments }) => sum + experiments.length, 0);
  const readers = [...instances.values()].filter(({ raw }) => raw !== undefined);
  const absent = readers.filter(({ raw }) => !raw?.complete);
  const places = placesOf(root).data.join(', ');
  const data: Finding =
    absent.length === 0
      ? { check: 'data', state: 'ok', detail: `every raw file that a study names is there (${places})` }
      : {
          check: 'data',
          state: 'warn',
          detail: `${absent.length} of ${readers.length} data sets are not complete in ${places}`,
          remedy: 'layerwise data fetch downloads MNIST; a study that names an offline data set runs without it.',
        };
  const faults = broken.map(({ error: { message, where, remedy } }): Finding => ({
    check: 'studies',
    state: 'fail',
    detail: message + (where ? ` (${where})` : ''),
    ...(remedy ? { remedy } : {}),
  }));
  return [
    {
      check: 'studies',
      state: 'ok',
      detail: `${studies.length} with ${count} experiments and ${instances.size} stages`,
    },
    ...faults,
    data,
  ];
}

/** Nothing where no package that uses it is installed. */
function checkTensorFlow(root: string): Finding[] {
  const entry = entryOf(root, '@layerwise/train-tfjs');
  return entry === undefined ? [] : [checkTensorFlowOf(entry)];
}

/** The native backend is loaded in a process of its own: one that does not fit the system can end it. @param module path of one that imports it */
function checkTensorFlowOf(module: string): Finding {
  const check = 'tfjs-node';
  const without = 'train-tfjs then computes with WebAssembly, more slowly.';
  try {
    createRequire(module).resolve('@tensorflow/tfjs-node');
  } catch {
    return { check, state: 'warn', detail: 'is not installed', remedy: without };
  }
  try {
    const script = `
      const tf = require('module').createRequire(${JSON.stringify(module)})('@tensorflow/tfjs-node');
      console.log(tf.version['tfjs-node'] ?? tf.version.tfjs);`;
    const out = execFileSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      timeout: 30_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { check, state: 'ok', detail: `loads, version ${out.trim().split('\n').at(-1) ?? ''}` };
  } catch {
    return {
      check,
      state: 'warn',
      detail: 'is installed, but its native library does not load',
      remedy: `npm rebuild @tensorflow/tfjs-node; ${without}`,
    };
  }
}

async function checkCache(root: string): Promise<Finding> {
  const cache = nxCache(root);
  const entries = copiesIn(cache, readableNames);
  const damaged = await failures(entries.map(({ folder }) => folder));
  const detail = `${entries.length} copies of artifacts in Nx's cache, ${gigabytes(folderBytes(cache))}`;
  return damaged.length === 0
    ? { check: 'cache', state: 'ok', detail }
    : {
        check: 'cache',
        state: 'fail',
        detail: `${detail}; damaged: ${damaged.map(({ where }) => where).join(', ')}`,
        remedy: 'npx nx reset empties the cache; intact artifacts are kept.',
      };
}

/** Nothing where the environment names none. A run goes on without one that is away. */
async function checkSharedCache(): Promise<Finding[]> {
  const cache = sharedCacheOf();
  if (!cache) return [];
  const check = 'shared cache';
  const fault = await findCacheFault(cache);
  if (fault === undefined)
    return [{ check, state: 'ok', detail: `${shownServer(cache)} answers, and takes the access token` }];
  const remedy = fault.includes('token')
    ? 'Set NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN to the token that its server prints or was given.'
    : 'Start it with layerwise cache serve, or set NX_SELF_HOSTED_REMOTE_CACHE_SERVER to its address; unset, none is asked.';
  return [{ check, state: 'warn', detail: `${shownServer(cache)} ${fault}; runs go on without it`, remedy }];
}

async function checkArtifacts(root: string, { studies }: WorkspacePlan): Promise<Finding[]> {
  const store = storeOf(root);
  const folders = studies.flatMap(({ name, experiments }) => [name, ...experiments.map((one) => join(name, one.name))]);
  const misplaced = findMisplaced(store.root, folders);
  const ids = await store.list();
  const whole = ids
    .map((id) => join(store.root, 'stages', id))
    .filter((at) => misplaced.every(({ where }) => where !== at));
  const damaged = [...misplaced, ...(await failures(whole))];
  if (damaged.length === 0)
    return [{ check: 'artifacts', state: 'ok', detail: `${ids.length}, every file as its manifest says` }];
  return damaged.map((error) => ({
    check: 'artifacts',
    state: 'fail',
    detail: `${error.message}${error.where ? ` (${error.where})` : ''}`,
    ...(error.remedy ? { remedy: error.remedy } : {}),
  }));
}

/** Reads every file of the artifacts in the folders; what each damaged one lacks. */
async function failures(folders: readonly string[]): Promise<LayerwiseError[]> {
  const found: LayerwiseError[] = [];
  for (const folder of folders) {
    try {
      await (await StoredArtifact.open(folder)).verify();
    } catch (error) {
      if (!(error instanceof LayerwiseError)) throw error;
      found.push(error);
    }
  }
  return found;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;
}

/** `layerwise doctor` */
export const command = defineCommand({
  builder: (y) => y.option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
  handler: async ({ json }) => doctorCommand({ json }),
});
