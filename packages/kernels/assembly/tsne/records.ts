// Written by build.mjs from the table in assembly/records.mjs.

/** What the threads of one descent share. */
@unmanaged
export class State {
  /** Step length of this stretch of iterations. */
  rate: f64;
  momentum: f64;
  exaggeration: f64;
  /** Largest distance of grid nodes, and the one in use (smaller for a small map). */
  wantedSpacing: f64;
  spacing: f64;
  /** Position of the first node that may be touched. */
  originX: f64;
  originY: f64;
  /** Sum over ordered pairs i != j of 1 / (1 + d^2). */
  Z: f64;
  rows: i32;
  threads: i32;
  /** Rows are handled in blocks of BLOCK; [blocks]. */
  blocks: i32;
  /** 1: sum over all pairs instead of the grid. */
  exact: i32;
  /** Nodes a side in use (a multiple of 4) and at most. */
  nodes: i32;
  maxNodes: i32;
  /** Length of the transforms: at least 2 nodes + 14. */
  size: i32;
  /** float64 [N x 2]: positions, last steps, gains, attraction, repulsion. */
  y: usize;
  update: usize;
  gains: usize;
  attraction: usize;
  repulsion: usize;
  /** float32 [N x 2]: positions, rounded. */
  y32: usize;
  /** The symmetric matrix: uint32 [N + 1], uint32 [E], float32 [E]; rows start at multiples of 4. */
  rowStart: usize;
  columns: usize;
  p: usize;
  /** float64 [blocks x 8]: potential, lowest and highest x and y, divergence. */
  stats: usize;
  /** float64 [CHUNKS x nodes x nodes]. */
  charges: usize;
  /** float64 [nodes x nodes]. */
  potential: usize;
  /** Complex [size / 2 + 2][nodes]. */
  spectrum: usize;
  /** float64 pairs [(size / 2 + 2) / 2][size]. */
  kernel: usize;
  /** Complex [size]. */
  table: usize;
  /** Two buffers of 32 * size bytes for each thread. */
  scratch: usize;
  scratchStride: i32;
  /** int32 [64], as barrier.ts uses them. */
  barrier: usize;
  /** 1: the map is too wide for the grid now, so that all pairs are summed. */
  outgrown: i32;
}
