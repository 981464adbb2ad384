import type { ForestOptions, LabelledMatrix, Tree } from '../forest.js';
import { Layout, type Slot } from '../layout.js';
import { KernelPool, ranges } from '../pool.js';
import { encode, type Codes } from './codes.js';
import { forestKernel, type ForestPool } from './kernel.js';
import { JOB, JOB_BYTES } from './records.js';

/** The memory that every thread reads. */
interface Shared {
  readonly labels: Slot<Uint16ArrayConstructor>;
  readonly byColumn: Slot<Uint8ArrayConstructor | Uint32ArrayConstructor>;
  readonly byRow: Slot<Uint8ArrayConstructor>;
}

/** The memory of one thread. */
type Scratch = ReturnType<typeof takeScratch>;

/** A thread's arrays that the job names. */
const JOB_ARRAYS = [
  'seed',
  'samples',
  'spare',
  'keys',
  'sortedKeys',
  'features',
  'constants',
  'stack',
  'totals',
  'lefts',
  'histogram',
  'flags',
  'digits',
  'nodes',
  'entries',
  'importances',
  'weights',
] as const;

const CACHE_BYTES = 1.5 * 2 ** 20; // rows of a node that stay in a core's second-level cache

/** Grows the trees of a forest; see {@link ../forest.ts}. */
export async function growTrees(data: LabelledMatrix, options: ForestOptions): Promise<Tree[]> {
  const { rows: N, columns: D } = data;
  const codes = encode(data);
  const layout = new Layout();
  const shared: Shared = {
    labels: layout.take(Uint16Array, N),
    byColumn: layout.take(codes.width === 1 ? Uint8Array : Uint32Array, N * D),
    byRow: layout.take(Uint8Array, codes.width === 1 ? N * D : 0),
  };
  const scratch = Array.from({ length: Math.max(1, options.workers ?? 1) }, () =>
    takeScratch(layout, N, D, data.classes),
  );
  const pool = await KernelPool.open(forestKernel, layout, options);
  try {
    await fill(pool, shared, codes, data);
    for (const each of scratch) writeJob(pool, each, shared, codes, data, options);
    const trees = new Array<Tree>(options.trees);
    let grown = 0;
    const prepare = (tree: number, thread: number): readonly ['growTree', number] => {
      const { seed, job } = scratch[thread];
      pool.view(seed).set(options.seed(tree));
      return ['growTree', job.offset];
    };
    await pool.run(options.trees, prepare, (tree, thread, nodes) => {
      trees[tree] = takeTree(pool, scratch[thread], nodes, codes, N);
      options.grown?.(++grown);
    });
    return trees;
  } finally {
    await pool.close();
  }
}

function takeScratch(layout: Layout, N: number, D: number, K: number) {
  const classes = Math.ceil(K / 16) * 16;
  return {
    job: layout.take(Uint32Array, JOB_BYTES / 4),
    seed: layout.take(Uint32Array, 4),
    samples: layout.take(Uint32Array, 2 * N),
    spare: layout.take(Uint32Array, 2 * N + 2),
    keys: layout.take(Uint32Array, 2 * N),
    sortedKeys: layout.take(Uint32Array, 2 * N),
    features: layout.take(Uint32Array, D),
    constants: layout.take(Uint32Array, D),
    stack: layout.take(Uint32Array, 5 * (N + 2)),
    totals: layout.take(Uint32Array, classes),
    lefts: layout.take(Uint32Array, classes),
    histogram: layout.take(Uint32Array, 256 * 16),
    flags: layout.take(Uint8Array, 256),
    digits: layout.take(Uint32Array, 256),
    nodes: layout.take(Int32Array, 8 * N),
    entries: layout.take(Uint32Array, 2 * N),
    importances: layout.take(Float64Array, D),
    weights: layout.take(Uint32Array, N),
  };
}

async function fill(
  pool: ForestPool,
  { labels, byColumn, byRow }: Shared,
  codes: Codes,
  data: LabelledMatrix,
): Promise<void> {
  pool.view(labels).set(data.labels);
  if (codes.byColumn) pool.view(byColumn).set(codes.byColumn);
  if (!codes.byRow) return;
  pool.view(byRow).set(codes.byRow);
  const cuts = ranges(data.rows, Math.ceil(data.rows / 4096));
  await pool.run(cuts.length, (i) => [
    'transposeBytes',
    byRow.offset,
    ...cuts[i],
    data.rows,
    data.columns,
    byColumn.offset,
  ]);
}

function writeJob(
  pool: ForestPool,
  scratch: Scratch,
  shared: Shared,
  codes: Codes,
  { rows, columns, classes }: LabelledMatrix,
  options: ForestOptions,
): void {
  const {
    maxFeatures = Math.max(1, Math.floor(Math.sqrt(columns))),
    maxDepth = 2 ** 31,
    minSamplesSplit = 2,
    minSamplesLeaf = 1,
    bootstrap = true,
  } = options;
  const byRowBelow = codes.width === 1 ? Math.min(Math.ceil(rows / 16), Math.floor(CACHE_BYTES / columns)) : 0;
  const numbers = {
    rows,
    columns,
    classes,
    width: codes.width,
    maxFeatures,
    maxDepth,
    minSplit: minSamplesSplit,
    minLeaf: minSamplesLeaf,
    bootstrap: bootstrap ? 1 : 0,
    byRowBelow,
  };
  const job = pool.view(scratch.job);
  for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) job[JOB[name]] = numbers[name];
  for (const name of ['labels', 'byColumn', 'byRow'] as const) job[JOB[name]] = shared[name].offset;
  for (const name of JOB_ARRAYS) job[JOB[name]] = scratch[name].offset;
}

function takeTree(pool: ForestPool, scratch: Scratch, count: number, codes: Codes, N: number): Tree {
  const job = pool.view(scratch.job);
  const entryCount = job[JOB.entryCount];
  const nodes = pool.view(scratch.nodes);
  const pairs = pool.view(scratch.entries);
  const feature = Int32Array.from({ length: count }, (_, i) => nodes[4 * i]);
  return {
    feature,
    threshold: Float32Array.from(feature, (j, i) =>
      j < 0 ? 0 : codes.threshold(j, nodes[4 * i + 1], nodes[4 * i + 3]),
    ),
    child: Uint32Array.from({ length: count }, (_, i) => nodes[4 * i + 2]),
    entries: Uint32Array.from(feature, (j, i) => (j < 0 ? nodes[4 * i + 3] : 0)),
    entryClass: Uint32Array.from({ length: entryCount }, (_, i) => pairs[2 * i]),
    entryWeight: Uint32Array.from({ length: entryCount }, (_, i) => pairs[2 * i + 1]),
    depth: job[JOB.depth],
    bag: bagOf(pool.view(scratch.weights), N),
    importances: normalized(pool.view(scratch.importances)),
  };
}

function bagOf(weights: Uint32Array, N: number): Uint8Array {
  const bag = new Uint8Array(Math.ceil(N / 8));
  for (let r = 0; r < N; r++) if (weights[r] > 0) bag[r >> 3] = bag[r >> 3] | (1 << (r & 7));
  return bag;
}

function normalized(importances: Float64Array): Float64Array {
  const sum = importances.reduce((total, value) => total + value, 0) || 1;
  return importances.map((value) => value / sum).slice();
}
