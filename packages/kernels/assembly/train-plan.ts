// Where the trainer's numbers stand: word offsets shared with src/train/plan.ts.

/** Word offsets of the plan. Pointers and integers are u32, rates f32, unless said. */
export namespace Plan {
  export const LAYERS: usize = 0 << 2; // hidden layers + 1
  export const INPUTS: usize = 1 << 2;
  export const CLASSES: usize = 2 << 2;
  export const BATCH: usize = 3 << 2;
  export const WORKERS: usize = 4 << 2;
  export const SPARSE: usize = 5 << 2; // 1: the first layer works on lists of non-zeros
  export const OPTIMIZER: usize = 6 << 2; // code of src/train/optimizers.ts
  export const RATES: usize = 7 << 2; // f32 for each step of the epoch
  export const BETA1: usize = 8 << 2; // f32
  export const BETA2: usize = 9 << 2; // f32
  export const EPSILON: usize = 10 << 2; // f32
  export const LAZY: usize = 11 << 2; // 1: rows without gradient are left for later
  export const STEP: usize = 12 << 2; // steps done before this epoch
  export const FACTOR: usize = 13 << 2; // f32[D]
  export const OFFSET: usize = 14 << 2; // f32[D]
  export const DROP: usize = 15 << 2; // threshold of input dropout, 0 for none
  export const DROP_SCALE: usize = 16 << 2; // f32
  export const DROP_SEED: usize = 17 << 2; // two words
  export const INPUT: usize = 19 << 2; // two buffers: lists or panels
  export const STARTS: usize = 21 << 2; // two buffers: begin and end of each row's list
  export const ENTRIES: usize = 23 << 2; // two buffers: the batch's columns as lists; or f32 sums of the columns, in the first
  export const ENTRIES_STRIDE: usize = 25 << 2; // bytes of each worker's part
  export const RECORDS: usize = 26 << 2; // two buffers: one record for each column's list
  export const RECORD_COUNTS: usize = 28 << 2; // i32[2][workers]
  export const CURSORS: usize = 29 << 2; // i32[D]
  export const LAST: usize = 30 << 2; // u32[D]: step at which a row was last updated
  export const POWERS: usize = 31 << 2; // f32[4097]: rho^k
  export const LOSSES: usize = 32 << 2; // f32[B]
  export const HITS: usize = 33 << 2; // i32[B]
  export const TOTALS: usize = 34 << 2; // Totals
  export const BARRIER: usize = 35 << 2;
  export const LAYER_TABLE: usize = 36 << 2;
  export const PENALTIES: usize = 37 << 2; // f64 for each tile
  export const TILES: usize = 38 << 2;
  export const PENALISED: usize = 39 << 2; // 1: some layer has an L2 penalty
  export const ONE_MINUS_BETA1: usize = 40 << 2; // f32: 1 - BETA1
  export const ONE_MINUS_BETA2: usize = 41 << 2; // f32: 1 - BETA2
  export const SCRATCH: usize = 42 << 2; // SCRATCH_BYTES for each worker
  export const LISTS: usize = 43 << 2; // each worker's buffer of lists
  export const LISTS_STRIDE: usize = 44 << 2; // its bytes
  export const EXTRA: usize = 45 << 2; // f32: what one optimiser alone has
}

/** Sums of one row of three panels, and of the 16 rows that are summed before they are used. */
export const SUM_BYTES: usize = 192;
export const SUMS: i32 = 16;
export const SCRATCH_BYTES: usize = 3072;

/** Byte offsets in the totals of an epoch. */
export namespace Totals {
  export const LOSS: usize = 0; // f64: sum over rows
  export const PENALTY: usize = 8; // f64: sum over rows
  export const HITS: usize = 16; // i32
  export const STATUS: usize = 20; // 1: a loss was not finite
  export const FAILED: usize = 24; // batch at which
  export const POWER1: usize = 32; // f64: beta1^steps
  export const POWER2: usize = 40; // f64
}

/** Word offsets of one layer's record. */
export namespace Layer {
  export const BYTES: usize = 64;
  export const IN: usize = 0 << 2;
  export const OUT: usize = 1 << 2;
  export const WEIGHTS: usize = 2 << 2; // panels of in + 1 rows; the last row is the bias
  export const SLOT1: usize = 3 << 2; // distance in bytes from a weight to its first optimiser slot
  export const SLOT2: usize = 4 << 2;
  export const TRANSPOSED: usize = 5 << 2; // panels of out rows over the inputs, then a row of zeros; 0 for the first layer
  export const ACTIVATION: usize = 6 << 2; // code of the registry of activations; any other for the softmax
  export const DROP: usize = 7 << 2;
  export const DROP_SCALE: usize = 8 << 2; // f32
  export const DECAY: usize = 9 << 2; // f32: 2 x L2
  export const VALUES: usize = 10 << 2; // two buffers
  export const DELTA: usize = 12 << 2;
  export const TILE: usize = 13 << 2; // number of the layer's first tile
  export const SPARSE: usize = 14 << 2; // Sparse
  export const SUMS: usize = 15 << 2; // weighted sums, where the slope cannot be told from the activation; else 0
}

/** What of a layer works on lists of non-zeros. */
export namespace Sparse {
  export const INPUT: i32 = 1;
  export const DELTA: i32 = 2;
}

/** Word offsets of a set of rows. */
export namespace Rows {
  export const COUNT: usize = 0 << 2;
  export const KIND: usize = 1 << 2; // 0 bytes, 1 floats, 2 sparse bytes, 3 sparse floats
  export const VALUES: usize = 2 << 2;
  export const COLUMNS: usize = 3 << 2; // u16 of each sparse value
  export const STARTS: usize = 4 << 2; // u32[rows + 1]
  export const LABELS: usize = 5 << 2; // u16
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
