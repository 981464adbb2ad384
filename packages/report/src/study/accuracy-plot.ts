import type { ResultTable } from '@layerwise/contracts';
import { ints, reals, texts } from '../figures/columns.js';
import { rowsOf } from '../figures/vega.js';
import { count, percent } from '../page/format.js';
import { escape, html, raw, type Markup } from '../page/html.js';
import { measured, type ComparedExperiment } from './compared.js';

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [440, 290, 52, 40, 24, 46] as const;

/** Name of the figure's files beside a page. */
const NAME = 'accuracy-against-size';

/** The figure of a study's page as files, in `figures/` beside the page. */
export interface StudyFigure {
  readonly name: string;
  readonly svg: string;
  readonly spec: object;
  readonly data: ResultTable;
}

/** Accuracy against size as files; nothing without experiments that were measured. */
export function accuracyFigure(given: readonly ComparedExperiment[]): StudyFigure | undefined {
  const experiments = measured(given);
  const svg = drawn(experiments);
  if (!svg) return undefined;
  const data = { experiment: texts(experiments.map((e) => e.name)), parameters: ints(experiments.map((e) => e.params)), train: reals(experiments.map((e) => e.train)), validation: reals(experiments.map((e) => e.validation)), test: reals(experiments.map((e) => e.test)) };
  const x = { field: 'parameters', type: 'quantitative', scale: { type: 'log' }, title: 'trainable parameters (log scale)' };
  const y = (field: string): object => ({ field, type: 'quantitative', scale: { zero: false }, title: 'accuracy (share of images right)', axis: { format: '%' } });
  const layer = [
    { mark: { type: 'point', filled: true, size: 80 }, encoding: { x, y: y('test') } },
    { mark: { type: 'point', filled: false, size: 80 }, encoding: { x, y: y('validation') } },
    { mark: { type: 'text', align: 'left', dx: 8 }, encoding: { x, y: y('test'), text: { field: 'experiment' } } },
  ];
  const spec = { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', title: { text: 'Accuracy against size' }, width: 400, height: 280, data: { name: 'table', values: rowsOf(data) }, layer };
  return { name: NAME, svg: `${svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace(/style="[^"]*"/, `width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" style="color:#1c1b19;background:#fff"`)}\n`, spec, data };
}

/** Test accuracy against the number of parameters (log scale), one labelled point an experiment, with validation as a ring. */
export function accuracyPlot(experiments: readonly ComparedExperiment[], files = false): Markup | undefined {
  const svg = drawn(experiments);
  const link = (extension: string, name: string): Markup => html`<a href="figures/${NAME}.${extension}">${name}</a>`;
  return svg === undefined ? undefined : html`<figure class="plot">${raw(svg)}<figcaption>Disc: test accuracy. Ring: validation accuracy.${files && html` <span class="files">${link('svg', 'SVG')} ${link('vl.json', 'Vega-Lite')} ${link('parquet', 'Parquet')}</span>`}</figcaption></figure>`;
}

function drawn(given: readonly ComparedExperiment[]): string | undefined {
  const experiments = given.filter((e) => Number.isFinite(e.test) || Number.isFinite(e.validation));
  if (experiments.length === 0) return undefined;
  const values = experiments.flatMap((e) => [e.test, e.validation]).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = Math.max(0.002, (high - low) * 0.12);
  const [bottom, top] = [Math.max(0, low - pad), Math.min(1, high + pad)];
  const sizes = experiments.map((e) => Math.log10(e.params));
  const [small, large] = [Math.min(...sizes) - 0.15, Math.max(...sizes) + 0.15];
  const x = (params: number): number => LEFT + ((Math.log10(params) - small) / (large - small)) * (WIDTH - LEFT - RIGHT);
  const y = (accuracy: number): number => HEIGHT - BOTTOM - ((accuracy - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const alt = `Scatter plot of accuracy against parameters: ${experiments.map((e) => `${e.name} ${count(e.params)} parameters, ${percent(e.test)}`).join('; ')}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:${WIDTH * 1.25}px" role="img" aria-label="${escape(alt)}" font-size="12" fill="currentColor"><text x="4" y="16" font-size="14" font-weight="600">Accuracy against size</text>${grid(bottom, top, y)}${ticks(small, large, x)}${marks(experiments, x, y)}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" opacity=".85">trainable parameters (log scale)</text></svg>`;
}

function grid(bottom: number, top: number, y: (accuracy: number) => number): string {
  const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2].find((size) => (top - bottom) / size <= 6) ?? 0.2;
  let text = '';
  for (let i = Math.ceil(bottom / step); i * step <= top; i++) {
    const at = y(i * step).toFixed(1);
    text += `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="currentColor" opacity=".12"/><text x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end" opacity=".85">${(i * step * 100).toFixed(step < 0.01 ? 1 : 0)}%</text>`;
  }
  return text;
}

function ticks(small: number, large: number, x: (params: number) => number): string {
  const candidates = [1, 2, 5].flatMap((m) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((e) => m * 10 ** e)).sort((a, b) => a - b);
  const inside = candidates.filter((n) => Math.log10(n) >= small && Math.log10(n) <= large);
  const shown = inside.length > 6 ? inside.filter((n) => String(n).startsWith('1')) : inside;
  return shown.map((n) => `<line x1="${x(n).toFixed(1)}" x2="${x(n).toFixed(1)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}" stroke="currentColor" opacity=".35"/><text x="${x(n).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" opacity=".85">${count(n)}</text>`).join('');
}

/** Points with labels; a label moves up or down until it is clear of those before it. */
function marks(experiments: readonly ComparedExperiment[], x: (params: number) => number, y: (accuracy: number) => number): string {
  const taken: { x: number; y: number; width: number }[] = [];
  return experiments
    .map((e) => {
      const [tested, validated] = [Number.isFinite(e.test), Number.isFinite(e.validation)];
      const [px, py] = [x(e.params), y(tested ? e.test : e.validation)];
      const width = e.name.length * 6.6;
      const anchor = px + 10 + width > WIDTH ? 'end' : 'start';
      const left = anchor === 'start' ? px + 10 : px - 10 - width;
      const place = [0, -13, 13, -26, 26, -39, 39].map((shift) => py + shift).find((at) => taken.every((other) => Math.abs(other.y - at) >= 12 || left + width < other.x || other.x + other.width < left)) ?? py;
      taken.push({ x: left, y: place, width });
      const colour = e.current ? '#e76300' : '#3f90da';
      const ring = validated ? `<line x1="${px.toFixed(1)}" x2="${px.toFixed(1)}" y1="${y(e.validation).toFixed(1)}" y2="${py.toFixed(1)}" stroke="${colour}" opacity=".5"/><circle cx="${px.toFixed(1)}" cy="${y(e.validation).toFixed(1)}" r="5" fill="none" stroke="${colour}" stroke-width="1.6"/>` : '';
      const disc = tested ? `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="5" fill="${colour}"/>` : '';
      return `${ring}${disc}<text x="${(anchor === 'start' ? px + 10 : px - 10).toFixed(1)}" y="${place.toFixed(1)}" dy="4" text-anchor="${anchor}"${e.current ? ' font-weight="700"' : ''}>${escape(e.name)}</text>`;
    })
    .join('');
}
