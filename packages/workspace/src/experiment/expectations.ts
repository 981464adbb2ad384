import type { Score } from '@layerwise/contracts';
import type { ExperimentPlan } from '@layerwise/study';
import type { ExperimentResult } from './experiment.js';

/**
 * What is off: a line for each figure outside the interval that its study states. Fallback data is not judged:
 * the study speaks of the data set it names.
 */
export function unmet(plan: ExperimentPlan, result: ExperimentResult): readonly string[] {
  if (result.fallback) return [];
  return Object.entries(plan.expect ?? {}).flatMap(([figure, interval]) => {
    const [split, name] = figure.split('.') as ['train' | 'validation' | 'test', keyof Score];
    const [lowest, highest] = interval as readonly [number, number];
    const value = result[split][name];
    if (value >= lowest && value <= highest) return [];
    const got = Number.isFinite(value) ? value.toFixed(4) : value;
    return [`${result.experiment}: ${figure} must be in [${lowest}, ${highest}], got ${got} (expect in ${plan.file})`];
  });
}
