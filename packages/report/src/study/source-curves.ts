import type { SourceRow } from '@layerwise/contracts';
import { fixed, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { historyOf, type MeasuredExperiment } from './measured.js';

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [460, 220, 48, 24, 12, 34] as const;
const LINES = { train: '#3f90da', validation: '#e76300' } as const;

/** Metrics of an epoch of training. */
const EPOCH = /^epoch(\d+)_((?:val_)?(?:loss|accuracy))$/;

interface Measure {
  readonly title: string;
  /** Column of the history, and the end of the metric of the source. */
  readonly lines: readonly { readonly series: keyof typeof LINES; readonly column: string; readonly metric: string }[];
}

const MEASURES: readonly Measure[] = [
  {
    title: 'loss',
    lines: [
      { series: 'train', column: 'loss', metric: 'loss' },
      { series: 'validation', column: 'valLoss', metric: 'val_loss' },
    ],
  },
  {
    title: 'accuracy',
    lines: [
      { series: 'train', column: 'accuracy', metric: 'accuracy' },
      { series: 'validation', column: 'valAccuracy', metric: 'val_accuracy' },
    ],
  },
];

/**
 * What stands in place of `<!--layerwise:sources-->`, in the chapter on training: the epochs that the source prints, as points on our
 * curves; nothing where it prints none of this experiment.
 * @param rows all of the source
 */
export function renderSourceEpochs(experiment: MeasuredExperiment, rows: readonly SourceRow[]): string {
  const own = rows.filter(({ experiment: of, metric }) => of === experiment.name && EPOCH.test(metric));
  return [...new Set(own.map(({ run }) => run))]
    .map((run) => {
      const printed = own.filter((row) => row.run === run);
      const epochs = new Set(printed.map(({ metric }) => EPOCH.exec(metric)?.[1])).size;
      return html`<h3>The source's epochs on these curves</h3><p>Run ${run} of the source prints ${plural(epochs, 'epoch')} of
        this net.</p>${sourceCurves(experiment, printed)}`.text;
    })
    .join('');
}

/** Our curves as lines, and on them the epochs that the source prints as points. @param rows of one run */
export function sourceCurves(experiment: MeasuredExperiment, rows: readonly SourceRow[]): Markup {
  return html`<div class="row">${MEASURES.map((measure) => drawing(experiment, rows, measure))}</div>`;
}

function drawing(experiment: MeasuredExperiment, rows: readonly SourceRow[], { title, lines }: Measure): Markup {
  const series = lines.map(({ column, metric, ...line }) => ({
    ...line,
    own: historyOf(experiment, column).flatMap((value, i) => (value === null ? [] : [[i + 1, value] as const])),
    theirs: rows.flatMap((row) => {
      const [, epoch, name] = EPOCH.exec(row.metric) ?? [];
      return name === metric ? [[Number(epoch), Number(row.value)] as const] : [];
    }),
  }));
  const all = series.flatMap(({ own, theirs }) => [...own, ...theirs]);
  const last = Math.max(2, ...all.map(([epoch]) => epoch));
  const [low, high] = [Math.min(...all.map(([, y]) => y)), Math.max(...all.map(([, y]) => y))];
  const x = (epoch: number): string => (LEFT + ((epoch - 1) / (last - 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string =>
    (TOP + (high > low ? (high - value) / (high - low) : 0.5) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const alt = `${title} by epoch of ${experiment.name}, from ${fixed(low)} to ${fixed(high)}: ours as lines, the source's epochs as points`;
  return html`<figure class="plot"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${alt}">
    <g fill="currentColor" font-size="12">${[high, low].map(
      (value) => html`<text x="${LEFT - 6}" y="${Number(y(value)) + 4}" text-anchor="end">${fixed(value, 3)}</text>`,
    )}<text x="${LEFT}" y="${HEIGHT - 16}">epoch 1</text>
    <text x="${WIDTH - RIGHT}" y="${HEIGHT - 16}" text-anchor="end">${last}</text></g>
    ${series.map(
      ({ series: name, own, theirs }) =>
        html`<polyline fill="none" stroke="${LINES[name]}" stroke-width="2" points="${own
          .map(([epoch, value]) => `${x(epoch)},${y(value)}`)
          .join(' ')}"/>${theirs.map(
          ([epoch, value]) =>
            html`<circle cx="${x(epoch)}" cy="${y(value)}" r="4" fill="none" stroke="${LINES[name]}" stroke-width="2"/>`,
        )}`,
    )}</svg><figcaption>${title}: ours as lines, the source's as points; training blue, validation
    orange</figcaption></figure>`;
}
