import { count, fixed, percent, plural, points } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { chapter } from '../page/page.js';
import { table } from '../sections/section.js';
import { accuracyPlot } from './accuracy-plot.js';
import { measured, overfit, recommend, TOLERANCE, type ComparedExperiment, type Recommendation } from './compared.js';
import { seconds } from './times.js';

/** The chapter that stands in place of `<!--layerwise:comparison-->`: table, recommendation, plot. Nothing with fewer than two experiments, unless the one has several seeds. */
export function renderComparison(given: readonly ComparedExperiment[]): string {
  const experiments = measured(given);
  const [first] = experiments;
  if (experiments.length < 2) return first?.seeds ? chapter('comparison', 'Over several seeds', `Test accuracy over the seeds: ${seedText(first)}; every other figure is of the first seed.`, comparisonTable(experiments)).text : '';
  const body = html`${comparisonTable(experiments)}${recommendationText(recommend(experiments))}${accuracyPlot(experiments)}`;
  return chapter('comparison', 'Beside the other experiments', comparisonLead(experiments), body).text;
}

/** One sentence on the spread of the experiments. */
export function comparisonLead(experiments: readonly ComparedExperiment[]): string {
  const sorted = experiments.filter(({ test }) => Number.isFinite(test)).sort((a, b) => b.test - a.test);
  if (sorted.length === 0) return `None of ${plural(experiments.length, 'experiment')} has test images.`;
  const [best, worst] = [sorted[0] as ComparedExperiment, sorted[sorted.length - 1] as ComparedExperiment];
  const here = experiments.find((experiment) => experiment.current);
  const place = here && sorted.includes(here) ? ` ${here.name} is ${sorted.indexOf(here) === 0 ? 'the best' : `number ${sorted.indexOf(here) + 1}`} of ${sorted.length}.` : '';
  return `Test accuracy of ${plural(sorted.length, 'experiment')} goes from ${percent(worst.test)} (${worst.name}) to ${percent(best.test)} (${best.name}).${place}`;
}

/** Title of a column and what stands in it. */
type Column = readonly [string, (experiment: ComparedExperiment) => Content];

/** The table of experiments; at narrow width each row becomes a block. Where some were trained from several seeds, a second table of the spread. */
export function comparisonTable(experiments: readonly ComparedExperiment[]): Markup {
  return html`${experimentTable(experiments)}${seedTable(experiments.filter(({ seeds }) => seeds))}`;
}

function seedTable(experiments: readonly ComparedExperiment[]): Markup | undefined {
  if (experiments.length === 0) return undefined;
  const rows = experiments.map(({ name, seeds }) => [name, seeds?.range === undefined ? count(seeds?.count) : `${count(seeds.count)} (${seeds.range})`, `${percent(seeds?.testMean)} ± ${fixed((seeds?.testDeviation ?? NaN) * 100, 2)}`, percent(seeds?.testLowest), percent(seeds?.testHighest)]);
  return table('Test accuracy over seeds: mean ± standard deviation in points, and range; all else is of the first seed', ['experiment', 'seeds', 'mean ± s.d.', 'lowest', 'highest'], rows);
}

function experimentTable(experiments: readonly ComparedExperiment[]): Markup {
  const timed = experiments.some((experiment) => experiment.seconds !== undefined);
  const published = experiments.some((experiment) => experiment.published !== undefined);
  const columns: readonly Column[] = [
    ['net', (e) => html`${e.net}`],
    ['inputs', (e) => e.inputs],
    ['parameters', (e) => count(e.params)],
    ['training', (e) => percent(e.train)],
    ['validation', (e) => percent(e.validation)],
    ['test', (e) => html`<b>${percent(e.test)}</b>`],
    ...(published ? [['published', (e: ComparedExperiment) => percent(e.published)] as const] : []),
    ['gap, points', (e) => points(e.train - e.test)],
    ['epoch kept', (e) => `${e.bestEpoch} of ${e.epochs}`],
    ...(timed ? [['training time', (e: ComparedExperiment) => (e.seconds === undefined ? '–' : seconds(e.seconds))] as const] : []),
  ];
  const name = (e: ComparedExperiment): Content => (e.href && !e.current ? html`<a href="${e.href}">${e.name}</a>` : e.name);
  return html`<table class="compare stack"><caption>Accuracy on the three splits; gap is training minus test</caption><thead><tr><th scope="col">experiment</th>${columns.map(([title]) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${experiments.map(
    (e) => html`<tr class="${e.current ? 'here' : ''}"><th scope="row">${name(e)}</th>${columns.map(([title, cell]) => html`<td data-name="${title}">${cell(e)}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** The line that stands in place of `<!--layerwise:seeds-->` under the key figures: the spread over seeds. Nothing for one seed. */
export function renderSeeds({ seeds }: ComparedExperiment): string {
  if (!seeds) return '';
  const { count: n, range, testMean, testDeviation, testLowest, testHighest } = seeds;
  const span = testLowest === undefined || testHighest === undefined ? '' : `, from ${percent(testLowest)} to ${percent(testHighest)}`;
  return html`<p class="note seeds">Over ${n} seeds${range && ` (${range})`} test accuracy is <b>${percent(testMean)} ± ${fixed(testDeviation * 100, 2)} points</b> (mean and standard deviation)${span}; everything else on this page is of the first seed.</p>`.text;
}

/** `5 (43 to 47): 97.50% ± 0.12, 97.31% to 97.66%`: mean, standard deviation in points, range. */
function seedText({ seeds }: ComparedExperiment): string {
  if (!seeds) return '1';
  const { count: n, range, testMean, testDeviation, testLowest, testHighest } = seeds;
  const span = testLowest === undefined || testHighest === undefined ? '' : `, ${percent(testLowest)} to ${percent(testHighest)}`;
  return `${n}${range === undefined ? '' : ` (${range})`}: ${percent(testMean)} ± ${fixed(testDeviation * 100, 2)}${span}`;
}

/** The recommendation in words, with its reason. */
export function recommendationText(recommendation: Recommendation | undefined): Markup | undefined {
  if (!recommendation) return undefined;
  const { chosen, close, best } = recommendation;
  const others = close.filter((experiment) => experiment !== chosen);
  const reason =
    others.length === 0
      ? `its validation accuracy, ${percent(chosen.validation)}, is more than ${TOLERANCE * 100} points above every other`
      : `its validation accuracy, ${percent(chosen.validation)}, ${chosen === best ? 'is the highest' : `lies within ${TOLERANCE * 100} points of the highest (${best.name}, ${percent(best.validation)})`}, and of the ${close.length} experiments that close it overfits least: its training accuracy minus its validation accuracy is ${points(overfit(chosen))} points (${others.map((e) => `${e.name} ${points(overfit(e))}`).join(', ')})`;
  return html`<div class="recommend"><p><strong>Recommended: ${chosen.name}</strong> (${chosen.net}, ${chosen.inputs}), because ${reason}.</p><p class="note">Chosen on training and validation data alone; test figures are reported, never selected on${chosen.seeds && '; figures of the first seed'}.</p></div>`;
}
