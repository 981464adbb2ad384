import { count, fixed, percent } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { table } from '../sections/section.js';
import type { ComparedExperiment } from './compared.js';

/** Mean, standard deviation (ddof 1) and ends of the range of one figure over seeds. */
export interface SeedSpread {
  readonly mean: number;
  /** Null for a single value. */
  readonly deviation: number | null;
  readonly lowest: number;
  readonly highest: number;
}

/** Figures of one net trained from several seeds; null for a split without rows. Accuracies are shares, losses nats. */
export interface Seeds {
  readonly count: number;
  /** Which seeds, such as `43 to 47`. */
  readonly range?: string | undefined;
  readonly accuracy: Readonly<Record<'train' | 'validation' | 'test', SeedSpread | null>>;
  readonly loss: Readonly<Record<'train' | 'validation' | 'test', SeedSpread | null>>;
}

/** Columns of figures over seeds and how they are written. */
const FIGURES = (['accuracy', 'loss'] as const).flatMap((measure) => (['train', 'validation', 'test'] as const).map((split) => ({ title: `${split === 'train' ? 'training' : split} ${measure}`, measure, split })));

/** The spread of every experiment that was trained from several seeds; nothing where none was. */
export function seedTable(experiments: readonly ComparedExperiment[]): Markup | undefined {
  const repeated = experiments.flatMap(({ name, seeds }) => (seeds ? [{ name, seeds }] : []));
  if (repeated.length === 0) return undefined;
  const cell = ({ measure, split, title }: (typeof FIGURES)[number], seeds: Seeds): Content => html`<td data-name="${title}">${spreadCell(seeds[measure][split], measure)}</td>`;
  return html`<table class="compare stack seeds"><caption>Over seeds: mean ± standard deviation, below it the range; accuracy in per cent, loss in nats</caption><thead><tr><th scope="col">experiment</th><th scope="col">seeds</th>${FIGURES.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${repeated.map(
    ({ name, seeds }) => html`<tr><th scope="row">${name}</th><td data-name="seeds">${howMany(seeds)}</td>${FIGURES.map((figure) => cell(figure, seeds))}</tr>`,
  )}</tbody></table>`;
}

/** What stands in place of `<!--layerwise:seeds-->` under the key figures: the spread over seeds. Nothing for one seed. */
export function renderSeeds({ seeds }: ComparedExperiment): string {
  if (!seeds) return '';
  const rows = (['train', 'validation', 'test'] as const).flatMap((split) => (seeds.accuracy[split] ? [[split, spreadText(seeds.accuracy[split], 'accuracy'), rangeText(seeds.accuracy[split], 'accuracy'), spreadText(seeds.loss[split], 'loss'), rangeText(seeds.loss[split], 'loss')]] : []));
  return html`<div class="seeds"><p>${seedLead(seeds)}; everything else on this page is of the first seed.</p>${table('Over the seeds: mean ± standard deviation, and range; loss in nats', ['split', 'accuracy', 'range', 'loss', 'range'], rows, 'over-seeds')}</div>`.text;
}

/** `Over 5 seeds (43 to 47) test accuracy is 97.50% ± 0.12 points (mean and standard deviation), from 97.31% to 97.66%`. */
export function seedLead(seeds: Seeds): Content {
  const split = seeds.accuracy.test ? 'test' : 'validation';
  const spread = seeds.accuracy[split];
  return html`Over ${howMany(seeds, ' seeds')} ${split} accuracy is <b>${percent(spread?.mean)} ± ${fixed((spread?.deviation ?? NaN) * 100, 2)} points</b> (mean and standard deviation)${spread && `, from ${percent(spread.lowest)} to ${percent(spread.highest)}`}`;
}

/** Mean ± standard deviation, `97.50 ± 0.12` per cent or `0.0912 ± 0.0031` nats. */
export function spreadText(spread: SeedSpread | null, measure: 'accuracy' | 'loss'): string {
  const [scale, digits] = measure === 'accuracy' ? [100, 2] : [1, 4];
  return `${fixed((spread?.mean ?? NaN) * scale, digits)} ± ${fixed((spread?.deviation ?? NaN) * scale, digits)}`;
}

function rangeText(spread: SeedSpread | null, measure: 'accuracy' | 'loss'): string {
  const [scale, digits] = measure === 'accuracy' ? [100, 2] : [1, 4];
  return `${fixed((spread?.lowest ?? NaN) * scale, digits)} to ${fixed((spread?.highest ?? NaN) * scale, digits)}`;
}

function spreadCell(spread: SeedSpread | null, measure: 'accuracy' | 'loss'): Content {
  return spread ? html`${spreadText(spread, measure)}<small>${rangeText(spread, measure)}</small>` : '–';
}

function howMany({ count: n, range }: Seeds, unit = ''): string {
  return `${count(n)}${unit}${range === undefined ? '' : ` (${range})`}`;
}
