export { State } from './records';

/** Rows in a block: partial sums are made per block and added in order, whatever the threads. */
export const BLOCK: i32 = 256;
/** Charges are spread on this many grids, each from its own rows, and the grids added in order. */
export const CHUNKS: i32 = 4;
