import { Layout, type Slot } from '../layout.js';
import { widths, type Network } from './network.js';
import type { Optimizer } from './optimizers.js';
import { panelFloats } from './panels.js';
import { listBytes, planNet, type Plan, type Training } from './plan.js';
import { planRows, SPARSE_DENSITY, type PlannedRows, type RowsSize } from './rows.js';
import { usefulWorkers } from './useful-workers.js';

/** Rows that a thread takes through the net at once when it evaluates. */
export const CHUNK = 64;

/** One thread's buffers for evaluation, as the kernel finds them. */
export interface Desk {
  readonly table: Slot<Uint32ArrayConstructor>;
  readonly buffers: readonly Slot[];
  readonly peaks: readonly Slot<Float32ArrayConstructor>[];
}

/** Where a prediction of some rows stands. */
export interface Block {
  readonly rows: number;
  readonly probabilities: Slot<Float32ArrayConstructor>;
  readonly hidden: readonly Slot<Float32ArrayConstructor>[];
  readonly table: Slot<Uint32ArrayConstructor>;
}

/** The places in memory of evaluation and prediction. */
export interface EvaluationDesk {
  readonly desks: readonly Desk[];
  readonly block: Block;
  readonly losses: Slot<Float32ArrayConstructor>;
  readonly best: Slot<Uint32ArrayConstructor>;
}

/** The places of everything that a net and its rows have in the kernel's memory. */
export interface NetMemory {
  readonly layout: Layout;
  readonly plan: Plan;
  readonly sets: ReadonlyMap<string, PlannedRows>;
  readonly desk: EvaluationDesk;
  /** The order of the rows of an epoch; empty without training. */
  readonly orders: Slot<Uint32ArrayConstructor>;
}

/**
 * Plans that memory.
 * @param fullest the most non-zeros of {@link CHUNK} rows, where rows are lists
 * @param training how the first set is trained on, if it is
 */
export function planMemory(
  layout: Layout,
  network: Network,
  workers: number,
  sizes: ReadonlyMap<string, RowsSize>,
  fullest: number | undefined,
  training?: { readonly set: string; readonly settled: Training },
): NetMemory {
  const plan = planNet(layout, network, training?.settled);
  const sets = new Map([...sizes].map(([name, size]) => [name, planRows(layout, size, network.inputs)]));
  const mostRows = Math.max(0, ...[...sizes.values()].map(({ count }) => count));
  const desk = planEvaluation(layout, network, workers, mostRows, fullest);
  const orders = layout.take(Uint32Array, training ? (sizes.get(training.set)?.count ?? 0) : 0);
  return { layout, plan, sets, desk, orders };
}

function planEvaluation(
  layout: Layout,
  network: Network,
  workers: number,
  mostRows: number,
  fullest: number | undefined,
): EvaluationDesk {
  const units = network.hidden.map((layer) => layer.units);
  const perRow = network.classes + units.reduce((sum, n) => sum + n, 0);
  const rows = Math.max(1, Math.min(mostRows, Math.max(CHUNK, Math.floor((1 << 22) / perRow))));
  const desks = Array.from({ length: Math.max(1, workers) }, (): Desk => ({
    table: layout.take(Uint32Array, 2 * network.hidden.length + 5),
    buffers: [
      fullest === undefined
        ? layout.take(Float32Array, panelFloats(CHUNK, network.inputs))
        : layout.take(Uint32Array, 2 * fullest),
      layout.take(Uint32Array, 2 * CHUNK),
      layout.take(Uint32Array, listBytes(network, 0) / 4),
      ...widths(network)
        .slice(1)
        .map((n) => layout.take(Float32Array, panelFloats(CHUNK, n))),
    ],
    peaks: units.map((n) => layout.take(Float32Array, n + 4)),
  }));
  return {
    desks,
    block: {
      rows,
      probabilities: layout.take(Float32Array, rows * network.classes),
      hidden: units.map((n) => layout.take(Float32Array, rows * n)),
      table: layout.take(Uint32Array, Math.max(1, units.length)),
    },
    losses: layout.take(Float32Array, mostRows),
    best: layout.take(Uint32Array, mostRows),
  };
}

/** What decides the memory of a training, known before any row is read. */
export interface TrainingSize {
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** Rows per step. */
  readonly batch: number;
  /** Threads. Default 1. */
  readonly workers?: number;
  /** Sets of rows by name, `train` among them: how many rows, and whether their numbers are bytes or float32. */
  readonly rows: Readonly<Record<string, { readonly count: number; readonly dtype: 'uint8' | 'float32' }>>;
  /** Share of the rows' numbers that are not 0, in [0, 1]. Without it, whichever share takes most memory. */
  readonly density?: number;
}

/**
 * Bytes of memory that the kernel takes for a training: an upper bound, exact for rows that are not kept as lists of
 * non-zeros. It may exceed the 4 GiB that a kernel can have. Rows that the caller holds come on top, but not those that are read as needed.
 */
export function trainingBytes({ network, optimizer, batch, workers = 1, rows, density }: TrainingSize): number {
  if (density === undefined)
    return Math.max(
      ...[1, SPARSE_DENSITY].map((share) =>
        trainingBytes({ network, optimizer, batch, workers, rows, density: share }),
      ),
    );
  const sparse = density <= SPARSE_DENSITY;
  const sizes = new Map(
    Object.entries(rows).map(([name, { count, dtype }]) => [
      name,
      { count, dtype, nonZeros: sparse ? Math.ceil(density * count * network.inputs) : undefined },
    ]),
  );
  const size = Math.max(1, Math.min(batch, rows['train']?.count ?? 0));
  const total = [...sizes.values()].reduce((sum, { nonZeros }) => sum + (nonZeros ?? 0), 0);
  const settled: Training = {
    optimizer,
    batch: size,
    dropoutSeed: new Uint32Array(4),
    workers: Math.min(usefulWorkers(network, size, density), workers),
    sparse,
    nonZerosPerBatch: sparse ? Math.min(size * network.inputs, total) : 0,
    steps: Math.ceil((rows['train']?.count ?? 0) / size),
  };
  const fullest = sparse ? Math.min(CHUNK * network.inputs, total) : undefined;
  const layout = new Layout(Infinity);
  return planMemory(layout, network, workers, sizes, fullest, { set: 'train', settled }).layout.bytes;
}
