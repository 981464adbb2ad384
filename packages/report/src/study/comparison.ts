import { count, percent, plural, points } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { chapter } from '../page/page.js';
import { accuracyPlot } from './accuracy-plot.js';
import { measured, overfit, recommend, TOLERANCE, type ComparedExperiment, type Recommendation } from './compared.js';
import { seedLead, seedTable, spreadText } from './seeds.js';
import { seconds } from './times.js';

/**
 * The chapter that stands in place of `<!--layerwise:comparison-->`: table, recommendation, plot. Nothing with fewer than two experiments, unless the one has several seeds.
 * @param files folder of the plot's files, relative to the page
 */
export function renderComparison(given: readonly ComparedExperiment[], files: string): string {
  const experiments = measured(given);
  const [first] = experiments;
  if (experiments.length < 2) return first?.seeds ? chapter('comparison', 'Over several seeds', html`${seedLead(first.seeds)}; every other figure is of the first seed.`, comparisonTable(experiments)).text : '';
  const body = html`${comparisonTable(experiments)}${recommendationText(recommend(experiments))}${accuracyPlot(experiments, files)}`;
  return chapter('comparison', 'Beside the other experiments', comparisonLead(experiments), body).text;
}

/** One sentence on the spread of the experiments. */
export function comparisonLead(experiments: readonly ComparedExperiment[]): string {
  const sorted = experiments.filter(({ test }) => Number.isFinite(test)).sort((a, b) => b.test - a.test);
  if (sorted.length === 0) return `None of ${plural(experiments.length, 'experiment')} has test images.`;
  const [best, worst] = [sorted[0] as ComparedExperiment, sorted[sorted.length - 1] as ComparedExperiment];
  const here = experiments.find((experiment) => experiment.current);
  const place = here && sorted.includes(here) ? ` ${here.name} is ${sorted.indexOf(here) === 0 ? 'the best' : `number ${sorted.indexOf(here) + 1}`} of ${sorted.length}.` : '';
  const least = [...sorted].sort((a, b) => a.train - a.test - (b.train - b.test))[0] as ComparedExperiment;
  const gap = sorted.length > 1 ? ` ${least.name} overfits least: its training accuracy minus its test accuracy is ${points(least.train - least.test)} points.` : '';
  return `Test accuracy of ${plural(sorted.length, 'experiment')} goes from ${percent(worst.test)} (${worst.name}) to ${percent(best.test)} (${best.name}).${gap}${place}`;
}

/** Title of a column and what stands in it. */
type Column = readonly [string, (experiment: ComparedExperiment) => Content];

/** The table of experiments; at narrow width each row becomes a block. Where some were trained from several seeds, a second table of the spread. */
export function comparisonTable(experiments: readonly ComparedExperiment[]): Markup {
  return html`${experimentTable(experiments)}${seedTable(experiments)}`;
}

function experimentTable(experiments: readonly ComparedExperiment[]): Markup {
  const timed = experiments.some((experiment) => experiment.seconds !== undefined);
  const published = experiments.some((experiment) => experiment.published !== undefined);
  const columns: readonly Column[] = [
    ['net', (e) => html`${e.net}`],
    ['inputs', (e) => e.inputs],
    ['parameters', (e) => count(e.params)],
    ['training', (e) => html`${percent(e.train)}${over(e, 'train')}`],
    ['validation', (e) => html`${percent(e.validation)}${over(e, 'validation')}`],
    ['test', (e) => html`<b>${percent(e.test)}</b>${over(e, 'test')}`],
    ...(published ? [['published', (e: ComparedExperiment) => percent(e.published)] as const] : []),
    ['gap, points', (e) => points(e.train - e.test)],
    ['epoch kept', (e) => `${e.bestEpoch} of ${e.epochs}`],
    ...(timed ? [['training time', (e: ComparedExperiment) => (e.seconds === undefined ? '–' : seconds(e.seconds))] as const] : []),
    ['seeds', (e) => count(e.seeds?.count ?? 1)],
  ];
  const name = (e: ComparedExperiment): Content => (e.href && !e.current ? html`<a href="${e.href}">${e.name}</a>` : e.name);
  return html`<table class="compare stack"><caption>Accuracy on the three splits; gap is training minus test${experiments.some(({ seeds }) => seeds) && '. Figures are of the first seed; in small type mean ± standard deviation over all seeds'}</caption><thead><tr><th scope="col">experiment</th>${columns.map(([title]) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${experiments.map(
    (e) => html`<tr class="${e.current ? 'here' : ''}"><th scope="row">${name(e)}</th>${columns.map(([title, cell]) => html`<td data-name="${title}">${cell(e)}</td>`)}</tr>`,
  )}</tbody></table>`;
}

function over({ seeds }: ComparedExperiment, split: 'train' | 'validation' | 'test'): Content {
  return seeds?.accuracy[split] && html`<small>${spreadText(seeds.accuracy[split], 'accuracy')}</small>`;
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
