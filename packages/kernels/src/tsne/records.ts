// Written by build.mjs from the table in assembly/records.mjs.

/** What the threads of one descent share: the number of each field in an array of its type. */
export const STATE = {
  /** Step length of this stretch of iterations. */
  rate: 0,
  momentum: 1,
  exaggeration: 2,
  /** Largest distance of grid nodes, and the one in use (smaller for a small map). */
  wantedSpacing: 3,
  spacing: 4,
  /** Position of the first node that may be touched. */
  originX: 5,
  originY: 6,
  /** Sum over ordered pairs i != j of 1 / (1 + d^2). */
  Z: 7,
  rows: 16,
  threads: 17,
  /** Rows are handled in blocks of BLOCK; [blocks]. */
  blocks: 18,
  /** 1: sum over all pairs instead of the grid. */
  exact: 19,
  /** Nodes a side in use (a multiple of 4) and at most. */
  nodes: 20,
  maxNodes: 21,
  /** Length of the transforms: at least 2 nodes + 14. */
  size: 22,
  /** float64 [N x 2]: positions, last steps, gains, attraction, repulsion. */
  y: 23,
  update: 24,
  gains: 25,
  attraction: 26,
  repulsion: 27,
  /** float32 [N x 2]: positions, rounded. */
  y32: 28,
  /** The symmetric matrix: uint32 [N + 1], uint32 [E], float32 [E]; rows start at multiples of 4. */
  rowStart: 29,
  columns: 30,
  p: 31,
  /** float64 [blocks x 8]: potential, lowest and highest x and y, divergence. */
  stats: 32,
  /** float64 [CHUNKS x nodes x nodes]. */
  charges: 33,
  /** float64 [nodes x nodes]. */
  potential: 34,
  /** Complex [size / 2 + 2][nodes]. */
  spectrum: 35,
  /** float64 pairs [(size / 2 + 2) / 2][size]. */
  kernel: 36,
  /** Complex [size]. */
  table: 37,
  /** Two buffers of 32 * size bytes for each thread. */
  scratch: 38,
  scratchStride: 39,
  /** int32 [64], as barrier.ts uses them. */
  barrier: 40,
  /** 1: the map is too wide for the grid now, so that all pairs are summed. */
  outgrown: 41,
} as const;
/** Bytes of it. */
export const STATE_BYTES = 256;
