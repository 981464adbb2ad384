import { LayerwiseError } from '@layerwise/contracts';
import type { ExperimentPlan } from '@layerwise/study';
import { openExperiment, openLast, resultOf, type ExperimentResult } from '../experiment.js';
import { describeResult } from '../summary.js';
import { findExperiment, findRoot, planAll } from '../workspace.js';

/** `layerwise show <study>:<experiment>`: the figures of a built experiment; never computes anything. */
export async function showCommand(address: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const result = await currentOrLast(root, findExperiment(await planAll(root), address));
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${describeResult(result)}\n`);
}

/** Of the experiment as it is planned now; if that is not built, of its last run, which is said on standard error. */
async function currentOrLast(root: string, plan: ExperimentPlan): Promise<ExperimentResult> {
  try {
    return await resultOf(plan, await openExperiment(root, plan));
  } catch (error) {
    if (!(error instanceof LayerwiseError) || error.code !== 'ARTIFACT_MISSING') throw error;
    const last = await openLast(root, plan);
    process.stderr.write(`note: the last run is shown; the study or the data has changed since, or LAYERWISE_DATA_DIR is not the same. npx nx run ${plan.study}:${plan.name} brings it up to date\n`);
    return resultOf(last.plan, last.artifacts);
  }
}
