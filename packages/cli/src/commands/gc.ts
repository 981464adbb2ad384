import { rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { LayerwiseError } from '@layerwise/contracts';
import { refuseMisplaced } from '@layerwise/store/layout';
import type { Store } from '@layerwise/store/store';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { findUnused, type Found, type PastResult, type Unused } from '@layerwise/workspace/record/unused';
import { storeOf } from '@layerwise/workspace/run/recipe';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/** Options of `layerwise gc`. */
export interface GcOptions {
  readonly yes: boolean;
  /** With `yes`: also results of experiments that no study plans so any more. */
  readonly results: boolean;
  readonly json: boolean;
}

/**
 * `layerwise gc`: lists what no study refers to, with sizes; with `yes` removes it. What a running stage holds is left alone.
 * What an experiment's folder refers to is kept, unless that is said, or answered on a terminal.
 */
export async function gcCommand({ yes, results: all, json }: GcOptions): Promise<void> {
  const root = findRoot();
  refuseMisplaced(join(root, 'artifacts'));
  const found = findUnused(root, await planStudies(root));
  const store = storeOf(root);
  const removed: Unused[] = [];
  const remove = async (list: readonly Unused[]): Promise<void> => {
    for (const one of list) if (await removeUnlocked(root, store, one)) removed.push(one);
  };
  if (yes) await remove(found.unused);
  const past = distinct(found.results);
  if (!json) report(found, removed, yes);
  if (
    yes &&
    past.length > 0 &&
    (all ||
      (!json &&
        (await isAgreed(`Remove these results, ${megabytes(bytesOf(past))}? They would have to be computed again.`))))
  ) {
    const before = removed.length;
    await remove(past);
    if (!json) print(`removed ${removed.length - before} more, ${megabytes(bytesOf(removed.slice(before)))}`);
  }
  if (json) {
    const results = found.results.map(({ experiment, parts }) => ({
      experiment,
      paths: parts.map(({ path }) => path),
      bytes: bytesOf(parts),
    }));
    print(
      JSON.stringify({
        unused: found.unused,
        results,
        removed: removed.map(({ path }) => path),
        bytes: bytesOf(found.unused),
        freed: bytesOf(removed),
      }),
    );
  }
}

function report({ unused, results, damaged }: Found, removed: readonly Unused[], yes: boolean): void {
  for (const one of unused)
    print(
      `  ${megabytes(one.bytes).padStart(10)}  ${one.path}  ${one.what}${yes && !removed.includes(one) ? ', in use: kept' : ''}`,
    );
  for (const path of damaged)
    print(
      `${path} is damaged, so what it refers to is not known: no artifact is removed. Run the experiment again, or remove its folder`,
    );
  if (unused.length === 0)
    print(
      results.length > 0 || damaged.length > 0
        ? 'nothing else to remove'
        : 'nothing to remove: every artifact belongs to a study',
    );
  else
    print(
      yes
        ? `removed ${removed.length}, ${megabytes(bytesOf(removed))}`
        : `${unused.length} that no study refers to, ${megabytes(bytesOf(unused))}; layerwise gc --yes removes them`,
    );
  if (results.length === 0) return;
  print(
    'the last results of these experiments are kept; the study or the data has changed since, or LAYERWISE_DATA_DIR is different:',
  );
  for (const { experiment, parts } of results)
    print(`  ${megabytes(bytesOf(parts)).padStart(10)}  ${experiment}  ${parts.length - 1} artifacts`);
  print('layerwise gc --yes --results removes them too');
}

/** Asks on a terminal; elsewhere nobody agrees. */
async function isAgreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `).finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}

/** Two results may share an artifact. */
function distinct(results: readonly PastResult[]): readonly Unused[] {
  return [...new Map(results.flatMap(({ parts }) => parts).map((part) => [part.path, part])).values()];
}

/** Removes it under the lock of its instance; false if another process holds that. */
async function removeUnlocked(root: string, store: Store, { path, id }: Unused): Promise<boolean> {
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
    await store.lock(id, { signal: busy.signal, onAlive: () => busy.abort() }, work);
    return true;
  } catch (error) {
    if (error instanceof LayerwiseError && error.code === 'ABORTED') return false;
    throw error;
  }
}

function bytesOf(list: readonly Unused[]): number {
  return list.reduce((sum, { bytes }) => sum + bytes, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}

/** `layerwise gc` */
export const command = defineCommand({
  builder: (y) =>
    y
      .option('yes', { type: 'boolean', default: false, describe: 'Remove it' })
      .option('results', {
        type: 'boolean',
        default: false,
        describe: 'Also the last results of experiments whose plan has changed since',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object' }),
  handler: async ({ yes, results, json }) => gcCommand({ yes, results, json }),
});
