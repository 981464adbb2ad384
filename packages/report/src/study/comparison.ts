import { count, fixed, listed, percent, plural, points, words } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { chapter } from '../page/page.js';
import { accuracyPlot } from './accuracy-plot.js';
import {
  areComparable,
  intervalOf,
  judged,
  measured,
  recommend,
  standardError,
  type ComparedExperiment,
  type Recommendation,
} from './compared.js';
import { seedLead, seedTable, spreadText } from './seeds.js';
import { seconds } from './times.js';

/**
 * The chapter that stands in place of `<!--layerwise:comparison-->`: table, recommendation, plot. Nothing with fewer
 * than two experiments, unless the one has several seeds.
 * @param files folder of the plot's files, relative to the page
 */
export function renderComparison(given: readonly ComparedExperiment[], files: string): string {
  const experiments = measured(given);
  const [first] = experiments;
  if (experiments.length < 2)
    return first?.seeds
      ? chapter('comparison', 'Over several seeds', html`${seedLead(first.seeds)}.`, comparisonTable(experiments)).text
      : '';
  const body = html`${comparisonTable(experiments)}${recommendationText(experiments)}${accuracyPlot(experiments, files)}`;
  return chapter('comparison', 'Beside the other experiments', comparisonLead(experiments), body).text;
}

/** A few sentences on the spread of the experiments, and on which overfits least. */
export function comparisonLead(experiments: readonly ComparedExperiment[]): string {
  const sorted = experiments.filter(({ test }) => Number.isFinite(test)).sort((a, b) => b.test - a.test);
  const [best, worst] = [sorted[0], sorted[sorted.length - 1]];
  if (!best || !worst)
    return experiments.length === 1
      ? 'There are no test images.'
      : `None of ${plural(experiments.length, 'experiment')} has test images.`;
  if (experiments.length === 1) return `${best.name} reaches ${percent(best.test)} test accuracy${intervalText(best)}.`;
  const here = experiments.find((experiment) => experiment.current);
  const place =
    here && sorted.includes(here)
      ? ` ${here.name} is ${sorted.indexOf(here) === 0 ? 'the best' : `number ${sorted.indexOf(here) + 1}`} of ${sorted.length}.`
      : '';
  return words`Test accuracy of ${plural(sorted.length, 'experiment')} goes from ${percent(worst.test)}
    (${worst.name}) to ${percent(best.test)} (${best.name}).${gapText(sorted)}${place}`;
}

/** `, 95% interval 97.34% to 97.94%`; nothing where it is not known. */
export function intervalText(experiment: ComparedExperiment): string {
  const interval = intervalOf(experiment);
  return interval ? `, 95% interval ${percent(interval.low)} to ${percent(interval.high)} by the number of images` : '';
}

/** Training minus test accuracy, as a share. */
const gap = ({ train, test }: ComparedExperiment): number => train - test;

/**
 * Which experiments overfit least, by their gap; those within one standard error of the smallest together. A net that fits the
 * training images less well than another one does new images underfits: its small gap is no merit.
 */
function gapText(sorted: readonly ComparedExperiment[]): string {
  if (!areComparable(sorted)) return '';
  const best = sorted[0];
  const poor = sorted.filter(({ train }) => train < best.test);
  const [least, ...others] = sorted
    .filter((e) => !poor.includes(e) && Number.isFinite(gap(e)))
    .sort((a, b) => gap(a) - gap(b));
  if (!least || sorted.length < 2) return '';
  const alike = [least, ...others.filter((e) => gap(e) <= gap(least) + (standardError(least, 'test') || 0))];
  const named = listed(alike.map((e) => `${e.name} (gap ${points(gap(e))} points)`));
  const said = ` ${named} ${alike.length === 1 ? 'overfits least' : 'overfit least, alike within one standard error'}`;
  const underfit =
    poor.length === 0
      ? ''
      : words`; ${listed(poor.map(({ name }) => name))} ${poor.length === 1 ? 'underfits' : 'underfit'}: less
        accurate on training images than ${best.name} is on test images`;
  return `${said}${underfit}.`;
}

/** Title of a column and what stands in it. */
type Column = readonly [string, (experiment: ComparedExperiment) => Content];

/**
 * The table of experiments; at narrow width each row becomes a block. Where some were trained from several seeds, a
 * second table of the spread; and a word on those of a single seed.
 */
export function comparisonTable(experiments: readonly ComparedExperiment[]): Markup {
  return html`${experimentTable(experiments)}${seedNote(experiments)}${seedTable(experiments)}`;
}

function experimentTable(experiments: readonly ComparedExperiment[]): Markup {
  const timed = experiments.some((experiment) => experiment.seconds !== undefined);
  const published = experiments.some((experiment) => experiment.published !== undefined);
  const priced = experiments.some(({ info }) => info?.cost);
  const columns: readonly Column[] = [
    ['net', (e) => html`${e.net}`],
    ['inputs', (e) => e.inputs],
    ['parameters', (e) => html`${count(e.params)}${projection(e)}`],
    ...(priced ? [['multiply-adds', (e: ComparedExperiment) => count(e.info?.cost?.multiplyAdds)] as const] : []),
    ['training', (e) => accuracy(e, 'train')],
    ['validation', (e) => accuracy(e, 'validation')],
    [
      'test',
      (e) =>
        html`<b>${e.seeds?.accuracy.test ? `${spreadText(e.seeds.accuracy.test, 'accuracy')}%` : percent(e.test)}</b>${uncertainty(e)}`,
    ],
    ...(published ? [['published', (e: ComparedExperiment) => percent(e.published)] as const] : []),
    ['gap, points', (e) => points(gap(e))],
    ['epoch kept', (e) => `${e.bestEpoch} of ${e.epochs}`],
    ...(timed
      ? [['training time', (e: ComparedExperiment) => (e.seconds === undefined ? '–' : seconds(e.seconds))] as const]
      : []),
    ['seeds', (e) => count(e.seeds?.count ?? 1)],
  ];
  const name = (e: ComparedExperiment): Content =>
    e.href && !e.current ? html`<a href="${e.href}">${e.name}</a>` : e.name;
  return html`<table class="compare stack"><caption>${captionOf(experiments)}</caption>
    <thead><tr><th scope="col">experiment</th>${columns.map(([title]) => html`<th scope="col">${title}</th>`)}</tr>
    </thead><tbody>${experiments.map(
      (e) =>
        html`<tr class="${e.current ? 'here' : ''}"><th scope="row">${name(e)}</th>
    ${columns.map(([title, cell]) => html`<td data-name="${title}">${cell(e)}</td>`)}</tr>`,
    )}</tbody></table>`;
}

function captionOf(experiments: readonly ComparedExperiment[]): string {
  const parts = ['Accuracy on the three splits; gap: training minus test accuracy'];
  if (experiments.some(({ info }) => info?.cost))
    parts.push(
      'Multiply-adds: for one image, with the projection on components where there is one, whose numbers stand under the parameters',
    );
  if (experiments.some((e) => intervalOf(e)))
    parts.push('Under the test accuracy of one seed its 95% interval by the number of images');
  if (experiments.some(({ seeds }) => seeds))
    parts.push(
      'Of several seeds: mean ± standard deviation, of the test below them the range; epoch and time are of the first',
    );
  const shared = experiments.filter(({ info }) => info?.validatesOnTest);
  if (shared.length > 0)
    parts.push(
      words`The validation images of
        ${shared.length === experiments.length ? 'all' : listed(shared.map(({ name }) => name))} are the test images`,
    );
  return parts.join('. ');
}

/** What comes to the parameters with a projection: components and mean. */
function projection({ params, info }: ComparedExperiment): Content {
  const more = (info?.cost?.numbers ?? params) - params;
  return more > 0 && html`<small>+ ${count(more)}</small>`;
}

/** The spread stands below: beside it the table is wider than a page. */
function accuracy({ seeds, ...e }: ComparedExperiment, split: 'train' | 'validation'): Content {
  const deviation = seeds?.accuracy[split]?.deviation;
  return html`${percent(e[split])}${typeof deviation === 'number' && html`<small>± ${fixed(deviation * 100, 2)}</small>`}`;
}

function uncertainty(e: ComparedExperiment): Content {
  const [range, interval] = [e.seeds?.accuracy.test, intervalOf(e)];
  if (range) return html`<small>${percent(range.lowest)} to ${percent(range.highest)}</small>`;
  return interval && html`<small>${percent(interval.low)} to ${percent(interval.high)}</small>`;
}

/** That a figure of a single seed is one of many. */
function seedNote(experiments: readonly ComparedExperiment[]): Markup | undefined {
  const single = experiments.filter(({ seeds, seed }) => !seeds && seed !== null);
  if (single.length === 0) return undefined;
  const who =
    single.length === experiments.length
      ? single.length === 1
        ? 'The net was'
        : 'All nets were'
      : `${listed(single.map(({ name }) => name))} ${single.length === 1 ? 'was' : 'were'}`;
  return html`<p class="note">${who} trained from a single seed: from another seed each figure may
    differ. <code>repeats: 5</code> in the study shows by how much.</p>`;
}

/** The recommendation in words, with its reason; or why there is none. Nothing for a single experiment. */
export function recommendationText(experiments: readonly ComparedExperiment[]): Markup | undefined {
  if (experiments.length < 2) return undefined;
  const found = recommend(experiments);
  if (found)
    return html`<div class="recommend"><p>${found.close.length === 1 ? clear(found) : tie(found)}</p>
      <p class="note">${basis(found, experiments)}</p></div>`;
  if (!areComparable(experiments))
    return html`<div class="recommend"><p><strong>None recommended</strong>: the experiments are of different data
      sets, whose accuracies cannot be compared.</p></div>`;
  const shared = experiments.filter(({ info }) => info?.validatesOnTest).map(({ name }) => name);
  const reason =
    shared.length > 0
      ? `the validation images of ${listed(shared)} are the test images, by which nothing is chosen`
      : 'fewer than two experiments have validation images';
  return html`<div class="recommend"><p><strong>None recommended</strong>: ${reason}.</p></div>`;
}

const net = ({ net: widths, inputs }: ComparedExperiment): string => `(${widths}, ${inputs})`;

function clear({ chosen, error }: Recommendation): Content {
  const ahead = Number.isFinite(error)
    ? `, and no other lies within one standard error of it (${points(error).replace('+', '')} points)`
    : '';
  return html`<strong>Recommended: ${chosen.name}</strong> ${net(chosen)}: its validation accuracy,
    ${percent(chosen.validation)}, is the highest${ahead}.`;
}

function tie({ chosen, close, error, size }: Recommendation): Content {
  const sorted = [...close].sort((a, b) => b.validation - a.validation);
  const named = listed(sorted.map((e) => `${e.name} (${percent(e.validation)})`));
  const least = close.filter((e) => size.of(e) === size.of(chosen));
  const costs = `${count(size.of(chosen))} ${size.unit}`;
  const reason =
    least.length === 1
      ? `It costs least, ${costs}`
      : words`Of ${least.length === close.length ? 'these' : `the ${least.length} that cost least`}, all of
        ${costs}, it has the highest validation accuracy, which chance may explain`;
  const margin =
    error > 0
      ? `lie within one standard error, ${points(error).replace('+', '')} points, of the highest`
      : 'are the same';
  return html`<strong>A tie; ${chosen.name} is taken</strong> ${net(chosen)}: the validation accuracies of ${named} ${margin}. ${reason}.`;
}

function basis({ best }: Recommendation, experiments: readonly ComparedExperiment[]): string {
  const rows = best.info?.rows.validation;
  const error = rows
    ? ` The standard error is that of ${count(rows)} images${best.seeds ? ` and ${best.seeds.count} seeds` : ''}.`
    : '';
  const out = experiments.filter((e) => !judged(e)).map(({ name }) => name);
  const left =
    out.length > 0
      ? ` ${listed(out)} ${out.length === 1 ? 'takes' : 'take'} no part, having no validation images but those of the test, or none.`
      : '';
  return `Chosen by validation accuracy and cost; test figures are reported, never selected on.${error}${left}`;
}
