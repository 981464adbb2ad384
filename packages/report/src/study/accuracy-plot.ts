import type { ResultTable } from '@layerwise/contracts';
import { ints, reals, texts } from '../figures/columns.js';
import { rowsOf } from '../figures/vega.js';
import { count, percent } from '../page/format.js';
import { escape, html, raw, type Markup } from '../page/html.js';
import { measured, sizeOf, type ComparedExperiment, type Size } from './compared.js';
import { wilson, type Interval } from './interval.js';

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 400, 66, 40, 24, 46] as const;
const COLOURS = { other: '#3f90da', current: '#e76300' } as const;
const Y_AXIS = 'accuracy (images right; log scale of the error)';
const xAxis = ({ unit }: Size): string => `${unit} (log scale)`;

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
interface Point extends Pick<ComparedExperiment, 'name' | 'current'> {
  readonly size: number;
  readonly test: number;
  readonly validation: number;
  /** Every training. */
  readonly runs: readonly Run[];
}

interface Run {
  /** NaN where it is not known. */
  readonly seed: number;
  readonly validation: number;
  readonly test: number;
  /** 95% of the test accuracy, by the number of images. */
  readonly interval?: Interval | undefined;
}

/** Accuracy against size as files; nothing without experiments that were measured. */
export function accuracyFigure(given: readonly ComparedExperiment[]): StudyFigure | undefined {
  const [points, size] = [pointsOf(measured(given)), sizeOf(given)];
  const svg = drawn(points, size);
  if (!svg) return undefined;
  const rows = points.flatMap((point) => point.runs.map((run) => ({ ...run, point })));
  const data = {
    experiment: texts(rows.map(({ point }) => point.name)),
    size: ints(rows.map(({ point }) => point.size)),
    seeds: ints(rows.map(({ point }) => point.runs.length)),
    seed: reals(rows.map(({ seed }) => seed)),
    validation: reals(rows.map(({ validation }) => validation)),
    test: reals(rows.map(({ test }) => test)),
    testLow: reals(rows.map(({ interval }) => interval?.low ?? NaN)),
    testHigh: reals(rows.map(({ interval }) => interval?.high ?? NaN)),
  };
  return {
    name: NAME,
    svg: `${svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace(/style="[^"]*"/, `width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" style="color:#1c1b19;background:#fff"`)}\n`,
    spec: specification(data, size),
    data,
  };
}

function specification(data: ResultTable, size: Size): object {
  const x = {
    field: 'size',
    type: 'quantitative',
    scale: { type: 'log', nice: false, padding: 20 },
    title: xAxis(size),
  };
  const y = (field: string): object => ({
    field,
    type: 'quantitative',
    scale: { type: 'log', reverse: true },
    title: Y_AXIS,
    axis: { labelExpr: "format(1 - datum.value, '~%')" },
  });
  const mean = {
    aggregate: [
      { op: 'mean', field: 'testError', as: 'testError' },
      { op: 'mean', field: 'validationError', as: 'validationError' },
    ],
    groupby: ['experiment', 'size', 'seeds'],
  };
  const layer = [
    {
      transform: [{ filter: 'datum.seeds == 1 && isValid(datum.low)' }],
      mark: { type: 'rule' },
      encoding: { x, y: y('low'), y2: { field: 'high' } },
    },
    {
      mark: { type: 'point', filled: true },
      encoding: { x, y: y('testError'), size: { condition: { test: 'datum.seeds == 1', value: 80 }, value: 30 } },
    },
    {
      transform: [mean, { filter: 'datum.seeds > 1' }],
      mark: { type: 'tick', size: 18, thickness: 2 },
      encoding: { x, y: y('testError') },
    },
    { transform: [mean], mark: { type: 'point', filled: false, size: 80 }, encoding: { x, y: y('validationError') } },
    {
      transform: [mean],
      mark: { type: 'text', align: 'left', dx: 12 },
      encoding: { x, y: y('testError'), text: { field: 'experiment' } },
    },
  ];
  const error = (field: string): string => `isValid(datum.${field}) ? max(0.0001, 1 - datum.${field}) : null`;
  const calculated = {
    testError: error('test'),
    validationError: error('validation'),
    low: error('testLow'),
    high: error('testHigh'),
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: 'Accuracy against size' },
    width: 560,
    height: 340,
    data: { name: 'table', values: rowsOf(data) },
    transform: Object.entries(calculated).map(([as, calculate]) => ({ calculate, as })),
    layer,
  };
}

/**
 * Test accuracy against size, one labelled point an experiment, validation as a ring. Of several seeds each is a dot, of one there is its interval.
 * @param files folder of the figure's files, relative to the page
 */
export function accuracyPlot(experiments: readonly ComparedExperiment[], files: string): Markup | undefined {
  const [points, size] = [pointsOf(experiments), sizeOf(experiments)];
  const svg = drawn(points, size);
  if (svg === undefined) return undefined;
  const link = (extension: string, name: string): Markup => html`<a href="${files}/${NAME}.${extension}">${name}</a>`;
  const single =
    points.some(({ runs: [run, ...more] }) => more.length === 0 && run?.interval) &&
    ' Bar: its 95% interval by the number of test images; another seed may lie outside.';
  const seeds =
    points.some(({ runs }) => runs.length > 1) &&
    ' Of several seeds each is a small dot, the line is their mean, and so is the ring.';
  return html`${points.length > 1 && html`<p class="lead">${sizeLead(points, size)}</p>`}<figure class="plot" data-figure="${NAME}">${raw(svg)}<figcaption>Disc: test accuracy. Ring: validation accuracy.${single}${seeds} <span class="files">${link('svg', 'SVG')} ${link('vl.json', 'Vega-Lite')} ${link('parquet', 'Parquet')}</span></figcaption></figure>`;
}

/** Whether size pays: where the largest net and the smallest stand by accuracy. Equal accuracies share the better place. */
function sizeLead(points: readonly Point[], { unit }: Size): string {
  const bySize = [...points].sort((a, b) => b.size - a.size);
  const [largest, smallest] = [bySize[0], bySize[bySize.length - 1]];
  const split = points.every(({ test }) => Number.isFinite(test)) ? 'test' : 'validation';
  const said = (e: Point): string => `${e.name} (${count(e.size)} ${unit})`;
  const place = (e: Point): number => 1 + points.filter((other) => other[split] > e[split]).length;
  if (largest.size === smallest.size)
    return `${points.length === 2 ? 'Both' : `All ${points.length}`} nets have ${count(largest.size)} ${unit}; their ${split} accuracy goes from ${percent(Math.min(...points.map((e) => e[split])))} to ${percent(Math.max(...points.map((e) => e[split])))}.`;
  return `Of ${points.length} nets the largest, ${said(largest)}, is number ${place(largest)} by ${split} accuracy (${percent(largest[split])}), the smallest, ${said(smallest)}, number ${place(smallest)} (${percent(smallest[split])}).`;
}

/** @param experiments as `measured` gives them */
function pointsOf(experiments: readonly ComparedExperiment[]): Point[] {
  const size = sizeOf(experiments);
  return experiments
    .map((e): Point => {
      const runs = e.seeds?.runs ?? [{ seed: e.seed, validation: e.validation, test: e.test }];
      return {
        name: e.name,
        current: e.current,
        size: size.of(e),
        test: e.test,
        validation: e.validation,
        runs: runs.map(({ seed, validation, test }) => ({
          seed: seed ?? NaN,
          validation: validation ?? NaN,
          test: test ?? NaN,
          interval: wilson(test ?? NaN, e.info?.rows.test),
        })),
      };
    })
    .filter((point) => Number.isFinite(point.test) || Number.isFinite(point.validation));
}

/** The error of an accuracy on the scale: its logarithm, of no error that of a ten-thousandth. */
const scaled = (accuracy: number): number => -Math.log10(Math.max(1e-4, 1 - accuracy));

function drawn(points: readonly Point[], size: Size): string | undefined {
  if (points.length === 0) return undefined;
  const values = points.flatMap((e) => [e.test, e.validation, ...heights(e)]).filter(Number.isFinite);
  const [low, high] = [scaled(Math.min(...values)), scaled(Math.max(...values))];
  const pad = Math.max(0.03, (high - low) * 0.08);
  const [bottom, top] = [low - pad, high + pad];
  const sizes = points.map((e) => Math.log10(e.size));
  const [small, large] = [Math.min(...sizes) - 0.15, Math.max(...sizes) + 0.15];
  const x = (of: number): number => LEFT + ((Math.log10(of) - small) / (large - small)) * (WIDTH - LEFT - RIGHT);
  const y = (accuracy: number): number =>
    HEIGHT - BOTTOM - ((scaled(accuracy) - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const spread = ({ runs }: Point): string =>
    runs.length > 1
      ? ` (mean of ${runs.length} seeds, ${percent(Math.min(...runs.map(({ test }) => test)))} to ${percent(Math.max(...runs.map(({ test }) => test)))})`
      : '';
  const alt = `Scatter plot of accuracy against size: ${points.map((e) => `${e.name} ${count(e.size)} ${size.unit}, ${percent(e.test)}${spread(e)}`).join('; ')}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:${WIDTH * 1.25}px" role="img" aria-label="${escape(alt)}" font-size="13" fill="currentColor"><text x="4" y="16" font-size="14" font-weight="600">Accuracy against size</text><text x="${LEFT}" y="${TOP - 8}" opacity=".85" font-size="12">${Y_AXIS}</text>${grid(bottom, top, y)}${ticks(small, large, x)}${points.map((point) => mark(point, x, y)).join('')}${labels(points, x, y)}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" opacity=".85">${xAxis(size)}</text></svg>`;
}

/** Places on the scale of accuracy, coarse ones first. */
const GRIDS = [
  [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999],
  [
    0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998,
    0.999,
  ],
  Array.from({ length: 1000 }, (_, i) => i / 1000),
] as const;

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

function ticks(small: number, large: number, x: (size: number) => number): string {
  const candidates = [1, 2, 5]
    .flatMap((m) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((e) => m * 10 ** e))
    .sort((a, b) => a - b);
  const inside = candidates.filter((n) => Math.log10(n) >= small && Math.log10(n) <= large);
  const shown = inside.length > 8 ? inside.filter((n) => String(n).startsWith('1')) : inside;
  return shown
    .map(
      (n) =>
        `<line x1="${x(n).toFixed(1)}" x2="${x(n).toFixed(1)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}" stroke="currentColor" opacity=".35"/><text x="${x(n).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" opacity=".85">${count(n)}</text>`,
    )
    .join('');
}

const colourOf = ({ current }: Point): string => (current ? COLOURS.current : COLOURS.other);
/** Height of a point: of its test accuracy, else of its validation accuracy. */
const heightOf = ({ test, validation }: Point): number => (Number.isFinite(test) ? test : validation);

/** Test accuracies that are drawn besides the one a point stands at: of each seed, or the ends of the interval of one. */
function heights({ runs }: Point): number[] {
  const [first] = runs;
  return runs.length > 1
    ? runs.map(({ test }) => test)
    : first?.interval
      ? [first.interval.low, first.interval.high]
      : [];
}

function mark(point: Point, x: (size: number) => number, y: (accuracy: number) => number): string {
  const [px, colour, several] = [x(point.size), colourOf(point), point.runs.length > 1];
  const across = (accuracy: number, half: number, width: number, stroke: string): string =>
    `<line x1="${(px - half).toFixed(1)}" x2="${(px + half).toFixed(1)}" y1="${y(accuracy).toFixed(1)}" y2="${y(accuracy).toFixed(1)}" stroke="${stroke}" stroke-width="${width}"/>`;
  const ring = Number.isFinite(point.validation)
    ? `<circle cx="${px.toFixed(1)}" cy="${y(point.validation).toFixed(1)}" r="5" fill="none" stroke="${colour}" stroke-width="1.6"/>`
    : '';
  if (!Number.isFinite(point.test)) return ring;
  const ends = heights(point);
  if (several)
    return `${ring}<g class="seeds">${ends.map((test) => `<circle cx="${px.toFixed(1)}" cy="${y(test).toFixed(1)}" r="3" fill="${colour}" fill-opacity=".6"/>`).join('')}</g>${across(point.test, 9, 2, 'currentColor')}`;
  const bar =
    ends.length > 0
      ? `<g class="interval"><line x1="${px.toFixed(1)}" x2="${px.toFixed(1)}" y1="${y(ends[0]).toFixed(1)}" y2="${y(ends[1]).toFixed(1)}" stroke="currentColor" stroke-width="1.2"/>${ends.map((end) => across(end, 5, 1.2, 'currentColor')).join('')}</g>`
      : '';
  return `${ring}<circle cx="${px.toFixed(1)}" cy="${y(point.test).toFixed(1)}" r="5" fill="${colour}"/>${bar}`;
}

/** Names beside the points; a name moves up or down, or to the other side, until it is clear of the marks and the names before it. */
function labels(points: readonly Point[], x: (size: number) => number, y: (accuracy: number) => number): string {
  const taken = points.flatMap((point) =>
    [point.test, point.validation, ...heights(point)]
      .filter(Number.isFinite)
      .map((value) => ({ left: x(point.size) - 6, right: x(point.size) + 6, y: y(value), half: 6 })),
  );
  return points
    .map((point) => {
      const [px, py, width] = [x(point.size), y(heightOf(point)), point.name.length * 7];
      const beside = point.runs.length > 1 ? 14 : 10;
      const places = [0, -13, 13, -26, 26, -39, 39, -52, 52].flatMap((shift) => [
        { left: px + beside, y: py + shift, anchor: 'start' },
        { left: px - beside - width, y: py + shift, anchor: 'end' },
      ]);
      const inside = places.filter(
        (place) => place.left > LEFT && place.left + width < WIDTH && place.y > TOP && place.y < HEIGHT - BOTTOM,
      );
      const place =
        inside.find((candidate) =>
          taken.every(
            (other) =>
              Math.abs(other.y - candidate.y) >= other.half + 6 ||
              candidate.left + width < other.left ||
              candidate.left > other.right,
          ),
        ) ??
        inside[0] ??
        places[0];
      taken.push({ left: place.left, right: place.left + width, y: place.y, half: 7 });
      const lead =
        Math.abs(place.y - py) > 20
          ? `<line x1="${(place.anchor === 'start' ? px + 4 : px - 4).toFixed(1)}" x2="${(place.anchor === 'start' ? px + 9 : px - 9).toFixed(1)}" y1="${py.toFixed(1)}" y2="${place.y.toFixed(1)}" stroke="currentColor" opacity=".35"/>`
          : '';
      return `${lead}<text x="${(place.anchor === 'start' ? place.left : px - beside).toFixed(1)}" y="${place.y.toFixed(1)}" dy="4" text-anchor="${place.anchor}"${point.current ? ' font-weight="700"' : ''}>${escape(point.name)}</text>`;
    })
    .join('');
}
