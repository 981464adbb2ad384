import { dirname, relative } from 'node:path';
import { LayerwiseError, type DatasetInfo } from '@layerwise/contracts';
import {
  renderComparison,
  renderSeeds,
  renderSourceEpochs,
  renderStudy,
  renderTimes,
  renderUnmet,
  type ComparedExperiment,
  type SourceFigures,
} from '@layerwise/report';
import { describeTests, differenceOf, referenceOf, seedRange } from '../comparison/difference.js';
import { unmet } from '../experiment/expectations.js';
import { allInOrder, openBuilt, reportPath, type BuiltExperiment } from '../experiment/experiment.js';
import type { PlannedStudy } from '../plan/selection.js';
import { publishExperiment, publishPage } from './publish.js';
import { readSources, sourceFigures } from './sources.js';

/** The experiments of a study that are built. */
export async function builtExperiments(root: string, study: PlannedStudy): Promise<readonly BuiltExperiment[]> {
  const opened = await allInOrder(
    study.experiments.map(async (plan) => {
      try {
        return [await openBuilt(root, plan)];
      } catch (error) {
        if (!(error instanceof LayerwiseError) || error.code !== 'ARTIFACT_MISSING') throw error;
        return [];
      }
    }),
  );
  return opened.flat();
}

/**
 * Writes the folders and reports of the given experiments, each beside the others of its study that are built, and the study's own page.
 * @param cached ids of stages that were not computed in this run
 * @returns what is wrong with the figures of the study's source: the pages are then written without them
 */
export async function writeReports(
  root: string,
  study: PlannedStudy,
  built: readonly BuiltExperiment[],
  shown: readonly BuiltExperiment[],
  cached: ReadonlySet<string>,
): Promise<readonly LayerwiseError[]> {
  const { sources, faults } = await sourcesOf(root, study, built);
  const page = `artifacts/${study.name}/report/index.html`;
  for (const experiment of shown) {
    const { plan, artifacts, result } = experiment;
    const beside = built.map((other) => compared(other, reportPath(plan), other === experiment));
    const times = renderTimes(
      Object.entries(plan.stages).map(([role, id]) => ({
        stage: role,
        seconds: result.seconds[role] ?? 0,
        peakMemoryMB: result.peakMemoryMB[role] ?? 0,
        cached: cached.has(id),
      })),
    );
    await publishExperiment(root, plan, artifacts, {
      times,
      comparison: renderComparison(beside, `${relative(dirname(reportPath(plan)), dirname(page))}/figures`),
      sources: sourceEpochs(plan.name, sources),
      seeds: renderUnmet(unmet(plan, result)) + renderSeeds(compared(experiment, reportPath(plan), true)),
    });
  }
  const dataset = built[0] && (await built[0].artifacts.ingest?.json<DatasetInfo>('dataset'));
  const warnings = [
    ...faults.map(({ message, where }) => `${message} (${where}); the page lacks what the source prints`),
    ...new Set(
      built.flatMap(({ plan, result }) => [
        ...unmet(plan, result),
        ...result.warnings.map((warning) => `${plan.name}: ${warning}`),
      ]),
    ),
  ];
  const experiments = built.map((experiment) => compared(experiment, page, false));
  const tests = seedTests(built);
  const text = renderStudy({ study: study.name, title: study.title, dataset, experiments, warnings, tests, sources });
  await publishPage(root, page, text, experiments);
  return faults;
}

function sourceEpochs(name: string, sources: SourceFigures | undefined): string {
  const measured = sources?.experiments.find((experiment) => experiment.name === name);
  return sources && measured ? renderSourceEpochs(measured, sources.rows) : '';
}

/** What the source of a study prints; without its file, or with a fault in it, nothing. */
async function sourcesOf(
  root: string,
  study: PlannedStudy,
  built: readonly BuiltExperiment[],
): Promise<{ readonly sources?: SourceFigures; readonly faults: readonly LayerwiseError[] }> {
  try {
    const rows = readSources(root, study);
    return { ...(rows ? { sources: await sourceFigures(rows, built) } : {}), faults: [] };
  } catch (error) {
    if (!(error instanceof LayerwiseError) || error.code !== 'STUDY_INVALID') throw error;
    return { faults: [error] };
  }
}

/** Tests over the seeds that experiments have in common, in words: of those that were trained from several, against the best of them on validation data. */
export function seedTests(built: readonly BuiltExperiment[]): readonly string[] {
  const repeated = built.filter(({ result }) => result.seeds.count > 1);
  const reference = referenceOf(repeated);
  return repeated.flatMap((other) =>
    reference && other !== reference ? describeTests(differenceOf(reference.result, other.result)) : [],
  );
}

/**
 * An experiment as a row of a page's table.
 * @param from path of the page, relative to the workspace
 * @param current whether the page is the experiment's own
 */
export function compared({ plan, result }: BuiltExperiment, from: string, current: boolean): ComparedExperiment {
  const { features, hidden, classes, params, train, validation, test, bestEpoch, epochs, seconds, seeds, comparison } =
    result;
  return {
    name: plan.name,
    dataset: plan.stages.ingest,
    net: [features, ...hidden, classes].join('-'),
    inputs: `${features} ${result.inputs}`,
    params,
    train: train.accuracy,
    validation: validation.accuracy,
    test: test.accuracy,
    published: plan.published?.test?.accuracy,
    bestEpoch,
    epochs,
    seconds: seconds.train,
    info: comparison ?? undefined,
    seed: seeds.runs[0]?.seed,
    href: relative(dirname(from), reportPath(plan)),
    current,
    ...(seeds.count > 1
      ? {
          seeds: {
            count: seeds.count,
            range: seedRange(seeds.runs.map(({ seed }) => seed)),
            accuracy: { train: seeds.train, validation: seeds.validation, test: seeds.test },
            loss: seeds.loss,
            runs: seeds.runs.map(({ seed, ...run }) => ({
              seed,
              validation: run.validation.accuracy,
              test: run.test.accuracy,
            })),
          },
        }
      : {}),
  };
}
