// Written by build.mjs from the table in assembly/records.mjs.

/** What a net and its training are, and where their arrays stand: byte offsets. Pointers and integers are u32 unless said. */
export namespace Plan {
  export const BYTES: usize = 192;
  export const LAYERS: usize = 0; // hidden layers + 1
  export const INPUTS: usize = 4;
  export const CLASSES: usize = 8;
  export const BATCH: usize = 12;
  export const WORKERS: usize = 16;
  export const SPARSE: usize = 20; // 1: the first layer works on lists of non-zeros
  export const OPTIMIZER: usize = 24; // code of src/train/optimizers.ts
  export const RATES: usize = 28; // f32 for each step of the epoch
  export const BETA1: usize = 32; // f32
  export const BETA2: usize = 36; // f32
  export const EPSILON: usize = 40; // f32
  export const LAZY: usize = 44; // 1: rows without gradient are left for later
  export const STEP: usize = 48; // steps done before this epoch
  export const FACTOR: usize = 52; // f32[D]
  export const OFFSET: usize = 56; // f32[D]
  export const DROP: usize = 60; // threshold of input dropout, 0 for none
  export const DROP_SCALE: usize = 64; // f32
  export const DROP_SEED: usize = 68; // two words
  export const INPUT: usize = 76; // two buffers: lists or panels
  export const STARTS: usize = 84; // two buffers: begin and end of each row's list
  export const ENTRIES: usize = 92; // two buffers: the batch's columns as lists; or f32 sums of the columns, in the first
  export const ENTRIES_STRIDE: usize = 100; // bytes of each worker's part
  export const RECORDS: usize = 104; // two buffers: one record for each column's list
  export const RECORD_COUNTS: usize = 112; // i32[2][workers]
  export const CURSORS: usize = 116; // i32[D]
  export const LAST: usize = 120; // u32[D]: step at which a row was last updated
  export const POWERS: usize = 124; // f32[4097]: rho^k
  export const LOSSES: usize = 128; // f32[B]
  export const HITS: usize = 132; // i32[B]
  export const TOTALS: usize = 136; // Totals
  export const BARRIER: usize = 140;
  export const LAYER_TABLE: usize = 144;
  export const PENALTIES: usize = 148; // f64 for each tile
  export const TILES: usize = 152;
  export const PENALISED: usize = 156; // 1: some layer has an L2 penalty
  export const ONE_MINUS_BETA1: usize = 160; // f32: 1 - BETA1
  export const ONE_MINUS_BETA2: usize = 164; // f32: 1 - BETA2
  export const SCRATCH: usize = 168; // SCRATCH_BYTES for each worker
  export const LISTS: usize = 172; // each worker's buffer of lists
  export const LISTS_STRIDE: usize = 176; // its bytes
  export const EXTRA: usize = 180; // f32: what one optimiser alone has
}

/** The totals of an epoch: byte offsets. Pointers and integers are u32 unless said. */
export namespace Totals {
  export const BYTES: usize = 64;
  export const LOSS: usize = 0; // f64: sum over rows
  export const PENALTY: usize = 8; // f64: sum over rows
  export const HITS: usize = 16; // i32
  export const STATUS: usize = 20; // i32: 1: a loss was not finite
  export const FAILED: usize = 24; // i32: batch at which
  export const POWER1: usize = 32; // f64: beta1^steps
  export const POWER2: usize = 40; // f64: beta2^steps
}

/** One layer: byte offsets. Pointers and integers are u32 unless said. */
export namespace Layer {
  export const BYTES: usize = 64;
  export const IN: usize = 0;
  export const OUT: usize = 4;
  export const WEIGHTS: usize = 8; // panels of in + 1 rows; the last row is the bias
  export const SLOT1: usize = 12; // distance in bytes from a weight to its first optimiser slot
  export const SLOT2: usize = 16;
  export const TRANSPOSED: usize = 20; // panels of out rows over the inputs, then a row of zeros; 0 for the first layer
  export const ACTIVATION: usize = 24; // code of the registry of activations; any other for the softmax
  export const DROP: usize = 28;
  export const DROP_SCALE: usize = 32; // f32
  export const DECAY: usize = 36; // f32: 2 x L2
  export const VALUES: usize = 40; // two buffers
  export const DELTA: usize = 48;
  export const TILE: usize = 52; // number of the layer's first tile
  export const SPARSE: usize = 56; // Sparse
  export const SUMS: usize = 60; // weighted sums, where the slope cannot be told from the activation; else 0
}

/** A set of rows: byte offsets. Pointers and integers are u32 unless said. */
export namespace Rows {
  export const BYTES: usize = 32;
  export const COUNT: usize = 0;
  export const KIND: usize = 4; // 0 bytes, 1 floats, 2 sparse bytes, 3 sparse floats
  export const VALUES: usize = 8;
  export const COLUMNS: usize = 12; // u16 of each sparse value
  export const STARTS: usize = 16; // u32[rows + 1]
  export const LABELS: usize = 20; // u16
}
