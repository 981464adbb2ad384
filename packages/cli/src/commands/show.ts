import { currentOrLast, type ExperimentResult } from '@layerwise/workspace/experiment/experiment';
import { describeUnfinished, unfinishedStages } from '@layerwise/workspace/experiment/unfinished';
import { findExperiment, findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentArgument } from '../command.js';
import { describeResult } from '../summary.js';
import { print, printError } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/**
 * `layerwise show <study>:<experiment>`: the figures of a built experiment, and where stages stand whose last run did not finish;
 * never computes anything.
 */
export async function showCommand(address: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const plan = findExperiment(await planStudies(root, [address]), address);
  const unfinished = await unfinishedStages(root, plan);
  const report = (result?: ExperimentResult): void => {
    if (!result && unfinished.length === 0) return;
    const stands = unfinished.length > 0 ? describeUnfinished(unfinished, plan) : '';
    const text = [result ? describeResult(result) : address, stands].filter(Boolean).join('\n');
    print(json ? JSON.stringify({ ...(result ?? { experiment: address }), ...(stands ? { unfinished } : {}) }) : text);
  };
  try {
    report((await currentOrLast(root, plan, printError)).result);
  } catch (error) {
    report();
    throw error;
  }
}

/** `layerwise show` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('experiment', experimentArgument)
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object' })
      .example('$0 show pipeline:exp5 --json', ''),
  handler: async ({ experiment, json }) => showCommand(experiment, { json }),
});
