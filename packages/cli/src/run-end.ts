import { join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { plannedStudies, shownError } from '@layerwise/nx-plugin';
import { noteStamps } from '@layerwise/store/integrity';
import { storageError } from '@layerwise/store/storage';
import type { ExperimentPlan } from '@layerwise/study';
import { unmet } from '@layerwise/workspace/experiment/expectations';
import { openExperiment, type BuiltExperiment } from '@layerwise/workspace/experiment/experiment';
import { invalidatingIfDamaged, type PlannedStudy } from '@layerwise/workspace/plan/selection';
import { builtExperiments, writeReports, seedTests } from '@layerwise/workspace/publication/reports';
import { Journal, type JournalEntry } from '@layerwise/workspace/run/journal';
import { duration } from '@layerwise/workspace/run/stopwatch';
import { failuresOf } from './failure.js';
import { checkArguments } from './nx-arguments.js';
import { describeResult, describeRun, describeStudy, describeWaits } from './summary.js';
import { print } from './terminal.js';

/** What a run by Nx has come to, as Nx tells its plugins. */
export interface EndedRun {
  readonly workspaceRoot: string;
  readonly taskResults: Readonly<
    Record<
      string,
      {
        readonly status: string;
        readonly terminalOutput?: string;
        readonly task: { readonly target: { readonly project: string; readonly target: string } };
      }
    >
  >;
}

/**
 * The end of a run by Nx: writes the folders and reports of the experiments whose stages are all there, also where others failed, and
 * prints how it went.
 * @throws Error for Nx to show last, where a stage failed, an artifact is not whole or a figure is not as its study expects
 */
export async function finishRun({ workspaceRoot: root, taskResults }: EndedRun): Promise<void> {
  const results = Object.values(taskResults);
  const reached = results.filter(({ status }) => status === 'success').map(({ task }) => task.target);
  const failed = results
    .filter(({ status }) => status === 'failure')
    .map(({ task, terminalOutput = '' }) => ({ project: task.target.project, output: terminalOutput }));
  const studies = results.length > 0 ? await plannedStudies(root) : [];
  const faults: LayerwiseError[] = [];
  for (const study of studies) {
    const targets = new Set(reached.filter(({ project }) => project === study.name).map(({ target }) => target));
    if (targets.size > 0) faults.push(...(await showStudy(root, study, targets)));
  }
  faults.push(...(await failuresOf(root, failed, studies, Journal.current(root)?.entries())));
  if (faults.length === 0) return;
  throw shownError(faults.map((fault) => fault.describe()).join('\n'));
}

/** Before the tasks of a run by Nx: meets what is on its command line. @throws Error for Nx to show */
export async function checkRun(root: string, argv: readonly string[]): Promise<void> {
  try {
    const asked = await checkArguments(root, argv.slice(2), await plannedStudies(root));
    if (asked === undefined) return;
    await (await import('./commands/explain.js')).explainCommand(asked, { json: false });
  } catch (error) {
    throw error instanceof LayerwiseError ? shownError(error.describe()) : error;
  }
  process.exit();
}

/**
 * Writes the folders and reports of some experiments of a study, and its own page, and prints their figures.
 * @param targets names of the experiments, and `all` for the study's table
 * @returns what is wrong: artifacts that are not whole, figures that are not as the study expects, the file of its source's figures
 */
export async function showStudy(
  root: string,
  study: PlannedStudy,
  targets: ReadonlySet<string>,
): Promise<readonly LayerwiseError[]> {
  const isWhole = targets.has('all');
  const plans = study.experiments.filter(({ name }) => isWhole || targets.has(name));
  try {
    const built = await invalidatingIfDamaged(root, () => builtExperiments(root, study));
    const shown = built.filter(({ plan }) => plans.includes(plan));
    const journal = Journal.current(root);
    const entries = journal?.entries() ?? new Map<string, JournalEntry>();
    const ids = shown.flatMap(({ plan }) => Object.values(plan.stages));
    const cached = new Set(ids.filter((id) => entries.get(id)?.status !== 'computed'));
    const faults = await writeReports(root, study, built, shown, cached);
    for (const { plan, result } of shown.filter(({ plan: { name } }) => targets.has(name))) {
      printParts(describeResult(result), journal && describeRun(plan, entries, journal.started, Date.now()));
    }
    if (isWhole) printParts(...tableOf(study, built, shown, journal));
    noteStamps(join(root, 'artifacts'));
    journal?.prune();
    return [...(await missing(root, plans, shown)), ...unexpected(shown), ...faults];
  } catch (error) {
    const known = storageError(error, join(root, 'artifacts'));
    if (known instanceof LayerwiseError) return [known];
    throw known;
  }
}

function tableOf(
  study: PlannedStudy,
  built: readonly BuiltExperiment[],
  shown: readonly BuiltExperiment[],
  journal: Journal | undefined,
): string[] {
  const entries = journal?.entries();
  const counts = new Map(
    shown.map(({ plan, result }) => [
      result.experiment,
      Object.values(plan.stages).filter((id) => entries?.get(id)?.status === 'computed').length,
    ]),
  );
  return [
    `${study.name}  ${study.title}`,
    describeStudy(
      study.name,
      shown.map(({ result }) => result),
      journal ? counts : new Map(),
    ),
    ...seedTests(built).map((line) => `  ${line}`),
    ...describeWaits((entries ?? new Map<string, JournalEntry>()).values()),
    ...(journal ? [`  time       ${duration(Date.now() - journal.started)}`] : []),
    `  report     artifacts/${study.name}/report/index.html`,
  ];
}

/** Why experiments that Nx took for built are not. */
async function missing(
  root: string,
  plans: readonly ExperimentPlan[],
  shown: readonly BuiltExperiment[],
): Promise<LayerwiseError[]> {
  const faults: LayerwiseError[] = [];
  for (const plan of plans.filter((asked) => !shown.some((experiment) => experiment.plan === asked))) {
    await invalidatingIfDamaged(root, () => openExperiment(root, plan)).catch((error: unknown) => {
      if (!(error instanceof LayerwiseError)) throw error;
      faults.push(error);
    });
  }
  return faults;
}

function unexpected(shown: readonly BuiltExperiment[]): LayerwiseError[] {
  const off = shown.flatMap(({ plan, result }) => unmet(plan, result));
  if (off.length === 0) return [];
  return [
    new LayerwiseError('EXPECTATION_UNMET', ['not as expected:', ...off].join('\n  '), {
      remedy:
        'The report is written all the same. Look at its history and warnings; if this result is intended, change `expect` in the study.',
    }),
  ];
}

function printParts(...parts: readonly (string | undefined)[]): void {
  print(`\n${parts.filter((part) => part !== undefined).join('\n')}`);
}
