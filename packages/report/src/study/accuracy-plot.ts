import type { ResultTable } from '@layerwise/contracts';
import { ints, reals, texts } from '../figures/columns.js';
import { rowsOf } from '../figures/vega.js';
import { count, percent } from '../page/format.js';
import { escape, html, raw, type Markup } from '../page/html.js';
import { measured, type ComparedExperiment } from './compared.js';

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 400, 66, 40, 24, 46] as const;
const COLOURS = { other: '#3f90da', current: '#e76300' } as const;
const AXES = { x: 'trainable parameters (log scale)', y: 'accuracy (images right; log scale of the error)' } as const;

/** Name of the figure's files beside a page. */
const NAME = 'accuracy-against-size';

/** The figure of a study's page as files, in `figures/` beside the page. */
export interface StudyFigure {
  readonly name: string;
  readonly svg: string;
  readonly spec: object;
  readonly data: ResultTable;
}

/** An experiment on the plot: where its marks stand, at the mean where it was trained from several seeds. */
interface Point extends Pick<ComparedExperiment, 'name' | 'params' | 'current'> {
  readonly test: number;
  readonly validation: number;
  /** Standard deviation over seeds; NaN for one seed. */
  readonly deviation: number;
}

/** Accuracy against size as files; nothing without experiments that were measured. */
export function accuracyFigure(given: readonly ComparedExperiment[]): StudyFigure | undefined {
  const points = pointsOf(measured(given));
  const svg = drawn(points);
  if (!svg) return undefined;
  const data = {
    experiment: texts(points.map(({ name }) => name)),
    parameters: ints(points.map(({ params }) => params)),
    seeds: ints(given.filter((e) => points.some(({ name }) => name === e.name)).map(({ seeds }) => seeds?.count ?? 1)),
    validation: reals(points.map(({ validation }) => validation)),
    test: reals(points.map(({ test }) => test)),
    testDeviation: reals(points.map(({ deviation }) => deviation)),
  };
  return { name: NAME, svg: `${svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace(/style="[^"]*"/, `width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" style="color:#1c1b19;background:#fff"`)}\n`, spec: specification(data), data };
}

function specification(data: ResultTable): object {
  const x = { field: 'parameters', type: 'quantitative', scale: { type: 'log', nice: false, padding: 20 }, title: AXES.x };
  const y = (field: string): object => ({ field, type: 'quantitative', scale: { type: 'log', reverse: true }, title: AXES.y, axis: { labelExpr: "format(1 - datum.value, '~%')" } });
  const layer = [
    { transform: [{ filter: 'datum.testDeviation > 0' }], mark: { type: 'rule' }, encoding: { x, y: y('low'), y2: { field: 'high' } } },
    { mark: { type: 'point', filled: true, size: 80 }, encoding: { x, y: y('testError') } },
    { mark: { type: 'point', filled: false, size: 80 }, encoding: { x, y: y('validationError') } },
    { mark: { type: 'text', align: 'left', dx: 8 }, encoding: { x, y: y('testError'), text: { field: 'experiment' } } },
  ];
  const calculated = { testError: 'max(0.0001, 1 - datum.test)', validationError: 'max(0.0001, 1 - datum.validation)', low: '1 - datum.test + datum.testDeviation', high: 'max(0.0001, 1 - datum.test - datum.testDeviation, (1 - datum.test) / 4)' };
  return { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', title: { text: 'Accuracy against size' }, width: 560, height: 340, data: { name: 'table', values: rowsOf(data) }, transform: Object.entries(calculated).map(([as, calculate]) => ({ calculate, as })), layer };
}

/**
 * Test accuracy against the number of parameters, one labelled point an experiment, validation as a ring, the spread over seeds as a bar.
 * @param files folder of the figure's files, relative to the page
 */
export function accuracyPlot(experiments: readonly ComparedExperiment[], files: string): Markup | undefined {
  const svg = drawn(pointsOf(experiments));
  const link = (extension: string, name: string): Markup => html`<a href="${files}/${NAME}.${extension}">${name}</a>`;
  const seeds = experiments.some((e) => e.seeds) && ' Where there are several seeds both stand at the mean, and the bar, cut at the edge, spans one standard deviation of test accuracy to each side.';
  return svg === undefined ? undefined : html`<p class="lead">${sizeLead(pointsOf(experiments))}</p><figure class="plot" data-figure="${NAME}">${raw(svg)}<figcaption>Disc: test accuracy. Ring: validation accuracy.${seeds} <span class="files">${link('svg', 'SVG')} ${link('vl.json', 'Vega-Lite')} ${link('parquet', 'Parquet')}</span></figcaption></figure>`;
}

/** Whether size pays: where the largest net and the smallest stand by accuracy. Equal accuracies share the better place. */
function sizeLead(points: readonly Point[]): string {
  const bySize = [...points].sort((a, b) => b.params - a.params);
  const [largest, smallest] = [bySize[0] as Point, bySize[bySize.length - 1] as Point];
  const split = points.every(({ test }) => Number.isFinite(test)) ? 'test' : 'validation';
  const said = (e: Point): string => `${e.name} (${count(e.params)} parameters)`;
  const place = (e: Point): number => 1 + points.filter((other) => other[split] > e[split]).length;
  if (largest.params === smallest.params) return points.length === 1 ? `${said(largest)} reaches ${percent(largest[split])} ${split} accuracy.` : `All ${points.length} nets have ${count(largest.params)} parameters; their ${split} accuracy goes from ${percent(Math.min(...points.map((e) => e[split])))} to ${percent(Math.max(...points.map((e) => e[split])))}.`;
  return `Of ${points.length} nets the largest, ${said(largest)}, is number ${place(largest)} by ${split} accuracy (${percent(largest[split])}), the smallest, ${said(smallest)}, number ${place(smallest)} (${percent(smallest[split])}).`;
}

function pointsOf(experiments: readonly ComparedExperiment[]): Point[] {
  return experiments
    .map(({ name, params, current, test, validation, seeds }) => ({ name, params, current, test: seeds?.accuracy.test?.mean ?? test, validation: seeds?.accuracy.validation?.mean ?? validation, deviation: seeds?.accuracy.test?.deviation ?? NaN }))
    .filter((point) => Number.isFinite(point.test) || Number.isFinite(point.validation));
}

/** The error of an accuracy on the scale: its logarithm, of no error that of a ten-thousandth. */
const scaled = (accuracy: number): number => -Math.log10(Math.max(1e-4, 1 - accuracy));

function drawn(points: readonly Point[]): string | undefined {
  if (points.length === 0) return undefined;
  const values = points.flatMap((e) => [e.test, e.validation]).filter(Number.isFinite);
  const lows = points.map((e) => e.test - e.deviation).filter(Number.isFinite);
  const [low, high] = [scaled(Math.max(0, Math.min(...values, ...lows))), scaled(Math.max(...values))];
  const pad = Math.max(0.03, (high - low) * 0.08);
  const [bottom, top] = [low - pad, high + pad];
  const sizes = points.map((e) => Math.log10(e.params));
  const [small, large] = [Math.min(...sizes) - 0.15, Math.max(...sizes) + 0.15];
  const x = (params: number): number => LEFT + ((Math.log10(params) - small) / (large - small)) * (WIDTH - LEFT - RIGHT);
  const y = (accuracy: number): number => HEIGHT - BOTTOM - ((Math.min(top, Math.max(bottom, scaled(accuracy))) - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const alt = `Scatter plot of accuracy against parameters: ${points.map((e) => `${e.name} ${count(e.params)} parameters, ${percent(e.test)}${Number.isFinite(e.deviation) ? ` ± ${(e.deviation * 100).toFixed(2)} points` : ''}`).join('; ')}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:${WIDTH * 1.25}px" role="img" aria-label="${escape(alt)}" font-size="13" fill="currentColor"><text x="4" y="16" font-size="14" font-weight="600">Accuracy against size</text><text x="${LEFT}" y="${TOP - 8}" opacity=".85" font-size="12">${AXES.y}</text>${grid(bottom, top, y)}${ticks(small, large, x)}${points.map((point) => mark(point, x, y)).join('')}${labels(points, x, y)}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" opacity=".85">${AXES.x}</text></svg>`;
}

/** Places on the scale of accuracy, coarse ones first. */
const GRIDS = [[0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999], [0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999], Array.from({ length: 1000 }, (_, i) => i / 1000)] as const;

function grid(bottom: number, top: number, y: (accuracy: number) => number): string {
  const inside = GRIDS.map((places) => places.filter((place) => scaled(place) >= bottom && scaled(place) <= top));
  const shown = inside.find((places) => places.length >= 4) ?? inside[2] ?? [];
  const each = Math.max(1, Math.ceil(shown.length / 8));
  return shown
    .filter((_, i) => i % each === 0)
    .map((place) => {
      const at = y(place).toFixed(1);
      return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="currentColor" opacity=".12"/><text x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end" opacity=".85">${(place * 100).toFixed(Number.isInteger(Math.round(place * 1e4) / 100) ? 0 : 1)}%</text>`;
    })
    .join('');
}

function ticks(small: number, large: number, x: (params: number) => number): string {
  const candidates = [1, 2, 5].flatMap((m) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((e) => m * 10 ** e)).sort((a, b) => a - b);
  const inside = candidates.filter((n) => Math.log10(n) >= small && Math.log10(n) <= large);
  const shown = inside.length > 8 ? inside.filter((n) => String(n).startsWith('1')) : inside;
  return shown.map((n) => `<line x1="${x(n).toFixed(1)}" x2="${x(n).toFixed(1)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}" stroke="currentColor" opacity=".35"/><text x="${x(n).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" opacity=".85">${count(n)}</text>`).join('');
}

const colourOf = ({ current }: Point): string => (current ? COLOURS.current : COLOURS.other);
/** Height of a point: of its test accuracy, else of its validation accuracy. */
const heightOf = ({ test, validation }: Point): number => (Number.isFinite(test) ? test : validation);

function mark(point: Point, x: (params: number) => number, y: (accuracy: number) => number): string {
  const [px, py, colour] = [x(point.params).toFixed(1), y(heightOf(point)).toFixed(1), colourOf(point)];
  const ends = [point.test - point.deviation, point.test + point.deviation];
  const cap = (at: number): string => (y(at) > TOP + 1 && y(at) < HEIGHT - BOTTOM - 1 ? `<line x1="${(Number(px) - 8).toFixed(1)}" x2="${(Number(px) + 8).toFixed(1)}" y1="${y(at).toFixed(1)}" y2="${y(at).toFixed(1)}"/>` : '');
  const bar = Number.isFinite(point.deviation) && Number.isFinite(point.test) ? `<g class="spread" stroke="currentColor" stroke-width="1.2"><line x1="${px}" x2="${px}" y1="${y(ends[0] as number).toFixed(1)}" y2="${y(ends[1] as number).toFixed(1)}"/>${ends.map(cap).join('')}</g>` : '';
  const ring = Number.isFinite(point.validation) ? `<circle cx="${px}" cy="${y(point.validation).toFixed(1)}" r="5" fill="none" stroke="${colour}" stroke-width="1.6"/>` : '';
  const disc = Number.isFinite(point.test) ? `<circle cx="${px}" cy="${py}" r="5" fill="${colour}"/>` : '';
  return `${ring}${disc}${bar}`;
}

/** Names beside the points; a name moves up or down, or to the other side, until it is clear of the marks and the names before it. */
function labels(points: readonly Point[], x: (params: number) => number, y: (accuracy: number) => number): string {
  const taken = points.flatMap((point) => [point.test, point.validation].filter(Number.isFinite).map((value) => ({ left: x(point.params) - 6, right: x(point.params) + 6, y: y(value), half: 6 })));
  return points
    .map((point) => {
      const [px, py, width] = [x(point.params), y(heightOf(point)), point.name.length * 7];
      const places = [0, -13, 13, -26, 26, -39, 39, -52, 52].flatMap((shift) => [{ left: px + 10, y: py + shift, anchor: 'start' }, { left: px - 10 - width, y: py + shift, anchor: 'end' }]);
      const inside = places.filter((place) => place.left > LEFT && place.left + width < WIDTH && place.y > TOP && place.y < HEIGHT - BOTTOM);
      const place = inside.find((candidate) => taken.every((other) => Math.abs(other.y - candidate.y) >= other.half + 6 || candidate.left + width < other.left || candidate.left > other.right)) ?? inside[0] ?? places[0]!;
      taken.push({ left: place.left, right: place.left + width, y: place.y, half: 7 });
      const lead = Math.abs(place.y - py) > 20 ? `<line x1="${(place.anchor === 'start' ? px + 4 : px - 4).toFixed(1)}" x2="${(place.anchor === 'start' ? px + 9 : px - 9).toFixed(1)}" y1="${py.toFixed(1)}" y2="${place.y.toFixed(1)}" stroke="currentColor" opacity=".35"/>` : '';
      return `${lead}<text x="${(place.anchor === 'start' ? place.left : px - 10).toFixed(1)}" y="${place.y.toFixed(1)}" dy="4" text-anchor="${place.anchor}"${point.current ? ' font-weight="700"' : ''}>${escape(point.name)}</text>`;
    })
    .join('');
}
