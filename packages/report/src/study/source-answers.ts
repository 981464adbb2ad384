import { count, fixed, listed, percent, plural, points, words } from '../page/format.js';
import { confusedPairs } from '../analysis/confusion.js';
import { recommend, type ComparedExperiment } from './compared.js';
import {
  accuracyOf,
  confusedCells,
  countsOf,
  epochOf,
  historyOf,
  type MeasuredExperiment,
  type Part,
} from './measured.js';

/** What an answer may say something of. */
export interface Known {
  /** Those named by the answer that are built, or all; at least one. */
  readonly experiments: readonly MeasuredExperiment[];
  readonly compared: readonly ComparedExperiment[];
}

/** The images that a net's answers are judged on: those of the test, or of training where there are none. */
const judgedOn = ({ rows }: MeasuredExperiment): Part => (rows.test > 0 ? 'test' : 'train');
const gapOf = (experiment: MeasuredExperiment): number =>
  accuracyOf(experiment, ['train']) - accuracyOf(experiment, ['test']);

const ANSWERS: Readonly<Record<string, (known: Known) => string>> = {
  accuracies: ({ experiments }) => {
    const sorted = [...experiments].sort((a, b) => accuracyOf(b, ['test']) - accuracyOf(a, ['test']));
    const each = sorted.map((e) => `${e.name} ${percent(accuracyOf(e, ['test']))}`);
    return `Accuracy on test images: ${listed(each)}.`;
  },
  gaps: ({ experiments }) => {
    const sorted = [...experiments].sort((a, b) => gapOf(a) - gapOf(b));
    const each = sorted.map(
      (e) =>
        `${e.name} ${points(gapOf(e))} (${percent(accuracyOf(e, ['train']))} less ${percent(accuracyOf(e, ['test']))})`,
    );
    return `Training less test accuracy, in points: ${listed(each)}.`;
  },
  recommended: ({ experiments, compared }) => {
    const found = recommend(compared);
    const own = found
      ? words`By validation accuracy and cost ${found.chosen.name} is taken here
          (${percent(found.chosen.validation)} on validation images)`
      : 'Nothing is recommended here';
    const same = experiments.length === 1 && found?.chosen.name === experiments[0].name ? ', the same net' : '';
    return `${own}${same}. ${experiments.map(besideTraining).join(' ')}`;
  },
  variance: ({ experiments }) =>
    experiments
      .map(({ name, features, figures: { variance } }) =>
        variance === null
          ? `${name} has no components.`
          : `In ${name} ${plural(features, 'component')} keep ${percent(variance)} of the variance.`,
      )
      .join(' '),
  unpredicted: ({ experiments }) =>
    experiments
      .map((e) => {
        const { classes, counts } = countsOf(e, ['train']);
        const none = Array.from({ length: classes }, (_, c) => c).filter((c) =>
          counts.every((n, i) => i % classes !== c || n === 0),
        );
        return none.length === 0
          ? `Here ${e.name} tells some training image as each class.`
          : `Here ${e.name} tells no training image as ${listed(none)}.`;
      })
      .join(' '),
  cells: ({ experiments }) =>
    experiments
      .map((e) => {
        const cells = confusedCells(countsOf(e, ['train'])).slice(0, 3);
        const each = cells.map(({ own, told, images }) => `${own} told as ${told} (${count(images)})`);
        return `The most frequent mistakes of ${e.name} on training images: ${listed(each)}.`;
      })
      .join(' '),
  pairs: ({ experiments }) =>
    experiments
      .map((e) => {
        const part = judgedOn(e);
        const pairs = confusedPairs(countsOf(e, [part])).slice(0, 5);
        const each = pairs.map(({ a, b, ab, ba }) => `${a} and ${b} (${count(ab + ba)})`);
        return `The pairs that ${e.name} confuses most, ${part} images both ways: ${listed(each)}.`;
      })
      .join(' '),
  ranges: ({ experiments }) => experiments.map(rangesText).join(' '),
  purity: ({ experiments }) => experiments.map(purityText).join(' '),
  curves: ({ experiments }) => experiments.map(curvesText).join(' '),
  clean: ({ experiments }) =>
    experiments
      .map((e) => {
        const last = (column: string): number | undefined => historyOf(e, column).at(-1) ?? undefined;
        return last('cleanLoss') === undefined
          ? `${e.name} was not evaluated after each epoch.`
          : words`After the last epoch of ${e.name} the training loss is ${fixed(last('loss'))} as training counts it and
            ${fixed(last('cleanLoss'))} evaluated without dropout and penalty; on validation images it is
            ${fixed(last('cleanValLoss') ?? last('valLoss'))}.`;
      })
      .join(' '),
  balance: ({ experiments: [first] }) => {
    const { classes, counts } = countsOf(first, ['train', 'validation']);
    const sizes = Array.from({ length: classes }, (_, c) => ({
      c,
      rows: counts.slice(c * classes, (c + 1) * classes).reduce((sum, n) => sum + n, 0),
    })).sort((a, b) => a.rows - b.rows || a.c - b.c);
    const all = sizes.reduce((sum, { rows }) => sum + rows, 0);
    const share = ({ c, rows }: { readonly c: number; readonly rows: number }): string =>
      `the ${c}s, ${count(rows)} or ${percent(rows / all, 1)}`;
    return `Of ${plural(all, 'training image')} fewest are ${share(sizes[0])}; most are ${share(sizes[sizes.length - 1])}.`;
  },
};

function besideTraining(experiment: MeasuredExperiment): string {
  const gap = gapOf(experiment);
  const place = gap < 0 ? 'above' : 'below';
  return words`${experiment.name} reaches ${percent(accuracyOf(experiment, ['test']))} on test images,
    ${fixed(Math.abs(gap) * 100, 2)} points ${place} training.`;
}

/** How many pairs of classes overlap in the ranges of the first node of the last hidden layer. */
function rangesText({ name, figures }: MeasuredExperiment): string {
  const ranges = figures.layers.at(-1)?.byClass[0]?.filter((range) => range !== null) ?? [];
  let [pairs, apart] = [0, 0];
  ranges.forEach(([low, high], i) =>
    ranges.slice(i + 1).forEach(([otherLow, otherHigh]) => {
      pairs++;
      if (high < otherLow || otherHigh < low) apart++;
    }),
  );
  return words`In ${name} the ranges (lowest to highest) of the first node of the last hidden layer overlap in
    ${pairs - apart} of ${plural(pairs, 'pair')} of true classes.`;
}

function purityText({ name, views }: MeasuredExperiment): string {
  const known = views
    .filter(({ dimensions, purity }) => dimensions === 2 && purity)
    .sort((a, b) => (b.purity?.share ?? 0) - (a.purity?.share ?? 0));
  if (known.length === 0) return `No map of ${name} has been judged.`;
  const each = known.map(
    ({ source, method, purity }) => `${METHODS[method]} of ${sourceName(source)} ${percent(purity?.share, 1)}`,
  );
  return `Of the nearest neighbours of an image on the maps of ${name}, so many are of its own class: ${listed(each)}.`;
}

/** Ways to a map, in words. */
const METHODS = { pca: 'two principal components', tsne: 't-SNE', columns: 'two columns' } as const;

function sourceName(source: string): string {
  const [, layer] = /^hidden(\d+)$/.exec(source) ?? [];
  return layer === undefined ? source : `the activations of hidden layer ${layer}`;
}

function curvesText(e: MeasuredExperiment): string {
  const validation = historyOf(e, 'valLoss');
  const loss = historyOf(e, 'loss');
  const best = epochOf(validation, 'lowest');
  const at = (values: readonly (number | null)[], epoch: number): string => fixed(values[epoch - 1] ?? NaN);
  if (best === undefined) return `${e.name} has no validation images.`;
  return words`Validation loss of ${e.name} is lowest at epoch ${best} of ${e.epochs} (${at(validation, best)}) and
    ${at(validation, e.epochs)} at the end, where training loss is ${at(loss, e.epochs)} and validation accuracy
    ${percent(historyOf(e, 'valAccuracy').at(-1) ?? NaN)}.`;
}

/** The rules that may answer a claim. */
export const ANSWER_RULES: readonly string[] = Object.keys(ANSWERS);

/**
 * What was measured to a claim.
 * @param text `<rule> <experiment> …`, of all experiments where none is named, or `none: <reason>`
 */
export function answerClaim(
  text: string,
  experiments: readonly MeasuredExperiment[],
  compared: readonly ComparedExperiment[],
): string {
  if (text.startsWith('none:')) return `Not answered by a figure: ${text.slice('none:'.length).trim()}.`;
  const [rule, ...names] = text.split(' ');
  const chosen = names.length === 0 ? experiments : experiments.filter(({ name }) => names.includes(name));
  const missing = names.filter((name) => !experiments.some((e) => e.name === name));
  const said =
    Object.hasOwn(ANSWERS, rule) && chosen.length > 0 ? ANSWERS[rule]({ experiments: chosen, compared }) : '';
  const left = missing.length > 0 ? `${listed(missing)} ${missing.length === 1 ? 'has' : 'have'} not been run.` : '';
  return [said, left].filter(Boolean).join(' ') || `Nothing is known of the rule '${rule}'.`;
}
