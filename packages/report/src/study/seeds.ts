import { count, fixed, percent } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { table } from '../page/table.js';
import { intervalOf, measured, type ComparedExperiment } from './compared.js';

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
  /** Accuracies of each training, in the order of the seeds; null for a split without rows. */
  readonly runs: readonly {
    readonly seed: number | null;
    readonly validation: number | null;
    readonly test: number | null;
  }[];
}

const OVER_SEEDS = 'Over the seeds: mean ± standard deviation, and range; accuracy in per cent, loss in nats';
const SPLITS = ['train', 'validation', 'test'] as const;

/** Columns of figures over seeds and how they are written. */
const FIGURES = (['accuracy', 'loss'] as const).flatMap((measure) =>
  SPLITS.map((split) => ({ title: `${split === 'train' ? 'training' : split} ${measure}`, measure, split })),
);

/** The spread of every experiment that was trained from several seeds; nothing where none was. */
export function seedTable(experiments: readonly ComparedExperiment[]): Markup | undefined {
  const repeated = experiments.flatMap(({ name, seeds }) => (seeds ? [{ name, seeds }] : []));
  if (repeated.length === 0) return undefined;
  const cell = ({ measure, split, title }: (typeof FIGURES)[number], seeds: Seeds): Content =>
    html`<td data-name="${title}">${spreadCell(seeds[measure][split], measure)}</td>`;
  return html`<table class="compare stack seeds"><caption>Over seeds: mean ± standard deviation, below it the range;
    accuracy in per cent, loss in nats</caption><thead><tr><th scope="col">experiment</th><th scope="col">seeds</th>
    ${FIGURES.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>${repeated.map(
      ({ name, seeds }) =>
        html`<tr><th scope="row">${name}</th><td data-name="seeds">${howMany(seeds)}</td>
    ${FIGURES.map((figure) => cell(figure, seeds))}</tr>`,
    )}</tbody></table>`;
}

/**
 * What stands in place of `<!--layerwise:seeds-->`, before the key figures, which are those of one net: the result over seeds, of
 * which that net is the first; for a single seed that it is one, and the interval of its test accuracy.
 */
export function renderSeeds(given: ComparedExperiment): string {
  const [e] = measured([given]) as [ComparedExperiment];
  const { seeds, seed } = given;
  if (!seeds)
    return seed === null
      ? ''
      : html`<p class="note one-seed">Trained from a single seed${seed !== undefined && `, ${seed}`}: from another
        one each figure may differ.${testInterval(e)}</p>`.text;
  const rows = SPLITS.flatMap((split) =>
    seeds.accuracy[split]
      ? [
          [
            split,
            spreadText(seeds.accuracy[split], 'accuracy'),
            rangeText(seeds.accuracy[split], 'accuracy'),
            spreadText(seeds.loss[split], 'loss'),
            rangeText(seeds.loss[split], 'loss'),
          ],
        ]
      : [],
  );
  const [split, one] = Number.isFinite(e.test)
    ? (['test', given.test] as const)
    : (['validation', given.validation] as const);
  return html`<div class="seeds"><p class="result">${seedLead(seeds)}.</p>
    ${table(OVER_SEEDS, ['split', 'accuracy', 'range', 'loss', 'range'], rows, 'over-seeds')}
    <p>The figures below, but for the comparison, are those of one of these nets, the
    first${seed !== undefined && seed !== null && ` (seed ${seed})`}: its ${split} accuracy, ${percent(one)}, is not
    the result.</p></div>`.text;
}

function testInterval(e: ComparedExperiment): string {
  const interval = intervalOf(e);
  return interval
    ? ` By the number of test images alone the 95% interval of its test accuracy is ${percent(interval.low)} to ${percent(interval.high)}.`
    : '';
}

/** `Over 5 seeds (43 to 47) test accuracy is 97.50% ± 0.12 points (mean and standard deviation), from 97.31% to 97.66%`. */
export function seedLead(seeds: Seeds): Content {
  const split = seeds.accuracy.test ? 'test' : 'validation';
  const spread = seeds.accuracy[split];
  return html`Over ${howMany(seeds, ' seeds')} ${split} accuracy is <b>${percent(spread?.mean)} ±
    ${fixed((spread?.deviation ?? NaN) * 100, 2)} points</b> (mean and standard
    deviation)${spread && `, from ${percent(spread.lowest)} to ${percent(spread.highest)}`}`;
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
