import { join } from 'node:path';
import { noteLooks } from '@layerwise/store';
import { openExperiment, resultOf } from '../experiment.js';
import { Journal } from '../journal.js';
import { publishExperiment } from '../publish.js';
import { describeResult, describeRun } from '../summary.js';
import { findExperiment, findRoot, findStudy, planAll } from '../workspace.js';

/** `layerwise result <study>[:<experiment>]`, the last target of a run: lays the experiment's folder and says how it went. */
export async function resultCommand(address: string): Promise<void> {
  const root = findRoot();
  const workspace = await planAll(root);
  const plans = address.includes(':') ? [findExperiment(workspace, address)] : findStudy(workspace, address).experiments;
  const journal = Journal.current(root);
  for (const plan of plans) {
    const artifacts = await openExperiment(root, plan);
    const result = await resultOf(plan, artifacts);
    await publishExperiment(root, plan, artifacts, { times: '', comparison: '' });
    const run = journal ? `\n${describeRun(plan, journal.entries(), journal.started, Date.now())}` : '';
    process.stdout.write(`\n${describeResult(result)}${run}\n`);
  }
  noteLooks(join(root, 'artifacts'));
  journal?.prune();
}
