import { Layout, view, type Slot } from '../layout.js';
import { kernelMemory, kernelModule, openKernel, type KernelExports } from '../wasm.js';
import { blocksOf, rowsOfBlock, type RowSource } from './network.js';
import { ROWS, ROWS_BYTES } from './records.js';
import { trainKernel } from './kernel.js';

/** Rows are kept as lists of non-zeros when at most this share of the numbers is not zero. */
export const SPARSE_DENSITY = 0.4;

/** Counts the non-zeros of sets of rows in a small memory of its own: for each set uint32[rows + 1], summed up, from 0. */
export async function nonZeroStarts(sets: readonly RowSource[], columns: number): Promise<Uint32Array[]> {
  const layout = new Layout();
  const most = Math.max(1, ...sets.map((set) => rowsOfBlock(set, columns)));
  const bytes = layout.take(Uint8Array, 4 * most * columns);
  const floats = { ...bytes, type: Float32Array, length: most * columns };
  const counts = layout.take(Uint32Array, most);
  const memory = kernelMemory(layout.pages);
  const kernel = await openKernel(trainKernel, await kernelModule(trainKernel), memory);
  const found = view(memory, counts);
  const all: Uint32Array[] = [];
  for (const set of sets) {
    const starts = new Uint32Array(set.labels.length + 1);
    const kind = set.dtype === 'uint8' ? 0 : 1;
    const staged: Uint8Array | Float32Array = kind === 0 ? view(memory, bytes) : view(memory, floats);
    for await (const { from, rows, values } of blocksOf(set, columns)) {
      staged.set(values);
      kernel.countRows(kind, bytes.offset, columns, rows, counts.offset);
      for (let i = 0; i < rows; i++) starts[from + i + 1] = starts[from + i] + found[i];
    }
    all.push(starts);
  }
  return all;
}

/** The most non-zeros that `batch` rows can have together. */
export function fullestBatch(starts: Uint32Array, batch: number): number {
  const counts = new Uint32Array(starts.length - 1);
  for (let r = 0; r < counts.length; r++) counts[r] = starts[r + 1] - starts[r];
  counts.sort();
  return counts.subarray(Math.max(0, counts.length - batch)).reduce((sum, n) => sum + n, 0);
}

/** How many rows a set has, of which type of numbers, and how many of these are not 0 where the rows are held as lists of them. */
export interface RowsSize {
  readonly count: number;
  readonly dtype: 'uint8' | 'float32';
  readonly nonZeros?: number | undefined;
}

/** The size of a set of rows; `starts` when they are to be lists. */
export function sizeOf({ dtype, labels }: RowSource, starts?: Uint32Array): RowsSize {
  return { count: labels.length, dtype, nonZeros: starts?.[labels.length] };
}

/** A set of rows placed in the kernel's memory. */
export interface PlannedRows {
  readonly count: number;
  readonly record: Slot<Uint32ArrayConstructor>;
  /** Copies the rows in, once the memory exists; `starts` as counted where they are lists. */
  load(
    memory: WebAssembly.Memory,
    kernel: KernelExports<(typeof trainKernel)['functions']>,
    rows: RowSource,
    starts?: Uint32Array,
  ): Promise<void>;
}

/** Plans the memory of a set of rows. */
export function planRows(layout: Layout, size: RowsSize, columns: number): PlannedRows {
  const { count, dtype, nonZeros } = size;
  const record = layout.take(Uint32Array, ROWS_BYTES / 4);
  const type = dtype === 'uint8' ? Uint8Array : Float32Array;
  const listed = nonZeros !== undefined;
  const held = layout.take(type, (nonZeros ?? count * columns) + 16) as Slot;
  const names = layout.take(Uint16Array, nonZeros ?? 0);
  const firsts = layout.take(Uint32Array, listed ? count + 1 : 0);
  const classes = layout.take(Uint16Array, count);
  const staged = layout.take(type, listed ? rowsOfBlock(size, columns) * columns + 16 : 0) as Slot;
  return {
    count,
    record,
    async load(memory, kernel, rows, starts) {
      const fields = view(memory, record);
      fields[ROWS.count] = count;
      fields[ROWS.kind] = (dtype === 'uint8' ? 0 : 1) + (listed ? 2 : 0);
      fields[ROWS.values] = held.offset;
      fields[ROWS.columns] = names.offset;
      fields[ROWS.starts] = firsts.offset;
      fields[ROWS.labels] = classes.offset;
      view(memory, classes).set(rows.labels);
      if (starts) view(memory, firsts).set(starts);
      const target = view(memory, starts ? staged : held);
      for await (const { from, rows: some, values } of blocksOf(rows, columns)) {
        target.set(values, starts ? 0 : from * columns);
        if (starts) kernel.listRows(record.offset, staged.offset, columns, from, some);
      }
    },
  };
}
