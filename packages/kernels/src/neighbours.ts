import { Layout } from './layout.js';
import { checkMatrix, type NumericMatrix } from './pca.js';
import { KernelPool, type PoolOptions } from './pool.js';
import { planSearch, searchNeighbours } from './tsne/search.js';
import { tsneKernel } from './tsne/kernel.js';

/** The k nearest other rows of each row. */
export interface Neighbours {
  readonly k: number;
  /** uint32 [N x k]: rows, nearest first. */
  readonly index: Uint32Array;
  /** float32 [N x k]: Euclidean distances. */
  readonly distance: Float32Array;
}

/**
 * The k nearest other rows of each row, Euclidean, exact up to the rounding of float32 sums; equal distances in a
 * fixed but arbitrary order. The same bytes for any number of workers. Time grows with the square of the rows.
 * @param matrix [N x D], finite; not changed
 * @param k 1 to N - 1
 * @throws RangeError for sizes that disagree or a k out of range; TypeError for numbers that are not finite
 */
export async function nearestNeighbours(
  matrix: NumericMatrix,
  k: number,
  options: PoolOptions & { readonly progress?: (share: number) => void } = {},
): Promise<Neighbours> {
  checkMatrix(matrix);
  const { rows } = matrix;
  if (!Number.isInteger(k) || k < 1 || k > rows - 1)
    throw new RangeError(`the number of neighbours must be 1 to ${rows - 1} (rows - 1), got ${k}`);
  const workers = rows < 2000 ? 1 : Math.max(1, options.workers ?? 1);
  const layout = new Layout();
  const plan = planSearch(layout, rows, matrix.columns, k, workers);
  const pool = await KernelPool.open(tsneKernel, layout, {
    workers,
    signal: options.signal,
  });
  try {
    const { unit } = await searchNeighbours(pool, plan, matrix, options.progress ?? (() => {}));
    const [order, places, squared] = [pool.view(plan.order), pool.view(plan.index), pool.view(plan.squared)];
    const index = new Uint32Array(rows * k);
    const distance = new Float32Array(rows * k);
    for (let i = 0; i < rows; i++) {
      const to = order[i] * k;
      for (let j = 0; j < k; j++) {
        index[to + j] = order[places[i * k + j]];
        distance[to + j] = Math.sqrt(squared[i * k + j]) / unit;
      }
    }
    return { k, index, distance };
  } finally {
    await pool.close();
  }
}
