import type { ResultTable } from '@layerwise/contracts';
import { numbers } from '../data/experiment.js';
import { ints, reals, texts } from './columns.js';
import type { Drawing } from './vega.js';
import { SERIES_COLOURS } from './theme.js';

/** One line of a curve figure. */
interface Line {
  readonly series: keyof typeof SERIES_COLOURS;
  /** Column of `history.parquet`. */
  readonly column: string;
}

const MEASURES = {
  loss: {
    title: 'Loss',
    axis: 'cross-entropy (nats)',
    format: '.3~f',
    lines: [
      { series: 'train', column: 'loss' },
      { series: 'validation', column: 'valLoss' },
      { series: 'test', column: 'testLoss' },
    ],
  },
  accuracy: {
    title: 'Accuracy',
    axis: 'share of images right',
    format: '.1~%',
    lines: [
      { series: 'train', column: 'accuracy' },
      { series: 'validation', column: 'valAccuracy' },
      { series: 'test', column: 'testAccuracy' },
    ],
  },
} as const;

/** Training and validation curve of `loss` or `accuracy`, the kept epoch marked. Training figures without dropout are taken where the history has them. */
export function historyDrawing(
  history: ResultTable,
  measure: keyof typeof MEASURES,
  bestEpoch: number,
  alt: string,
): Drawing {
  const { title, axis, format, lines } = MEASURES[measure];
  const data = longTable(
    history,
    lines.map((line) => ({ ...line, column: clean(history, line.column) })),
  );
  const series = [...new Set(data['series']?.values as string[])];
  const color = {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain: series, range: series.map((name) => SERIES_COLOURS[name as keyof typeof SERIES_COLOURS]) },
  };
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    axis: { format: 'd', tickMinStep: 1, grid: false },
    scale: { domain: [1, Math.max(2, ...numbers(history['epoch']?.values))], nice: false },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: axis,
    axis: { format, tickCount: 5 },
    scale: { zero: false },
  };
  const spec = {
    title: { text: `${title} by epoch` },
    width: 370,
    height: 230,
    layer: [
      {
        transform: [{ filter: `datum.epoch === ${bestEpoch}` }],
        mark: { type: 'rule', strokeDash: [3, 3], color: 'currentColor', opacity: 0.5 },
        encoding: { x },
      },
      {
        mark: { type: 'line', strokeWidth: 2, interpolate: 'linear', point: { size: 18, filled: true } },
        encoding: { x, y, color },
      },
      {
        transform: [{ filter: `datum.epoch === ${bestEpoch}` }],
        mark: { type: 'point', filled: false, size: 90, strokeWidth: 2 },
        encoding: { x, y, color },
      },
    ],
  };
  return { name: `history-${measure}`, alt, spec, data };
}

function clean(history: ResultTable, column: string): string {
  const name = `clean${column[0]?.toUpperCase()}${column.slice(1)}`;
  return history[name] ? name : column;
}

function longTable(history: ResultTable, lines: readonly Line[]): ResultTable {
  const epoch: number[] = [];
  const series: string[] = [];
  const value: number[] = [];
  for (const line of lines) {
    const column = history[line.column];
    if (!column) continue;
    numbers(column.values).forEach((number, i) => {
      if (!Number.isFinite(number)) return;
      epoch.push(numbers(history['epoch']?.values)[i]);
      series.push(line.series);
      value.push(number);
    });
  }
  return { epoch: ints(epoch), series: texts(series), value: reals(value) };
}
