import type { Split } from '../data/experiment.js';
import { ints, reals } from '../figures/columns.js';
import { draw, type Drawing } from '../figures/vega.js';
import { count, percent, plural, points, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { table } from '../page/table.js';
import { wilson } from '../study/interval.js';
import { figureBlock, row } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** Whether the probabilities of the answers are right, and what a limit of probability would leave to be looked at. */
export const trustChapter: Chapter = {
  id: 'trust',
  order: 650,
  title: 'How far its probabilities can be trusted',
  make: trustSection,
};

const BINS = 10;
/** Limits of probability above which an answer is taken. */
const LIMITS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999] as const;
/** The limit that the lead names. */
const NAMED = 0.99;

/** Answers, as what the net said of them and whether they were right. */
interface Answers {
  /** Probability of the predicted class, of each row. */
  readonly said: readonly number[];
  readonly right: readonly boolean[];
}

/** The answers whose probability lies within a tenth. */
interface Bin {
  readonly rows: number;
  /** Mean of their probabilities. */
  readonly said: number;
  /** Share of them that are right. */
  readonly right: number;
}

async function trustSection({ experiment: { test }, names, shelf, hands }: Context): Promise<Section | undefined> {
  if (test.rows === 0) return undefined;
  const answers = answersOf(test, names.length);
  const bins = binsOf(answers);
  const lead = leadOf(answers, bins);
  const figure = shelf.add(
    await draw(reliability(bins, `Probabilities of the answers against the share right. ${lead}`), hands),
  );
  const caption = words`Answers in ${BINS} bins of equal width by their probability, each at its mean; larger where there are more
    images. Bar: 95% interval of the share that is right. On the dashed line the probabilities are true.`;
  return { lead, body: row(figureBlock(figure, caption), limitTable(answers)) };
}

function answersOf({ rows, label, predicted, probabilities }: Split, classes: number): Answers {
  const all = Array.from({ length: rows }, (_, i) => i);
  return {
    said: all.map((i) => probabilities[i * classes + predicted[i]]),
    right: all.map((i) => predicted[i] === label[i]),
  };
}

/** Bins that have answers, ascending. */
function binsOf({ said, right }: Answers): Bin[] {
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, said: 0, right: 0 }));
  said.forEach((value, i) => {
    const sum = sums[Math.min(BINS - 1, Math.floor(value * BINS))];
    sum.rows++;
    sum.said += value;
    sum.right += right[i] ? 1 : 0;
  });
  return sums
    .filter(({ rows }) => rows > 0)
    .map((sum) => ({ rows: sum.rows, said: sum.said / sum.rows, right: sum.right / sum.rows }));
}

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015): the mean over all answers of how far the share right in their
 * bin lies from the mean probability; and what chance alone gives of it to a net whose probabilities are true, mean and standard
 * deviation, each bin's deviation taken as normal with the variance of a binomial share.
 */
function calibration(bins: readonly Bin[]): { error: number; chance: number; deviation: number } {
  const all = bins.reduce((sum, { rows }) => sum + rows, 0);
  let [error, chance, variance] = [0, 0, 0];
  for (const { rows, said, right } of bins) {
    const [weight, spread] = [rows / all, (said * (1 - said)) / rows];
    error += weight * Math.abs(right - said);
    chance += weight * Math.sqrt((2 / Math.PI) * spread);
    variance += weight ** 2 * (1 - 2 / Math.PI) * spread;
  }
  return { error, chance, deviation: Math.sqrt(variance) };
}

function leadOf(answers: Answers, bins: readonly Bin[]): string {
  const { error, chance, deviation } = calibration(bins);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const surplus = mean(answers.said) - mean(answers.right.map(Number));
  const unsigned = (share: number): string => points(share).replace('+', '');
  const byChance = `${unsigned(chance)} ± ${unsigned(deviation)}`;
  const isOff = error > chance + 2 * deviation;
  const which = surplus > 0 ? 'too sure' : 'not sure enough';
  const verdict = isOff
    ? words`The net is ${which}: its probabilities are off by ${unsigned(error)} points on average, where chance would explain
      ${byChance}`
    : words`The net's probabilities are off by ${unsigned(error)} points on average, which chance explains (${byChance} if
      all were true)`;
  const taken = above(answers, NAMED);
  const wrong = answers.right.filter((isRight) => !isRight).length;
  if (taken.rows === 0) return `${verdict}; no answer has a probability of ${percent(NAMED, 0)} or more.`;
  return words`${verdict}; of ${plural(taken.rows, 'answer')} with a probability of ${percent(NAMED, 0)} or more
    ${percent(1 - taken.wrong / taken.rows)} are right, and in the other ${percent(1 - taken.rows / answers.said.length, 1)}
    lie ${count(wrong - taken.wrong)} of the ${plural(wrong, 'mistake')}.`;
}

/** Answers whose probability is at least a limit, and how many of them are wrong. */
function above({ said, right }: Answers, limit: number): { readonly rows: number; readonly wrong: number } {
  const taken = right.filter((_, i) => said[i] >= limit);
  return { rows: taken.length, wrong: taken.filter((isRight) => !isRight).length };
}

function limitTable(answers: Answers): Markup {
  const rows = LIMITS.map((limit) => {
    const { rows: taken, wrong } = above(answers, limit);
    const interval = wilson(wrong / taken, taken);
    return [
      percent(limit, Number.isInteger(Math.round(limit * 1e4) / 100) ? 0 : 1),
      count(taken),
      percent(taken / answers.said.length, 1),
      count(wrong),
      taken === 0 ? '–' : percent(wrong / taken),
      interval ? `${percent(interval.low)} to ${percent(interval.high)}` : '–',
    ];
  });
  const head = ['answers from', 'taken', 'share of all', 'of them wrong', 'error', '95% interval'];
  return html`<div><h3>With a limit of probability</h3>${table(CAPTION, head, rows, 'limits')}</div>`;
}

const CAPTION =
  'Test images whose answer is taken where its probability reaches a limit; the others are left to be looked at';

function reliability(bins: readonly Bin[], alt: string): Drawing {
  const ends = bins.map(({ rows, right }) => wilson(right, rows));
  const data = {
    images: ints(bins.map(({ rows }) => rows)),
    probability: reals(bins.map(({ said }) => said)),
    right: reals(bins.map(({ right }) => right)),
    low: reals(ends.map((interval) => interval?.low ?? NaN)),
    high: reals(ends.map((interval) => interval?.high ?? NaN)),
  };
  const axis = { format: '.0%', tickCount: 5 };
  const scale = { domain: [0, 1] };
  const x = { field: 'probability', type: 'quantitative', title: 'mean probability of the answers', axis, scale };
  const y = (field: string): object => ({ field, type: 'quantitative', title: 'share that is right', axis, scale });
  const size = { field: 'images', type: 'quantitative', legend: null, scale: { type: 'sqrt', range: [20, 220] } };
  const diagonal = [
    { at: 0, to: 0 },
    { at: 1, to: 1 },
  ];
  const layer = [
    {
      data: { values: diagonal },
      mark: { type: 'line', strokeDash: [3, 3], color: 'currentColor', opacity: 0.5, strokeWidth: 1 },
      encoding: { x: { field: 'at', type: 'quantitative' }, y: { field: 'to', type: 'quantitative' } },
    },
    { mark: { type: 'rule', color: 'currentColor' }, encoding: { x, y: y('low'), y2: { field: 'high' } } },
    {
      mark: { type: 'point', filled: true, opacity: 1, color: '#3f90da' },
      encoding: { x, y: y('right'), size },
    },
  ];
  return {
    name: 'reliability',
    alt,
    data,
    spec: { title: { text: 'Probability against truth' }, width: 300, height: 300, layer },
  };
}
