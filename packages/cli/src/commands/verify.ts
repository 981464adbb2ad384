import { Explainer } from '@layerwise/workspace/explanation/explanation';
import { fileCacheOf, tracerOf } from '@layerwise/workspace/plan/code';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { presentResult } from '@layerwise/workspace/results/present';
import { readResults, resultsPath, type ResultRecord } from '@layerwise/workspace/results/results-file';
import { resultChange, type ResultChange } from '@layerwise/workspace/results/verification';
import { defineCommand } from '../command.js';
import { changeLines } from '../result-lines.js';
import { askedOf, nothing, type Asked } from '../studies-asked.js';
import { print } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/** What there is to say of a recorded experiment. */
type Verified = { readonly experiment: string } & ({ readonly missing: string } | ResultChange);

/**
 * `layerwise verify [<study>[:<experiment>]]`: compares what is built here with the results that `layerwise lock` recorded, bit by bit and figure
 * by figure. Computes nothing. The exit code is 1 if a figure differs, or an experiment is not built as it is planned now.
 * @throws LayerwiseError ARTIFACT_MISSING if nothing is recorded, ARTIFACT_CORRUPT
 */
export async function verifyCommand(address: string | undefined, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const fileCache = fileCacheOf(root);
  const workspace = await planStudies(root, address === undefined ? [] : [address], fileCache);
  const explainer = new Explainer(root, workspace.instances, tracerOf(root, fileCache));
  const found: Verified[] = [];
  for (const asked of askedOf(workspace, address)) found.push(...(await verifyStudy(root, asked, explainer, address)));
  fileCache.save();
  if (found.length === 0)
    throw nothing(
      `results must be recorded before they can be verified, but none of ${address ?? 'any study'} are`,
      `layerwise lock ${address ?? ''}`.trim(),
    );
  print(json ? JSON.stringify({ experiments: found }) : found.flatMap(lines).join('\n'));
  if (found.some((one) => 'missing' in one || one.figures.length > 0)) process.exitCode = 1;
}

async function verifyStudy(
  root: string,
  { study, experiments }: Asked,
  explainer: Explainer,
  address: string | undefined,
): Promise<Verified[]> {
  const recorded: Readonly<Record<string, ResultRecord>> = readResults(root, study.name)?.experiments ?? {};
  const gone = Object.keys(recorded).filter((name) => study.experiments.every((plan) => plan.name !== name));
  const found: Verified[] = address?.includes(':')
    ? []
    : gone.map((name) => ({
        experiment: `${study.name}:${name}`,
        missing: `it stands in ${resultsPath(study.name)}, but no longer in the study`,
      }));
  for (const plan of experiments) {
    const record = recorded[plan.name];
    if (!record) continue;
    const present = await presentResult(root, plan, explainer);
    const change = 'missing' in present ? present : resultChange(record, present.result);
    found.push({ experiment: `${study.name}:${plan.name}`, ...change });
  }
  return found;
}

function lines(one: Verified): string[] {
  if (!('missing' in one)) return changeLines(one.experiment, one);
  return [`${one.experiment.padEnd(20)}  not verified: ${one.missing}`];
}

/** `layerwise verify` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', {
        type: 'string',
        describe: 'A study or experiment; all that are recorded if left out',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
      .example('$0 verify pipeline:exp5', ''),
  handler: async ({ experiment, json }) => verifyCommand(experiment, { json }),
});
