import type { ResultTable } from '@layerwise/contracts';
import { ints, reals, texts } from '../figures/columns.js';
import { rowsOf } from '../figures/vega.js';
import { count, percent, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { accuracyDrawing, areMovedApart, standaloneSvg, xAxis, Y_AXIS, type Point } from './accuracy-drawing.js';
import { measured, sizeOf, type ComparedExperiment, type Size } from './compared.js';
import { wilson } from './interval.js';

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
  const [points, size] = [pointsOf(measured(given)), sizeOf(given)];
  if (points.length === 0) return undefined;
  const svg = accuracyDrawing(points, size);
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
    svg: standaloneSvg(svg),
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
  if (points.length === 0) return undefined;
  const svg = accuracyDrawing(points, size);
  const link = (extension: string, name: string): Markup => html`<a href="${files}/${NAME}.${extension}">${name}</a>`;
  const single =
    points.some(({ runs: [run, ...more] }) => more.length === 0 && run?.interval) &&
    ' Bar: its 95% interval by the number of test images; another seed may lie outside.';
  const seeds =
    points.some(({ runs }) => runs.length > 1) &&
    ' Of several seeds each is a small dot, the line is their mean, and so is the ring.';
  const equal = areMovedApart(points) && ' Nets of one size stand side by side around it.';
  return html`${points.length > 1 && html`<p class="lead">${sizeLead(points, size)}</p>`}
    <figure class="plot" data-figure="${NAME}">${svg}
    <figcaption>Disc: test accuracy. Ring: validation accuracy.${single}${seeds}${equal}
    ${' '}<span class="files">${link('svg', 'SVG')} ${link('vl.json', 'Vega-Lite')} ${link('parquet', 'Parquet')}</span>
    </figcaption></figure>`;
}

/** Whether size pays: where the largest net and the smallest stand by accuracy. Equal accuracies share the better place. */
function sizeLead(points: readonly Point[], { unit }: Size): string {
  const bySize = [...points].sort((a, b) => b.size - a.size);
  const [largest, smallest] = [bySize[0], bySize[bySize.length - 1]];
  const split = points.every(({ test }) => Number.isFinite(test)) ? 'test' : 'validation';
  const said = (e: Point): string => `${e.name} (${count(e.size)} ${unit})`;
  const place = (e: Point): number => 1 + points.filter((other) => other[split] > e[split]).length;
  if (largest.size === smallest.size)
    return words`${points.length === 2 ? 'Both' : `All ${points.length}`} nets have ${count(largest.size)} ${unit};
      their ${split} accuracy goes from ${percent(Math.min(...points.map((e) => e[split])))} to
      ${percent(Math.max(...points.map((e) => e[split])))}.`;
  return words`Of ${points.length} nets the largest, ${said(largest)}, is number ${place(largest)} by ${split}
    accuracy (${percent(largest[split])}), the smallest, ${said(smallest)}, number ${place(smallest)}
    (${percent(smallest[split])}).`;
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
