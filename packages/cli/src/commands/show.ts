import { currentOrLast } from '../experiment.js';
import { describeResult } from '../summary.js';
import { findExperiment, findRoot, planAll } from '../workspace.js';

/** `layerwise show <study>:<experiment>`: the figures of a built experiment; never computes anything. */
export async function showCommand(address: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const { result } = await currentOrLast(root, findExperiment(await planAll(root), address));
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${describeResult(result)}\n`);
}
