// Where the trainer's numbers stand: records.mjs has the records' fields.
import { Layer, Plan } from './records';

export { Layer, Plan, Rows, Totals } from './records';

/** Sums of one row of three panels, and of the 16 rows that are summed before they are used. */
export const SUM_BYTES: usize = 192;
export const SUMS: i32 = 16;
export const SCRATCH_BYTES: usize = 3072;

/** What of a layer works on lists of non-zeros. */
export namespace Sparse {
  export const INPUT: i32 = 1;
  export const DELTA: i32 = 2;
}

/** Panels are 16 columns wide, the last one as narrow as a multiple of 4 allows. */
@inline
export function panelCount(columns: i32): i32 {
  return (columns + 15) >> 4;
}

/** Bytes of one row in panel `p`: 64, or less in the last. */
@inline
export function panelStride(columns: i32, p: i32): i32 {
  return min(16, (columns - (p << 4) + 3) & ~3) << 2;
}

/** How many of the panels [p, last) are full. */
@inline
export function fullPanels(columns: i32, p: i32, last: i32): i32 {
  return min(last, columns >> 4) - p;
}

/** Address of panel `p` of a matrix with `rows` rows. */
@inline
export function panel(base: usize, rows: i32, p: i32): usize {
  return base + ((<usize>p * <usize>rows) << 6);
}

/** The first of the things that are worker `worker`'s when `n` are dealt to `workers` in order. */
@inline
export function share(n: i32, worker: i32, workers: i32): i32 {
  return <i32>((<i64>n * worker) / workers);
}

/** The record of a layer. */
@inline
export function layerAt(plan: usize, index: i32): usize {
  return load<usize>(plan, Plan.LAYER_TABLE) + <usize>index * Layer.BYTES;
}

/** One of two buffers of a record. */
@inline
export function buffer(base: usize, field: usize, number: i32): usize {
  return load<usize>(base + field + (<usize>number << 2));
}

/** A thread's buffer of lists. */
@inline
export function listsOf(plan: usize, worker: i32): usize {
  return load<usize>(plan, Plan.LISTS) + <usize>worker * load<usize>(plan, Plan.LISTS_STRIDE);
}
