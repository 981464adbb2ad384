// Written by build.mjs from the table in assembly/records.mjs.

/** What a net and its training are, and where their arrays stand: the number of each field in an array of its type. */
export const PLAN = {
  /** hidden layers + 1. */
  layers: 0,
  inputs: 1,
  classes: 2,
  batch: 3,
  workers: 4,
  /** 1: the first layer works on lists of non-zeros. */
  sparse: 5,
  /** code of src/train/optimizers.ts. */
  optimizer: 6,
  /** f32 for each step of the epoch. */
  rates: 7,
  beta1: 8,
  beta2: 9,
  epsilon: 10,
  /** 1: rows without gradient are left for later. */
  lazy: 11,
  /** steps done before this epoch. */
  step: 12,
  /** f32[D]. */
  factor: 13,
  /** f32[D]. */
  offset: 14,
  /** threshold of input dropout, 0 for none. */
  drop: 15,
  dropScale: 16,
  /** two words. */
  dropSeed: 17,
  /** two buffers: lists or panels. */
  input: 19,
  /** two buffers: begin and end of each row's list. */
  starts: 21,
  /** two buffers: the batch's columns as lists; or f32 sums of the columns, in the first. */
  entries: 23,
  /** bytes of each worker's part. */
  entriesStride: 25,
  /** two buffers: one record for each column's list. */
  records: 26,
  /** i32[2][workers]. */
  recordCounts: 28,
  /** i32[D]. */
  cursors: 29,
  /** u32[D]: step at which a row was last updated. */
  last: 30,
  /** f32[4097]: rho^k. */
  powers: 31,
  /** f32[B]. */
  losses: 32,
  /** i32[B]. */
  hits: 33,
  /** Totals. */
  totals: 34,
  barrier: 35,
  layerTable: 36,
  /** f64 for each tile. */
  penalties: 37,
  tiles: 38,
  /** 1: some layer has an L2 penalty. */
  penalised: 39,
  /** 1 - BETA1. */
  oneMinusBeta1: 40,
  /** 1 - BETA2. */
  oneMinusBeta2: 41,
  /** SCRATCH_BYTES for each worker. */
  scratch: 42,
  /** each worker's buffer of lists. */
  lists: 43,
  /** its bytes. */
  listsStride: 44,
  /** what one optimiser alone has. */
  extra: 45,
} as const;
/** Bytes of it. */
export const PLAN_BYTES = 192;

/** The totals of an epoch: the number of each field in an array of its type. */
export const TOTALS = {
  /** sum over rows. */
  loss: 0,
  /** sum over rows. */
  penalty: 1,
  hits: 4,
  /** 1: a loss was not finite. */
  status: 5,
  /** batch at which. */
  failed: 6,
  /** beta1^steps. */
  power1: 4,
  /** beta2^steps. */
  power2: 5,
} as const;
/** Bytes of it. */
export const TOTALS_BYTES = 64;

/** One layer: the number of each field in an array of its type. */
export const LAYER = {
  in: 0,
  out: 1,
  /** panels of in + 1 rows; the last row is the bias. */
  weights: 2,
  /** distance in bytes from a weight to its first optimiser slot. */
  slot1: 3,
  slot2: 4,
  /** panels of out rows over the inputs, then a row of zeros; 0 for the first layer. */
  transposed: 5,
  /** code of the registry of activations; any other for the softmax. */
  activation: 6,
  drop: 7,
  dropScale: 8,
  /** 2 x L2. */
  decay: 9,
  /** two buffers. */
  values: 10,
  delta: 12,
  /** number of the layer's first tile. */
  tile: 13,
  /** Sparse. */
  sparse: 14,
  /** weighted sums, where the slope cannot be told from the activation; else 0. */
  sums: 15,
} as const;
/** Bytes of it. */
export const LAYER_BYTES = 64;

/** A set of rows: the number of each field in an array of its type. */
export const ROWS = {
  count: 0,
  /** 0 bytes, 1 floats, 2 sparse bytes, 3 sparse floats. */
  kind: 1,
  values: 2,
  /** u16 of each sparse value. */
  columns: 3,
  /** u32[rows + 1]. */
  starts: 4,
  /** u16. */
  labels: 5,
} as const;
/** Bytes of it. */
export const ROWS_BYTES = 32;
