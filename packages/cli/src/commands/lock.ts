import { join } from 'node:path';
import { Explainer } from '@layerwise/workspace/explanation/explanation';
import { fileCacheOf, tracerOf } from '@layerwise/workspace/plan/code';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { updateFile } from '@layerwise/workspace/publication/publish';
import { presentResult } from '@layerwise/workspace/results/present';
import { readResults, resultsPath, resultsText, type ResultRecord } from '@layerwise/workspace/results/results-file';
import { defineCommand } from '../command.js';
import { askedOf, nothing, type Asked } from '../studies-asked.js';
import { print, printError } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/**
 * `layerwise lock [<study>[:<experiment>]]`: writes what the experiments gave into `results.json` beside each study, for git to keep. Of what is
 * not built as it is planned now, the file says what it said before. Computes nothing.
 * @throws LayerwiseError ARTIFACT_MISSING if none is built
 */
export async function lockCommand(address: string | undefined): Promise<void> {
  const root = findRoot();
  const fileCache = fileCacheOf(root);
  const workspace = await planStudies(root, address === undefined ? [] : [address], fileCache);
  const explainer = new Explainer(root, workspace.instances, tracerOf(root, fileCache));
  let written = 0;
  for (const asked of askedOf(workspace, address)) written += await lockStudy(root, asked, explainer);
  fileCache.save();
  if (written === 0)
    throw nothing(
      `an experiment must be built before its results can be kept, but none of ${address ?? 'any study'} is as it is planned now`,
      `npx nx run ${address?.includes(':') ? address : `${address ?? '<study>'}:all`}`,
    );
}

/** @returns how many experiments were recorded */
async function lockStudy(root: string, { study, experiments }: Asked, explainer: Explainer): Promise<number> {
  const before = readResults(root, study.name)?.experiments ?? {};
  const now = new Map<string, ResultRecord>();
  for (const plan of experiments) {
    const present = await presentResult(root, plan, explainer);
    if ('result' in present) now.set(plan.name, present.result);
    else printError(`note: ${study.name}:${plan.name} is not recorded: ${present.missing}`);
  }
  if (now.size === 0) return 0;
  const kept = study.experiments.flatMap(({ name }) => {
    const record = now.get(name) ?? before[name];
    return record ? [[name, record] as const] : [];
  });
  const path = resultsPath(study.name);
  await updateFile(
    join(root, path),
    resultsText({ schema: 1, study: study.name, experiments: Object.fromEntries(kept) }),
  );
  print(`${path}: ${[...now.keys()].join(', ')}`);
  return now.size;
}

/** `layerwise lock` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', { type: 'string', describe: 'A study or experiment; all that are built if left out' })
      .example('$0 lock pipeline', ''),
  handler: async ({ experiment }) => lockCommand(experiment),
});
