import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { refuseMisplaced } from '@layerwise/store/layout';
import { describeReason } from '@layerwise/store/staleness';
import type { ExplainedReason, StageExplanation } from '@layerwise/workspace/explanation/explanation';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { print } from '@layerwise/workspace/terminal';

/** `layerwise explain <study>[:<experiment>]`: which stages the next run would compute, and why; each experiment as if it were run by itself. Computes none of them. */
export async function explainCommand(address: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  refuseMisplaced(join(root, 'artifacts'));
  await refreshBuild(root);
  const [{ findExperiment, findStudy, planAll }, { Explainer }, { memoOf, tracerOf }] = await Promise.all([
    import('@layerwise/workspace/plan/selection'),
    import('@layerwise/workspace/explanation/explanation'),
    import('@layerwise/workspace/plan/code'),
  ]);
  const memo = memoOf(root);
  const workspace = await planAll(root, [address], memo);
  const plans = address.includes(':')
    ? [findExperiment(workspace, address)]
    : findStudy(workspace, address).experiments;
  const explainer = new Explainer(root, workspace.instances, tracerOf(root, memo));
  for (const plan of plans) {
    const experiment = `${plan.study}:${plan.name}`;
    const stages = await explainer.explain(plan);
    print(json ? JSON.stringify({ experiment, stages }) : describe(experiment, stages));
  }
  memo.save();
}

/** What a run does first: if a source is newer than its compiled module, the packages are compiled, so that the code judged is the code that would run. */
async function refreshBuild(root: string): Promise<void> {
  const path = createRequire(join(root, 'packages/cli/package.json')).resolve('@layerwise/nx-plugin/fresh');
  const { compileIfStale } = (await import(pathToFileURL(path).href)) as { compileIfStale: () => void };
  compileIfStale();
}

function describe(experiment: string, stages: readonly StageExplanation[]): string {
  const counts = (['runs', 'depends', 'restores', 'current'] as const).map((state) => ({
    state,
    count: stages.filter((stage) => stage.state === state).length,
  }));
  const words = { runs: 'to run', depends: 'may run', restores: 'to restore', current: 'current' };
  const summary = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${words[state]}`);
  return [`${experiment}  ${summary.join(', ')}`, ...stages.flatMap(lines)].join('\n');
}

function lines({ role, seed, state, reasons, waitsFor, unless }: StageExplanation): string[] {
  const known = unless.length > 1 ? ` to anything but one of ${unless.length} contents that were computed before` : '';
  const said = {
    current: 'current',
    restores: 'restored from an equal artifact',
    runs: 'runs',
    depends: `runs if ${waitsFor.join(' or ')} changes${known}`,
  }[state];
  return [
    `  ${(seed === undefined ? role : `${role} seed ${seed}`).padEnd(12)} ${said}`,
    ...reasons.map((reason) => `  ${''.padEnd(12)}   ${sentence(reason)}`),
  ];
}

function sentence(reason: ExplainedReason): string {
  const from = reason.from ? `, from ${reason.from}` : '';
  const through = reason.through && reason.through.length > 0 ? `, through ${reason.through.join(' > ')}` : '';
  return describeReason(reason) + from + through;
}
