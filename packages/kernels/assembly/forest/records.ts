// Written by build.mjs from the table in assembly/records.mjs.

/** What a tree is grown from and where. */
@unmanaged
export class Job {
  rows: u32;
  columns: u32;
  classes: u32;
  /** Bytes of a feature code: 1, or 4 for ranks of float32 values. */
  width: u32;
  maxFeatures: u32;
  maxDepth: u32;
  minSplit: u32;
  minLeaf: u32;
  bootstrap: u32;
  /** Nodes with fewer rows read the codes row by row, not column by column (width 1 only). */
  byRowBelow: u32;
  /** uint16[N]. */
  labels: usize;
  /** codes[D][N]. */
  byColumn: usize;
  /** codes[N][D], width 1 only. */
  byRow: usize;
  /** uint32[4], changed. */
  seed: usize;
  /** uint64[N], a row in the node: weight << 48 | class << 32 | row number. */
  samples: usize;
  /** uint64[N]. */
  spare: usize;
  /** uint64[N] each: code << 32 | weight << 16 | class. */
  keys: usize;
  sortedKeys: usize;
  /** uint32[D] each. */
  features: usize;
  constants: usize;
  /** uint32[N + 2][5]. */
  stack: usize;
  /** uint32[K rounded up to 16] each. */
  totals: usize;
  lefts: usize;
  /** uint32[256][16], all zero between uses. */
  histogram: usize;
  /** uint8[256], all zero between uses. */
  flags: usize;
  /** uint32[256]. */
  digits: usize;
  /** int32[2 N][4]: see growTree. */
  nodes: usize;
  /** uint32[N][2]: class and weight of the leaves' rows. */
  entries: usize;
  /** float64[D]. */
  importances: usize;
  /** uint32[N]: how often each row was drawn. */
  weights: usize;
  /** results. */
  entryCount: u32;
  depth: u32;
}
