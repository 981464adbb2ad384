import type { Warning } from './artifact.js';
import type { Evaluation } from './schemas.js';

/** Training accuracy this far above test accuracy, as a share, is said to be overfitting: five points. */
export const OVERFIT_GAP = 0.05;
/** 99.5% of the standard normal distribution lies below: the upper end of a two-sided 99% interval. */
const Z = 2.5758;

/**
 * What a trained net's scores give away, with the numbers; for every package that takes the role `train`.
 *
 * - `NO_BETTER_THAN_CHANCE`: the test accuracy is not above the 99% interval (normal approximation of the binomial
 *   distribution) around the share of the commonest class, which is what a net that always says the same reaches.
 * - `OVERFITTED`: the training accuracy exceeds the test accuracy by more than {@link OVERFIT_GAP}.
 *
 * @param labels of the test rows, uint16[N]; without rows there is nothing to say
 * @param classes K
 */
export function sanityWarnings({ train, test }: Pick<Evaluation, 'train' | 'test'>, labels: Uint16Array, classes: number): readonly Warning[] {
  if (labels.length === 0) return [];
  const warnings: Warning[] = [];
  const { share, highest } = chance(labels, classes);
  if (test.accuracy <= highest) {
    warnings.push({
      code: 'NO_BETTER_THAN_CHANCE',
      message: `test accuracy ${percent(test.accuracy)} is no better than chance: always guessing the commonest class is right for ${percent(share)} of the ${labels.length} test rows, with luck for up to ${percent(highest)}; another seed, more nodes or another learning rate may help`,
    });
  }
  const gap = train.accuracy - test.accuracy;
  if (gap > OVERFIT_GAP) {
    warnings.push({
      code: 'OVERFITTED',
      message: `training accuracy ${percent(train.accuracy)} is ${(gap * 100).toFixed(2)} points above test accuracy ${percent(test.accuracy)}: the net is overfitted; dropout, l2, fewer nodes, earlyStop or more data may help`,
    });
  }
  return warnings;
}

/** Accuracy of guessing the commonest class, and the upper end of its 99% interval on so many rows. */
function chance(labels: Uint16Array, classes: number): { share: number; highest: number } {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const share = Math.max(...counts) / labels.length;
  return { share, highest: Math.min(1, share + Z * Math.sqrt((share * (1 - share)) / labels.length)) };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
