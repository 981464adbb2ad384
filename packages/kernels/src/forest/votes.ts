import type { Forest, Tree } from '../forest.js';
import { Layout } from '../layout.js';
import { KernelPool, ranges, type PoolOptions } from '../pool.js';
import type { NumericMatrix } from '../pca/matrix.js';
import { forestKernel } from './kernel.js';

const ROWS_PER_CALL = 1024;

/** Sums over trees of the class shares in the leaf reached: float64[N][K]. With `outOfBag`, a tree says nothing of rows it drew. */
export async function votesOf(
  { trees, classes: K }: Forest,
  { data, rows: N, columns: D }: NumericMatrix,
  outOfBag: boolean,
  options: PoolOptions,
): Promise<Float64Array> {
  const bytes = data instanceof Uint8Array;
  const stride = outOfBag ? Math.ceil(N / 8) : 0;
  const layout = new Layout();
  const x = layout.take(bytes ? Uint8Array : Float32Array, N * D);
  const nodes = layout.take(Int32Array, 4 * total(trees, (tree) => tree.feature.length));
  const entries = layout.take(Uint32Array, 4 * total(trees, (tree) => tree.entryClass.length));
  const roots = layout.take(Uint32Array, trees.length);
  const bags = layout.take(Uint8Array, stride * trees.length);
  const votes = layout.take(Float64Array, N * K);
  const pool = await KernelPool.open(forestKernel, layout, options);
  try {
    pool.view(x).set(data);
    pool.view(roots).set(pack(trees, pool.view(nodes), pool.view(entries)));
    if (outOfBag) trees.forEach((tree, t) => pool.view(bags).set(tree.bag, t * stride));
    const cuts = ranges(N, Math.ceil(N / ROWS_PER_CALL));
    await pool.run(cuts.length, (i) => {
      const [from, to] = cuts[i];
      return [
        'addVotes',
        x.offset,
        bytes ? 0 : 1,
        from,
        to,
        D,
        nodes.offset,
        roots.offset,
        trees.length,
        entries.offset,
        K,
        outOfBag ? bags.offset : 0,
        stride,
        votes.offset,
      ];
    });
    return pool.view(votes).slice();
  } finally {
    await pool.close();
  }
}

const total = (trees: readonly Tree[], size: (tree: Tree) => number): number =>
  trees.reduce((sum, tree) => sum + size(tree), 0);

/** Lays the trees one after the other, with child and entry numbers counted from the first; returns the roots. */
function pack(trees: readonly Tree[], nodes: Int32Array, entries: Uint32Array): Uint32Array {
  const thresholds = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  const shares = new Float64Array(entries.buffer, entries.byteOffset, entries.length / 2);
  let node = 0;
  let entry = 0;
  return Uint32Array.from(trees, (tree) => {
    const root = node;
    const first = entry;
    for (let i = 0; i < tree.feature.length; i++, node++) {
      const leaf = tree.feature[i] < 0;
      nodes[4 * node] = tree.feature[i];
      thresholds[4 * node + 1] = tree.threshold[i];
      nodes[4 * node + 2] = tree.child[i] + (leaf ? first : root);
      nodes[4 * node + 3] = tree.entries[i];
      if (leaf) packLeaf(tree, i, first, entries, shares);
    }
    entry += tree.entryClass.length;
    return root;
  });
}

function packLeaf(tree: Tree, i: number, first: number, entries: Uint32Array, shares: Float64Array): void {
  const from = tree.child[i];
  const to = from + tree.entries[i];
  let weight = 0;
  for (let k = from; k < to; k++) weight += tree.entryWeight[k];
  for (let k = from; k < to; k++) {
    entries[4 * (first + k)] = tree.entryClass[k];
    shares[2 * (first + k) + 1] = tree.entryWeight[k] / weight;
  }
}
