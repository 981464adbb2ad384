import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LayerwiseError, sha256 } from '@layerwise/contracts';
import { renderStudy, type ComparedExperiment } from '@layerwise/report';
import {
  describeTests,
  differenceOf,
  referenceOf,
  rowDifference,
  sameValidation,
  type Difference,
} from '@layerwise/workspace/comparison/difference';
import { currentOrLast, reportPath, type BuiltExperiment } from '@layerwise/workspace/experiment/experiment';
import { findExperiment, findRoot } from '@layerwise/workspace/plan/selection';
import { publishPage } from '@layerwise/workspace/publication/publish';
import { compared } from '@layerwise/workspace/publication/reports';
import { defineCommand } from '../command.js';
import { compareCommits, describeCommits } from '../commit.js';
import { describeStudy } from '../summary.js';
import { print, printError } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/**
 * `layerwise compare <study>:<experiment> …`: built experiments of any studies in one table, their differences tested; the same as a page.
 * Computes none of them.
 */
export async function compareCommand(
  addresses: readonly string[],
  { json }: { readonly json: boolean },
): Promise<void> {
  const names = [...new Set(addresses)];
  const [only = ''] = names;
  if (names.length === 1 && !only.includes(':')) return compareWithCommit(only, { json });
  if (names.length < 2)
    throw new LayerwiseError('USAGE', `compare needs at least two different experiments, got ${names.join(', ')}`, {
      remedy: 'For example: layerwise compare pipeline:exp3 pipeline:exp4',
    });
  const root = findRoot();
  const workspace = await planStudies(root, names);
  const plans = names.map((name) => findExperiment(workspace, name));
  const built: BuiltExperiment[] = [];
  for (const plan of plans) built.push(await currentOrLast(root, plan, printError));
  const differences = await differencesOf(built);
  const warnings = [...cautions(built, differences), ...(await otherValidation(built))];
  const page = `artifacts/compare/${folderName(names)}/index.html`;
  const experiments = rowsOf(root, page, built);
  await publishPage(root, page, render(experiments, differences, warnings), experiments);
  const results = built.map(({ result }) => result);
  if (json) print(JSON.stringify({ experiments: results, differences, warnings, report: page }));
  else
    print(
      [
        describeStudy('', results, new Map()),
        ...differences.flatMap(describeTests).map((line) => `  ${line}`),
        ...warnings.map((line) => `  warning    ${line}`),
        `  report     ${page}`,
      ].join('\n'),
    );
}

/** `layerwise compare <commit>`: recorded results, those of now with those at the commit. */
async function compareWithCommit(range: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const { studies } = await planStudies(root);
  const found = compareCommits(
    root,
    range,
    studies.map(({ name }) => name),
  );
  print(json ? JSON.stringify({ experiments: found }) : describeCommits(found));
}

/** Every other experiment against the one that is best on validation data. */
async function differencesOf(built: readonly BuiltExperiment[]): Promise<readonly Difference[]> {
  const reference = referenceOf(built) as BuiltExperiment;
  const others = built.filter((experiment) => experiment !== reference);
  return Promise.all(
    others.map(async (other) =>
      differenceOf(reference.result, other.result, await rowDifference(reference.artifacts, other.artifacts)),
    ),
  );
}

/** What makes the figures less comparable than a table looks. */
function cautions(built: readonly BuiltExperiment[], differences: readonly Difference[]): readonly string[] {
  const otherImages = differences
    .filter(({ rows }) => rows === null)
    .map(
      ({ reference, other }) =>
        `${other} and ${reference} were not tested on the same images: their accuracies cannot be compared row by row`,
    );
  const fallbacks = built
    .filter(({ result }) => result.fallback)
    .map(
      ({ result }) =>
        `${result.experiment}: its figures are of '${result.dataset}', which took the place of the data set of its study`,
    );
  return [
    ...fallbacks,
    ...otherImages,
    ...built.flatMap(({ result }) => result.warnings.map((warning) => `${result.experiment}: ${warning}`)),
  ];
}

/**
 * Experiments whose validation images are not those of the one that is best on its own: their validation accuracies, and so the
 * recommendation, compare less than they seem to.
 */
async function otherValidation(built: readonly BuiltExperiment[]): Promise<readonly string[]> {
  const reference = referenceOf(built) as BuiltExperiment;
  const others: string[] = [];
  for (const experiment of built)
    if (experiment !== reference && !(await sameValidation(reference.artifacts, experiment.artifacts)))
      others.push(experiment.result.experiment);
  return others.length === 0
    ? []
    : [
        `${others.join(', ')}: not validated on the same images as ${reference.result.experiment}, so small ` +
          'differences of validation accuracy, by which the recommendation goes, say little',
      ];
}

function rowsOf(root: string, page: string, built: readonly BuiltExperiment[]): ComparedExperiment[] {
  return built.map((experiment) => {
    const row = compared(experiment, page, false);
    const { result, plan } = experiment;
    return { ...row, name: result.experiment, href: existsSync(join(root, reportPath(plan))) ? row.href : undefined };
  });
}

function render(
  experiments: readonly ComparedExperiment[],
  differences: readonly Difference[],
  warnings: readonly string[],
): string {
  const names = experiments.map(({ name }) => name);
  return renderStudy({
    study: 'comparison',
    kind: 'comparison',
    title: names.join(', '),
    experiments,
    warnings,
    tests: differences.flatMap(describeTests),
  });
}

/** `pipeline.exp3+a1.exp0`; a digest where that is longer than file systems allow. */
function folderName(names: readonly string[]): string {
  const name = names.map((address) => address.replace(':', '.')).join('+');
  return name.length <= 200 ? name : `${name.slice(0, 180)}+${sha256(name).slice(0, 12)}`;
}

/** `layerwise compare` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiments', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Two or more, as <study>:<experiment>; or a commit, or two as <one>..<other>',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
      .example('$0 compare pipeline:exp3 a1:exp0', '')
      .example('$0 compare HEAD~1', ''),
  handler: async ({ experiments, json }) => compareCommand(experiments, { json }),
});
