// Written by build.mjs from the table in assembly/records.mjs.

/** What a tree is grown from and where: the number of each field in an array of its type. */
export const JOB = {
  rows: 0,
  columns: 1,
  classes: 2,
  /** Bytes of a feature code: 1, or 4 for ranks of float32 values. */
  width: 3,
  maxFeatures: 4,
  maxDepth: 5,
  minSplit: 6,
  minLeaf: 7,
  bootstrap: 8,
  /** Nodes with fewer rows read the codes row by row, not column by column (width 1 only). */
  byRowBelow: 9,
  /** uint16[N]. */
  labels: 10,
  /** codes[D][N]. */
  byColumn: 11,
  /** codes[N][D], width 1 only. */
  byRow: 12,
  /** uint32[4], changed. */
  seed: 13,
  /** uint64[N], a row in the node: weight << 48 | class << 32 | row number. */
  samples: 14,
  /** uint64[N]. */
  spare: 15,
  /** uint64[N] each: code << 32 | weight << 16 | class. */
  keys: 16,
  sortedKeys: 17,
  /** uint32[D] each. */
  features: 18,
  constants: 19,
  /** uint32[N + 2][5]. */
  stack: 20,
  /** uint32[K rounded up to 16] each. */
  totals: 21,
  lefts: 22,
  /** uint32[256][16], all zero between uses. */
  histogram: 23,
  /** uint8[256], all zero between uses. */
  flags: 24,
  /** uint32[256]. */
  digits: 25,
  /** int32[2 N][4]: see growTree. */
  nodes: 26,
  /** uint32[N][2]: class and weight of the leaves' rows. */
  entries: 27,
  /** float64[D]. */
  importances: 28,
  /** uint32[N]: how often each row was drawn. */
  weights: 29,
  /** results. */
  entryCount: 30,
  depth: 31,
} as const;
/** Bytes of it. */
export const JOB_BYTES = 128;
