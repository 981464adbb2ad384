import type { Evaluation, Warning } from '@layerwise/contracts';

/** A training accuracy that is surely this far above test accuracy, as a share, is said to be overfitting: five points. */
const OVERFIT_GAP = 0.05;
/** A net that makes more than this share of the errors of guessing has not learned its training rows, and so not learned them too well. */
const UNLEARNED = 1 / 3;
/** 99.5% of the standard normal distribution lies below: the upper end of a two-sided 99% interval. */
const Z = 2.5758;

/**
 * What a trained net's scores give away, with the numbers; at most one warning; for every package that takes the role `train`.
 *
 * - `NO_BETTER_THAN_CHANCE`: the test accuracy is not above the 99% interval (normal approximation of the binomial
 *   distribution) around the share of the commonest class, which is what a net that always says the same reaches.
 * - `OVERFITTED`: the training accuracy lies more than `OVERFIT_GAP` above even the upper end of the 99% interval
 *   (Wilson 1927) of the test accuracy, and the net has learned its training rows: at least two thirds of the way from guessing to all right.
 *
 * @param labels of the test rows, uint16[N]; without rows there is nothing to say
 * @param classes K
 */
export function sanityWarnings(
  { train, test }: Pick<Evaluation, 'train' | 'test'>,
  labels: Uint16Array,
  classes: number,
): readonly Warning[] {
  if (labels.length === 0) return [];
  const { share, highest } = chance(labels, classes);
  const luck = upperEnd(test.accuracy, labels.length);
  const overfitted = train.accuracy - luck > OVERFIT_GAP && 1 - train.accuracy <= UNLEARNED * (1 - share);
  if (test.accuracy <= highest) {
    const why = overfitted
      ? `, though training accuracy is ${percent(train.accuracy)}: the net is overfitted, or the test rows are ` +
        'labelled otherwise or of another kind than the training rows'
      : '; another seed, more nodes or another learning rate may help';
    return [
      {
        code: 'NO_BETTER_THAN_CHANCE',
        message:
          `test accuracy ${percent(test.accuracy)} is no better than chance: always guessing the commonest class is ` +
          `right for ${percent(share)} of the ${labels.length} test rows, with luck for up to ${percent(highest)}${why}`,
      },
    ];
  }
  if (!overfitted) return [];
  return [
    {
      code: 'OVERFITTED',
      message:
        `training accuracy ${percent(train.accuracy)} is ${((train.accuracy - test.accuracy) * 100).toFixed(2)} ` +
        `points above test accuracy ${percent(test.accuracy)} (with luck ${percent(luck)} on ${labels.length} ` +
        'rows): the net is overfitted; dropout, l2, fewer nodes, earlyStop or more data may help',
    },
  ];
}

/** Upper end of Wilson's two-sided 99% interval of a share that was measured on `rows` rows. */
function upperEnd(share: number, rows: number): number {
  const z2 = (Z * Z) / rows;
  return (share + z2 / 2 + Math.sqrt(z2 * (share * (1 - share) + z2 / 4))) / (1 + z2);
}

/** Accuracy of guessing the commonest class, and the upper end of its 99% interval on so many rows. */
function chance(labels: Uint16Array, classes: number): { share: number; highest: number } {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = counts[label] + 1;
  const share = Math.max(...counts) / labels.length;
  return { share, highest: Math.min(1, share + Z * Math.sqrt((share * (1 - share)) / labels.length)) };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
