import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ResultTable, Standing } from '@layerwise/contracts';
import type { UnfinishedRun } from '@layerwise/store/checkpoint';
import { recipeKey } from '@layerwise/store/manifest';
import type { Failure } from '@layerwise/store/store';
import type { ExperimentPlan, StageInstance } from '@layerwise/study';
import { fileCacheOf, tracerOf } from '../plan/code.js';
import { recipeOf, storeOf } from '../run/recipe.js';

/** A stage of an experiment whose last run was stopped, failed, or is under way. */
export interface UnfinishedStage {
  readonly id: string;
  readonly state: 'running' | 'stopped' | 'failed';
  /** Where its checkpoint stands; absent if it kept none. */
  readonly standing?: Standing;
  /** Why it failed. */
  readonly message?: string;
  /** File, optionally with `:line`, that it failed on. */
  readonly where?: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Path of the history it left, relative to the workspace. */
  readonly history?: string;
  /** What stands in it. */
  readonly table?: ResultTable;
}

/** The checkpoint that the next run of an instance would go on from. */
export async function checkpointOf(root: string, instance: StageInstance): Promise<UnfinishedRun | undefined> {
  const store = storeOf(root);
  const kept = await store.unfinished(instance.id);
  if (!kept) return undefined;
  const contents = Object.entries(instance.inputs).map(([name, id]) => [name, store.manifest(id)?.content ?? '']);
  const inputs = Object.fromEntries(contents) as Record<string, string>;
  const { code } = tracerOf(root, fileCacheOf(root))(instance.uses);
  return kept.recipe === recipeKey({ ...recipeOf(instance, code, inputs), inputs }) ? kept : undefined;
}

/** What is known of the stages of an experiment that did not finish, repeats of the training included. */
export async function unfinishedStages(root: string, plan: ExperimentPlan): Promise<readonly UnfinishedStage[]> {
  const ids = new Set([...Object.values(plan.stages), ...plan.repeats.map(({ id }) => id)]);
  const found = await Promise.all([...ids].map((id) => unfinishedStage(root, id)));
  return found.filter((stage) => stage !== undefined);
}

async function unfinishedStage(root: string, id: string): Promise<UnfinishedStage | undefined> {
  const store = storeOf(root);
  const [kept, failure] = await Promise.all([store.unfinished(id), store.failure(id)]);
  if (!kept && !failure) return undefined;
  const made = store.manifest(id);
  const done = made && recipeKey(made.recipe);
  const standing = kept && kept.recipe !== done ? kept.standing : undefined;
  const failed = failure && failure.recipe !== done ? failure : undefined;
  if (!standing && !failed) return undefined;
  const isRunning = (await store.holder(id)) !== undefined;
  const failedOrStopped = failed && failed.code !== 'ABORTED' ? 'failed' : 'stopped';
  return {
    id,
    state: isRunning ? 'running' : failedOrStopped,
    ...(standing ? { standing } : {}),
    ...(failed ? await leftBy(failed, root, store.failedFolder(id), standing === undefined) : {}),
  };
}

/** What a run that failed or was stopped says, and the history it left. @param isTold whether to read its rows */
async function leftBy(
  { message, where, remedy, files }: Failure,
  root: string,
  folder: string,
  isTold: boolean,
): Promise<Partial<UnfinishedStage>> {
  const path = files.includes('history.parquet') ? join(folder, 'history.parquet') : undefined;
  const table = path && isTold ? await historyIn(path) : undefined;
  return {
    message,
    ...(where === undefined ? {} : { where }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(path ? { history: relative(root, path) } : {}),
    ...(table ? { table } : {}),
  };
}

/** The rows of a history; undefined if the file was cut short. */
async function historyIn(path: string): Promise<ResultTable | undefined> {
  const { decodeParquet } = await import('@layerwise/store/parquet');
  return decodeParquet(await readFile(path)).catch(() => undefined);
}

const epochsShown = 3;

/** The same as lines for a terminal, with what to do. */
export function describeUnfinished(stages: readonly UnfinishedStage[], { study, name }: ExperimentPlan): string {
  const lines = stages.flatMap(linesOf);
  const resumes = stages.some(({ state, standing }) => state === 'stopped' && standing);
  const start = stages.every(({ state }) => state === 'running')
    ? []
    : [`  ${'next'.padEnd(10)} npx nx run ${study}:${name}${resumes ? ' continues from there' : ''}`];
  return [...lines, ...start].join('\n');
}

function linesOf({
  id,
  state,
  standing,
  message,
  where,
  remedy,
  history,
  table = standing?.table,
}: UnfinishedStage): string[] {
  const stands =
    standing && `${state === 'running' ? 'kept' : 'stands'} at ${standing.done} of ${standing.total} ${standing.unit}`;
  const error = message && state === 'failed' ? `: ${message}${where ? ` (${where})` : ''}` : '';
  const more = [
    ...(remedy && state === 'failed' ? [remedy] : []),
    ...(table ? lastRows(table) : []),
    ...(history ? [`its history: ${history}`] : []),
  ];
  return [
    `  ${state.padEnd(10)} ${id}${stands ? `, ${stands}` : ''}${error}`,
    ...more.map((line) => `${' '.repeat(13)}${line}`),
  ];
}

/** `epoch 12  loss 0.0912  accuracy 0.9731  valLoss 0.1022  valAccuracy 0.9702` */
function lastRows(table: ResultTable): string[] {
  const columns = Object.entries(table);
  const rows = columns[0]?.[1].values.length ?? 0;
  return Array.from({ length: Math.min(epochsShown, rows) }, (_, i) => rows - Math.min(epochsShown, rows) + i).map(
    (row) =>
      columns
        .filter(([, { values }]) => !Number.isNaN(values[row]))
        .map(
          ([name, { type, values }]) => `${name} ${type === 'float64' ? values[row].toFixed(4) : String(values[row])}`,
        )
        .join('  '),
  );
}
