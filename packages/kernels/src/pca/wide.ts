import type { PoolOptions } from '../pool.js';
import type { PcaModel } from '../pca.js';
import { covariance, type ColumnScale } from './covariance.js';
import { symmetricEigen } from './eigen.js';
import type { NumericMatrix } from './matrix.js';

/** Share of the largest variance below which a component is the rounding of float32. */
const NOISE = 1e-7;

/**
 * The leading components of few rows of many columns, by the products of the rows: time and memory grow with the square of
 * the rows, not of the columns. The same bytes for any number of workers.
 * @param matrix N x D, finite
 * @returns at most `count` components, fewer where the rows have fewer; `spectrum` has N numbers, of the rows that were given
 */
export async function fitPcaByRows(
  { data, rows: N, columns: D }: NumericMatrix,
  count: number,
  { scale = { factor: 1, offset: 0 }, ...pool }: PoolOptions & { readonly scale?: ColumnScale } = {},
): Promise<PcaModel> {
  const mean = new Float64Array(D);
  const turned = new Float32Array(D * N);
  for (let j = 0; j < D; j++) {
    const factor = typeof scale.factor === 'number' ? scale.factor : scale.factor[j];
    let middle = 0;
    for (let r = 0; r < N; r++) middle += data[r * D + j] / N;
    for (let r = 0; r < N; r++) turned[j * N + r] = (data[r * D + j] - middle) * factor;
    mean[j] = middle * factor + (typeof scale.offset === 'number' ? scale.offset : scale.offset[j]);
  }
  const products = await productsOf(turned, D, N, pool);
  let total = 0;
  for (let r = 0; r < N; r++) total += products[r * N + r] / (N - 1);
  const rankOf = (values: Float64Array): number => values.filter((value) => value > NOISE * values[0]).length;
  const eigen = await symmetricEigen(products, N, (values) => Math.min(count, rankOf(values)), pool);
  const spectrum = eigen.values.map((value) => Math.max(0, value / (N - 1)));
  const components = new Float64Array(eigen.count * D);
  for (let k = 0; k < eigen.count; k++) {
    const along = eigen.vectors.subarray(k * N, (k + 1) * N);
    unitSum(turned, along, components.subarray(k * D, (k + 1) * D));
  }
  return { columns: D, count: eigen.count, mean, components, spectrum, total, rank: rankOf(spectrum), scale };
}

/**
 * float64[N][N]: sums of products of the columns of a matrix float32[D][N]. Their covariance centres them, which is taken
 * back: sum(xy) = (D - 1) cov(x, y) + D mean(x) mean(y).
 */
async function productsOf(data: Float32Array, D: number, N: number, pool: PoolOptions): Promise<Float64Array> {
  const { covariance: values, mean } = await covariance({ data, rows: D, columns: N }, pool);
  return values.map((value, i) => (D - 1) * value + D * mean[Math.floor(i / N)] * mean[i % N]);
}

/** The unit vector along a sum of rows; the loading of largest absolute value is positive. */
function unitSum(turned: Float32Array, along: Float64Array, out: Float64Array): void {
  const N = along.length;
  let [squares, peak] = [0, 0];
  for (let j = 0; j < out.length; j++) {
    let sum = 0;
    for (let r = 0; r < N; r++) sum += along[r] * turned[j * N + r];
    out[j] = sum;
    squares += sum * sum;
    if (Math.abs(sum) > Math.abs(out[peak])) peak = j;
  }
  const length = Math.sqrt(squares) * (out[peak] < 0 ? -1 : 1);
  for (let j = 0; j < out.length; j++) out[j] = out[j] / length + 0;
}
