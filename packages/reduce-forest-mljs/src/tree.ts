import type { Tree } from '@layerwise/kernels/forest';

/** What is read of a node of ml-cart, the tree library under ml-random-forest: a row goes left if row[splitColumn] < splitValue. */
export interface CartNode {
  readonly splitColumn?: number;
  readonly splitValue?: number;
  /** Decrease in Gini impurity by the split. */
  readonly gain?: number;
  readonly numberSamples?: number;
  readonly left?: CartNode;
  readonly right?: CartNode;
  /** Of a leaf: a 1 x K' matrix of class shares. */
  readonly distribution?: { getRow(row: number): number[] };
}

const SHARE_UNITS = 2 ** 20; // shares of classes in a leaf are kept as whole numbers of these

/**
 * A tree of ml-random-forest as one of our kernel's, so that it can be scored in the same way.
 * Its importances are recomputed: sum of gain x rows over the splits of a column, scaled to sum to 1.
 * The library's own `featureImportance` subtracts the gains of child nodes as if they were impurities,
 * and gives NaN for columns of a tree without a split.
 *
 * @param indexes the feature column of each column that the tree was given
 * @param D number of feature columns
 * @param bag a bit per row, as in {@link Tree}
 */
export function convertTree(root: CartNode, indexes: readonly number[], D: number, bag: Uint8Array): Tree {
  const nodes: CartNode[] = [root];
  const levels = [0];
  const child: number[] = [];
  const entryClass: number[] = [];
  const entryWeight: number[] = [];
  const entries: number[] = [];
  const importances = new Float64Array(D);
  for (let i = 0; i < nodes.length; i++) {
    const { left, right, distribution } = nodes[i];
    child.push(left && right ? nodes.length : entryClass.length);
    entries.push(0);
    if (left && right) {
      nodes.push(left, right);
      levels.push(levels[i] + 1, levels[i] + 1);
      importances[columnOf(nodes[i], indexes)] += Math.max(0, nodes[i].gain ?? 0) * (nodes[i].numberSamples ?? 0);
      continue;
    }
    for (const [label, share] of (distribution?.getRow(0) ?? []).entries()) {
      if (share === 0) continue;
      entryClass.push(label);
      entryWeight.push(Math.round(share * SHARE_UNITS));
      entries[i]++;
    }
  }
  const sum = importances.reduce((total, value) => total + value, 0) || 1;
  return {
    feature: Int32Array.from(nodes, (node) => (isSplit(node) ? columnOf(node, indexes) : -1)),
    threshold: Float32Array.from(nodes, (node) => (isSplit(node) ? below(node.splitValue!) : 0)),
    child: Uint32Array.from(child),
    entries: Uint32Array.from(entries),
    entryClass: Uint32Array.from(entryClass),
    entryWeight: Uint32Array.from(entryWeight),
    depth: levels.at(-1)!,
    bag,
    importances: importances.map((value) => value / sum),
  };
}

const isSplit = ({ left, right }: CartNode): boolean => left !== undefined && right !== undefined;
const columnOf = ({ splitColumn }: CartNode, indexes: readonly number[]): number => indexes[splitColumn!];

/** The largest float32 below a number: x < value is x <= below(value) for every float32 x. */
export function below(value: number): number {
  const single = Float32Array.of(value);
  if (single[0] < value) return single[0];
  const bits = new Int32Array(single.buffer);
  if (single[0] === 0) return -(2 ** -149);
  bits[0] += single[0] > 0 ? -1 : 1;
  return single[0];
}
