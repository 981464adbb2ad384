import { count } from '../page/format.js';
import { reals, texts } from './columns.js';
import { classColour } from '../page/colours.js';
import type { Drawing } from './vega.js';

/** What the line of a one-node layer shows. */
export interface ActivationLine {
  readonly layer: string;
  readonly activation: Float32Array;
  /** True class of each row. */
  readonly label: Uint16Array;
  readonly names: readonly string[];
  /** Class the output layer gives to an activation, where it reads this layer. */
  readonly predicted?: (activation: number) => number;
  readonly alt: string;
}

const BINS = 60;

/**
 * One row a class: where on the line of the node its images lie; under them, the class that the output layer gives to
 * each place. Cut at the 99.5th percentile.
 */
export function lineDrawing({ layer, activation, label, names, predicted, alt }: ActivationLine): Drawing {
  const sorted = Float32Array.from(activation).sort();
  const low = Math.min(0, sorted[0] ?? 0);
  const high = Math.max(low + 1e-6, sorted[Math.floor(0.995 * (sorted.length - 1))] ?? 1);
  const step = (high - low) / BINS;
  const share = shares(activation, label, names.length, low, step);
  const cells = share.flatMap((row, c) =>
    row.map((value, bin): Cell => ({ row: names[c], group: names[c], bin, end: bin + 1, value })),
  );
  if (predicted) cells.push(...answers((bin) => names[predicted(low + (bin + 0.5) * step)]));
  const shown = cells.filter(({ value }) => value > 0);
  const data = {
    row: texts(shown.map((c) => c.row)),
    class: texts(shown.map((c) => c.group)),
    from: reals(shown.map((c) => low + c.bin * step)),
    to: reals(shown.map((c) => low + c.end * step)),
    share: reals(shown.map((c) => c.value)),
  };
  const spec = {
    title: {
      text: 'The line of the one node',
      subtitle: `${count(activation.length)} training images by true class; last row: what the net answers`,
    },
    width: 370,
    height: { step: 24 },
    mark: { type: 'rect' },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: 'activation of node 1',
        scale: { domain: [low, high], nice: false, zero: false },
        axis: { grid: false },
      },
      x2: { field: 'to' },
      y: { field: 'row', type: 'nominal', sort: [...names, 'output'], title: 'true class', axis: { ticks: false } },
      color: {
        field: 'class',
        type: 'nominal',
        legend: null,
        scale: { domain: names, range: names.map((_, c) => classColour(c)) },
      },
      opacity: {
        field: 'share',
        type: 'quantitative',
        legend: null,
        scale: { type: 'sqrt', domain: [0, Math.max(1e-9, ...share.flat())], range: [0.04, 1], clamp: true },
      },
    },
  };
  return { name: `line-${layer}`, alt, spec, data };
}

/** Bins `bin` to `end` of a row. */
interface Cell {
  readonly row: string;
  readonly group: string;
  readonly bin: number;
  readonly end: number;
  readonly value: number;
}

/** What the net answers along the line, neighbours of one class as one cell. */
function answers(classOf: (bin: number) => string): Cell[] {
  const cells: Cell[] = [];
  for (let bin = 0; bin < BINS; bin++) {
    const group = classOf(bin);
    const last = cells[cells.length - 1];
    if (last?.group === group) cells[cells.length - 1] = { ...last, end: bin + 1 };
    else cells.push({ row: 'output', group, bin, end: bin + 1, value: 1 });
  }
  return cells;
}

/** Share of each class's rows in each bin. */
function shares(activation: Float32Array, label: Uint16Array, classes: number, low: number, step: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(BINS).fill(0));
  const totals = new Array<number>(classes).fill(0);
  label.forEach((c, i) => {
    totals[c] = totals[c] + 1;
    const bin = Math.floor((activation[i] - low) / step);
    const row = counts[c];
    if (bin >= 0 && bin < BINS) row[bin] = row[bin] + 1;
  });
  return counts.map((row, c) => row.map((n) => n / Math.max(1, totals[c])));
}
