import { describeReason } from '@layerwise/store/staleness';
import type { ExperimentPlan } from '@layerwise/study';
import { openBuilt, openRepeats } from '../experiment/experiment.js';
import type { Explainer, StageExplanation } from '../explanation/explanation.js';
import { recordOf, type ResultRecord } from './results-file.js';

/** The result of an experiment as it is built, or why it is not up to date. */
export type Present = { readonly result: ResultRecord } | { readonly missing: string };

/**
 * What a run of the experiment has given, where a run now would compute nothing; every file of its artifacts is read and compared with its hash.
 * @throws LayerwiseError ARTIFACT_CORRUPT
 */
export async function presentResult(root: string, plan: ExperimentPlan, explainer: Explainer): Promise<Present> {
  const stale = (await explainer.explain(plan)).find(({ state }) => state !== 'current');
  if (stale) return { missing: describeStale(stale) };
  const built = await openBuilt(root, plan);
  const repeats = (await openRepeats(root, plan, built.artifacts)).slice(1);
  for (const artifact of [...Object.values(built.artifacts), ...repeats.map((one) => one.artifact)])
    await artifact.verify();
  return { result: recordOf(built, repeats) };
}

function describeStale({ role, seed, state, reasons }: StageExplanation): string {
  const stage = seed === undefined ? role : `${role} seed ${seed}`;
  if (state === 'restores') return `${stage} is to be restored`;
  const [first] = reasons;
  return `${stage} is not up to date${first ? `: ${describeReason(first)}` : ''}`;
}
