import { DUPLICATE, type NodeLayerInfo } from '@layerwise/contracts';
import { effectiveRank, type LayerValues } from '@layerwise/kernels/layers';
import { covariance, symmetricEigen } from '@layerwise/kernels/pca';
import { spread } from '@layerwise/kernels/ranking';

/** Multiply-adds that a covariance may take; it runs in a vector kernel. */
const COVARIANCE_WORK = 8e9;
/** Of fewer rows for each node nodes would seem to tell each other that do not. */
const ROWS_PER_NODE = 5;
/** Nodes of which all correlations are held at once. */
const MOST_TOGETHER = 2048;
/** Nodes of a wider layer that are held against as many others. */
const BLOCK = 512;
/** Rows that stand for all of a wider layer. */
const WIDE_ROWS = 1024;

/** What the nodes of a layer are together. */
export type Together = Pick<NodeLayerInfo, 'duplicates' | 'nearest' | 'effectiveRank'>;

interface Options {
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Evenly spaced rows, of all there are, on which the correlations of `nodes` nodes are computed. */
export function jointRows(rows: number, nodes: number): Uint32Array {
  if (nodes > MOST_TOGETHER) return spread(rows, WIDE_ROWS);
  return spread(rows, Math.max(COVARIANCE_WORK / (nodes * nodes), ROWS_PER_NODE * nodes));
}

/** How the nodes of a layer correlate, and their effective rank. @param values of the rows of {@link jointRows} */
export async function together(values: LayerValues, options: Options): Promise<Together> {
  const { data, width: H } = values;
  const rows = data.length / H;
  if (rows < 2) return { duplicates: [], effectiveRank: 0 };
  if (H > MOST_TOGETHER) return wideTogether(values, rows, options);
  const found = await covariance({ data, rows, columns: H }, options);
  const pairs = new Pairs();
  for (let node = 0; node < H; node++)
    for (let of = 0; of < node; of++)
      pairs.add(node, of, found.covariance[node * H + of], [
        found.covariance[node * H + node],
        found.covariance[of * H + of],
      ]);
  const { values: spectrum } = await symmetricEigen(found.covariance, H, () => 0);
  return { ...pairs.found(), effectiveRank: effectiveRank(spectrum) };
}

/** The pairs that correlate above the limit, and the pair that correlates most, of equals the first. */
class Pairs {
  private readonly duplicates: { node: number; of: number; correlation: number }[] = [];
  private nearest: NodeLayerInfo['nearest'];

  add(node: number, of: number, cov: number, variances: readonly [number, number]): void {
    const scale = Math.sqrt(variances[0] * variances[1]);
    if (!(scale > 0)) return;
    const pair = { node, of, correlation: cov / scale };
    if (Math.abs(pair.correlation) > DUPLICATE) this.duplicates.push(pair);
    const gain = this.nearest ? Math.abs(pair.correlation) - Math.abs(this.nearest.correlation) : 1;
    if (gain > 0 || (gain === 0 && this.nearest && isBefore(pair, this.nearest))) this.nearest = pair;
  }

  found(): Pick<NodeLayerInfo, 'duplicates' | 'nearest'> {
    const duplicates = this.duplicates.sort((a, b) => a.node - b.node || a.of - b.of);
    return { duplicates, ...(this.nearest && { nearest: this.nearest }) };
  }
}

const isBefore = (a: { node: number; of: number }, b: { node: number; of: number }): boolean =>
  a.node < b.node || (a.node === b.node && a.of < b.of);

/**
 * The same of a layer whose correlations would not fit in memory: block against block of its nodes. The eigenvalues are
 * those of the rows' products, which are the same but for zeros.
 */
async function wideTogether({ data, width: H }: LayerValues, rows: number, options: Options): Promise<Together> {
  const pairs = new Pairs();
  const blocks = Array.from(
    { length: Math.ceil(H / BLOCK) },
    (_, b) => [b * BLOCK, Math.min(H, (b + 1) * BLOCK)] as const,
  );
  for (const [b, [from, to]] of blocks.entries()) {
    for (const [first, end] of blocks.slice(0, Math.max(1, b))) {
      const nodes = first === from ? range(from, to) : [...range(first, end), ...range(from, to)];
      const columns = columnsOf(data, H, rows, nodes);
      const n = nodes.length;
      const { covariance: cov } = await covariance({ data: columns, rows, columns: n }, options);
      // Pairs within the later block are looked at once, beside the first block.
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++)
          if ((nodes[i] >= from && nodes[j] < from) || (first === blocks[0][0] && nodes[j] >= from))
            pairs.add(nodes[i], nodes[j], cov[i * n + j], [cov[i * n + i], cov[j * n + j]]);
    }
  }
  return { ...pairs.found(), effectiveRank: await rankByRows(data, H, rows, options) };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function columnsOf(data: Float32Array, H: number, rows: number, nodes: readonly number[]): Float32Array {
  const n = nodes.length;
  const out = new Float32Array(rows * n);
  for (let r = 0; r < rows; r++) for (let i = 0; i < n; i++) out[r * n + i] = data[r * H + nodes[i]];
  return out;
}

/**
 * Effective rank by the products of centred rows, of which there are fewer than nodes. Their covariance over the nodes
 * centres them once more, which is taken back: sum(xy) = (H - 1) cov(x, y) + H mean(x) mean(y).
 */
async function rankByRows(data: Float32Array, H: number, rows: number, options: Options): Promise<number> {
  const turned = new Float32Array(H * rows);
  for (let h = 0; h < H; h++) {
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += data[r * H + h] / rows;
    for (let r = 0; r < rows; r++) turned[h * rows + r] = data[r * H + h] - mean;
  }
  const { covariance: cov, mean } = await covariance({ data: turned, rows: H, columns: rows }, options);
  const products = cov.map((value, i) => (H - 1) * value + H * mean[Math.floor(i / rows)] * mean[i % rows]);
  const { values } = await symmetricEigen(products, rows, () => 0);
  return effectiveRank(values);
}
