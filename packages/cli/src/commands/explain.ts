import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { refuseMisplaced } from '@layerwise/store/layout';
import { describeReason } from '@layerwise/store/staleness';
import type { ExplainedReason, StageExplanation } from '@layerwise/workspace/explanation/explanation';
import { findExperiment, findRoot, findStudy } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentsArgument } from '../command.js';
import { print } from '../terminal.js';

/**
 * `layerwise explain <study>[:<experiment>]`: which stages the next run would compute, and why; each experiment as if it were run by
 * itself. Computes none of them.
 */
export async function explainCommand(address: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  refuseMisplaced(join(root, 'artifacts'));
  await refreshBuild(root);
  const [{ planStudies }, { Explainer }, { readRecord }, { fileCacheOf, tracerOf }] = await Promise.all([
    import('../workspace-plan.js'),
    import('@layerwise/workspace/explanation/explanation'),
    import('@layerwise/workspace/record/record'),
    import('@layerwise/workspace/plan/code'),
  ]);
  const fileCache = fileCacheOf(root);
  const workspace = await planStudies(root, [address], fileCache);
  const plans = address.includes(':')
    ? [findExperiment(workspace, address)]
    : findStudy(workspace, address).experiments;
  const explainer = new Explainer(root, workspace.instances, tracerOf(root, fileCache));
  for (const plan of plans) {
    const experiment = `${plan.study}:${plan.name}`;
    const stages = await explainer.explain(plan);
    const neverBuilt = readRecord(root, plan) === undefined;
    print(json ? JSON.stringify({ experiment, stages }) : describe(experiment, stages, neverBuilt));
  }
  fileCache.save();
}

/**
 * What a run in the repository of Layerwise does first: if a source is newer than its compiled module, the packages are compiled, so that
 * the code judged is the code that would run.
 */
async function refreshBuild(root: string): Promise<void> {
  const path = join(root, 'packages/nx-plugin/ensure-built.mjs');
  if (!existsSync(path)) return;
  const { ensureBuilt } = (await import(pathToFileURL(realpathSync(path)).href)) as { ensureBuilt: () => void };
  ensureBuilt();
}

function describe(experiment: string, stages: readonly StageExplanation[], neverBuilt: boolean): string {
  const counts = (['runs', 'depends', 'restores', 'current'] as const).map((state) => ({
    state,
    count: stages.filter((stage) => stage.state === state).length,
  }));
  const words = { runs: 'to run', depends: 'may run', restores: 'to restore', current: 'current' };
  const summary = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${words[state]}`);
  const built = neverBuilt ? 'was never built; ' : '';
  return [`${experiment}  ${built}${summary.join(', ')}`, ...stages.flatMap(lines)].join('\n');
}

function lines({ role, seed, state, reasons, waitsFor, unless }: StageExplanation): string[] {
  const known = unless.length > 1 ? ` to anything but one of ${unless.length} contents that were computed before` : '';
  const outcome = {
    current: 'current',
    restores: 'restored from an equal artifact',
    runs: 'runs',
    depends: `runs if ${waitsFor.join(' or ')} changes${known}`,
  }[state];
  return [
    `  ${(seed === undefined ? role : `${role} seed ${seed}`).padEnd(12)} ${outcome}`,
    ...sentences(reasons).map((text) => `  ${''.padEnd(12)}   ${text}`),
  ];
}

const mostRawFiles = 5;

/** Raw files are counted where there are many; other reasons have a sentence each. */
function sentences(reasons: readonly ExplainedReason[]): string[] {
  const raw = reasons.flatMap((reason) => (reason.reason === 'raw file' ? [reason] : []));
  if (raw.length <= mostRawFiles) return reasons.map(sentence);
  const counts = Object.entries({
    changed: raw.filter((file) => file.old !== undefined && file.new !== undefined).length,
    new: raw.filter((file) => file.old === undefined).length,
    gone: raw.filter((file) => file.new === undefined).length,
  });
  const changes = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`);
  const line = `raw files${commonFolder(raw.map(({ name }) => name))}: ${changes.join(', ')}; such as ${raw[0]?.name}`;
  const first = reasons.findIndex(({ reason }) => reason === 'raw file');
  return reasons.flatMap((reason, i) =>
    i === first ? [line] : reason.reason === 'raw file' ? [] : [sentence(reason)],
  );
}

/** ` below data/letters`, of the folder that holds all of the files; nothing if none does. */
function commonFolder(names: readonly string[]): string {
  const [first = [], ...others] = names.map((name) => name.split('/').slice(0, -1));
  const end = first.findIndex((folder, i) => others.some((other) => other[i] !== folder));
  const common = (end < 0 ? first : first.slice(0, end)).join('/');
  return common && ` below ${common}`;
}

function sentence(reason: ExplainedReason): string {
  const from = reason.from ? `, from ${reason.from}` : '';
  const through = reason.through && reason.through.length > 0 ? `, through ${reason.through.join(' > ')}` : '';
  return describeReason(reason) + from + through;
}

/** `layerwise explain` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', experimentsArgument)
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object for each experiment' })
      .example('$0 explain pipeline:exp5', ''),
  handler: async ({ experiment, json }) => explainCommand(experiment, { json }),
});
