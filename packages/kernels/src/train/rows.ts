import { Layout, view, type Slot } from '../layout.js';
import { kernelMemory, kernelModule, openKernel, type KernelExports } from '../wasm.js';
import type { LabelledRows } from './network.js';
import { ROWS, ROWS_BYTES } from './records.js';
import { trainKernel } from './kernel.js';

/** Rows are kept as lists of non-zeros when at most this share of the numbers is not zero. */
export const SPARSE_DENSITY = 0.4;
const STAGED_BYTES = 1 << 20;

/** Counts the non-zeros of sets of rows in a small memory of its own: for each set uint32[rows + 1], summed up, from 0. */
export async function nonZeroStarts(sets: readonly LabelledRows[], columns: number): Promise<Uint32Array[]> {
  const layout = new Layout();
  const blockRows = Math.max(1, Math.floor(STAGED_BYTES / (4 * columns)));
  const bytes = layout.take(Uint8Array, 4 * blockRows * columns);
  const floats = { ...bytes, type: Float32Array, length: blockRows * columns };
  const counts = layout.take(Uint32Array, blockRows);
  const memory = kernelMemory(layout.pages);
  const kernel = await openKernel(trainKernel, await kernelModule(trainKernel), memory);
  return sets.map(({ values, labels }) => {
    const starts = new Uint32Array(labels.length + 1);
    const kind = values instanceof Uint8Array ? 0 : 1;
    const staged: Uint8Array | Float32Array = kind === 0 ? view(memory, bytes) : view(memory, floats);
    const found = view(memory, counts);
    for (let r = 0; r < labels.length; r += blockRows) {
      const some = Math.min(blockRows, labels.length - r);
      staged.set(values.subarray(r * columns, (r + some) * columns));
      kernel.countRows(kind, bytes.offset, columns, some, counts.offset);
      for (let i = 0; i < some; i++) starts[r + i + 1] = starts[r + i] + found[i];
    }
    return starts;
  });
}

/** The most non-zeros that `batch` rows can have together. */
export function fullestBatch(starts: Uint32Array, batch: number): number {
  const counts = new Uint32Array(starts.length - 1);
  for (let r = 0; r < counts.length; r++) counts[r] = starts[r + 1] - starts[r];
  counts.sort();
  return counts.subarray(Math.max(0, counts.length - batch)).reduce((sum, n) => sum + n, 0);
}

/** A set of rows placed in the kernel's memory. */
export interface PlannedRows {
  readonly count: number;
  readonly record: Slot<Uint32ArrayConstructor>;
  /** Copies the rows in, once the memory exists. */
  load(memory: WebAssembly.Memory, kernel: KernelExports<(typeof trainKernel)['functions']>): void;
}

/** Plans the memory of a set of rows; `starts` when they are to be sparse. */
export function planRows(layout: Layout, rows: LabelledRows, columns: number, starts?: Uint32Array): PlannedRows {
  const { values, labels } = rows;
  const count = labels.length;
  const bytes = values instanceof Uint8Array;
  const record = layout.take(Uint32Array, ROWS_BYTES / 4);
  const type = bytes ? Uint8Array : Float32Array;
  const held = layout.take(type, (starts ? starts[count] : values.length) + 16) as Slot;
  const names = layout.take(Uint16Array, starts ? starts[count] : 0);
  const firsts = layout.take(Uint32Array, starts ? count + 1 : 0);
  const classes = layout.take(Uint16Array, count);
  const stagedRows = Math.max(1, Math.floor(STAGED_BYTES / (columns * type.BYTES_PER_ELEMENT)));
  const staged = layout.take(type, starts ? stagedRows * columns + 16 : 0) as Slot;
  return {
    count,
    record,
    load(memory, kernel) {
      const kind = (bytes ? 0 : 1) + (starts ? 2 : 0);
      const fields = view(memory, record);
      fields[ROWS.count] = count;
      fields[ROWS.kind] = kind;
      fields[ROWS.values] = held.offset;
      fields[ROWS.columns] = names.offset;
      fields[ROWS.starts] = firsts.offset;
      fields[ROWS.labels] = classes.offset;
      view(memory, classes).set(labels);
      if (!starts) {
        view(memory, held).set(values);
        return;
      }
      view(memory, firsts).set(starts);
      const stage = view(memory, staged);
      for (let r = 0; r < count; r += stagedRows) {
        const some = Math.min(stagedRows, count - r);
        stage.set(values.subarray(r * columns, (r + some) * columns));
        kernel.listRows(record.offset, staged.offset, columns, r, some);
      }
    },
  };
}
