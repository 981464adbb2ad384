import { covariance, type Covariance, type ColumnScale } from './pca/covariance.js';
import { symmetricEigen, type Eigen } from './pca/eigen.js';
import { projectOn } from './pca/project.js';
import { checkSource, type MatrixSource, type NumericMatrix } from './pca/matrix.js';
import type { PoolOptions } from './pool.js';

/** Mean and covariance of columns. */
export { covariance, type Covariance, type ColumnScale } from './pca/covariance.js';
/** Eigenvalues and leading eigenvectors of a symmetric matrix. */
export { symmetricEigen, type Eigen } from './pca/eigen.js';
/** Rows of numbers, in memory or read as they are needed, and the check of their size and entries. */
export { blocksOf, checkMatrix, type MatrixSource, type NumericMatrix } from './pca/matrix.js';

/** Components of few rows of many columns. */
export { fitPcaByRows } from './pca/wide.js';

/**
 * Eigenvalues, falling, and as many leading unit vectors as `wanted` says once it has seen the values, of a symmetric
 * matrix float64[n][n]; signs are arbitrary.
 */
export type EigenSolver = (
  matrix: Float64Array,
  n: number,
  wanted: (values: Float64Array) => number,
  pool: PoolOptions,
) => Promise<Eigen>;

/** How many components to keep: a number of them, or the fewest whose variances sum to more than a share of the total. */
export type Keep =
  | { readonly components: number; readonly variance?: undefined }
  | { readonly variance: number; readonly components?: undefined };

/** What principal component analysis found. D columns, K components. */
export interface PcaModel {
  readonly columns: number;
  readonly count: number;
  /** float64[D], in scaled units. */
  readonly mean: Float64Array;
  /**
   * float64[K][D]: unit vectors in the space of scaled columns, by falling variance; in each the loading of largest
   * absolute value (the first of equals) is positive.
   */
  readonly components: Float64Array;
  /** float64[D]: variances (ddof 1) along all D components, falling; those past the rank are 0. */
  readonly spectrum: Float64Array;
  /** Sum of the column variances. */
  readonly total: number;
  /** How many variances are above D x 2^-52 x the largest. */
  readonly rank: number;
  /** Affine applied to stored values, as given to {@link fitPca}. */
  readonly scale: ColumnScale;
}

/**
 * Principal component analysis (Pearson 1901, Hotelling 1933) by the covariance of the columns (ddof 1):
 * exact integers for byte rows, float64 for float32 rows, then a Householder and QL or inverse-iteration eigensolver.
 * The same bytes for any number of workers.
 *
 * @param matrix N x D, N >= 2
 * @param scale value used = stored * factor + offset, applied exactly to the covariance and the mean
 * @param eigen what finds the eigenvectors; without it Householder reduction and QL or inverse iteration
 * @throws RangeError for sizes that disagree, no variance at all, a share outside (0, 1], more components than the rank; TypeError for NaN or infinite entries
 */
export async function fitPca(
  matrix: NumericMatrix | MatrixSource,
  keep: Keep,
  {
    scale = { factor: 1, offset: 0 },
    eigen = symmetricEigen,
    ...pool
  }: PoolOptions & { readonly scale?: ColumnScale; readonly eigen?: EigenSolver } = {},
): Promise<PcaModel> {
  await checkSource(matrix);
  checkKeep(keep);
  return componentsOf(await covariance(matrix, { scale, ...pool }), keep, { scale, eigen, pool });
}

function checkKeep({ components, variance }: Keep): void {
  if ((components === undefined) === (variance === undefined))
    throw new RangeError('PCA needs either a number of components or a share of variance');
  if (variance !== undefined && !(variance > 0 && variance <= 1))
    throw new RangeError(`the share of variance must be in (0, 1], got ${variance}`);
  if (components !== undefined && !(Number.isInteger(components) && components >= 1))
    throw new RangeError(`the number of components must be a whole number of at least 1, got ${components}`);
}

async function componentsOf(
  { mean, covariance: values, columns: D, rows }: Covariance,
  keep: Keep,
  { scale, eigen: solve, pool }: { scale: ColumnScale; eigen: EigenSolver; pool: PoolOptions },
): Promise<PcaModel> {
  const varying = Int32Array.from({ length: D }, (_, j) => j).filter((j) => values[j * D + j] > 0);
  if (varying.length === 0)
    throw new RangeError(`PCA needs columns that vary, but all ${D} columns are constant over the ${rows} rows`);
  const n = varying.length;
  const compact = new Float64Array(n * n);
  for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) compact[a * n + b] = values[varying[a] * D + varying[b]];
  let total = 0;
  for (let a = 0; a < n; a++) total += compact[a * n + a];
  let rank = 0;
  const eigen = await solve(
    compact,
    n,
    (found) => {
      rank = rankOf(found, D);
      return kept(found, rank, total, keep, rows, D);
    },
    pool,
  );
  const spectrum = new Float64Array(D);
  for (let i = 0; i < rank; i++) spectrum[i] = eigen.values[i];
  const components = new Float64Array(eigen.count * D);
  for (let k = 0; k < eigen.count; k++) {
    for (let a = 0; a < n; a++) components[k * D + varying[a]] = eigen.vectors[k * n + a];
    turn(components.subarray(k * D, (k + 1) * D));
  }
  return { columns: D, count: eigen.count, mean, components, spectrum, total, rank, scale };
}

function rankOf(values: Float64Array, D: number): number {
  const limit = D * 2 ** -52 * values[0];
  let rank = 0;
  while (rank < values.length && values[rank] > limit) rank++;
  return rank;
}

function kept(
  values: Float64Array,
  rank: number,
  total: number,
  { components, variance }: Keep,
  rows: number,
  D: number,
): number {
  if (components !== undefined) {
    if (components > rank)
      throw new RangeError(
        `the number of components must be at most ${rank}, the rank of the ${rows} x ${D} features, got ${components}`,
      );
    return components;
  }
  let count = 0;
  let sum = 0;
  while (count < rank && sum / total <= variance) sum += values[count++];
  return count;
}

/** Makes the loading of largest absolute value positive. */
function turn(vector: Float64Array): void {
  let peak = 0;
  for (let j = 1; j < vector.length; j++) if (Math.abs(vector[j]) > Math.abs(vector[peak])) peak = j;
  if (vector[peak] < 0) for (let j = 0; j < vector.length; j++) vector[j] = -vector[j] + 0;
}

/**
 * Coordinates of rows along the components: float32[N][K], centred on the model's mean.
 * @param matrix N x D of the same columns and scale as the fitted one; N may be 0
 * @throws RangeError when the columns differ; TypeError for NaN or infinite entries
 */
export async function project(
  model: PcaModel,
  matrix: NumericMatrix | MatrixSource,
  options: PoolOptions = {},
): Promise<Float32Array> {
  await checkSource(matrix, 0);
  if (matrix.columns !== model.columns)
    throw new RangeError(`the model was fitted on ${model.columns} columns, got ${matrix.columns}`);
  return projectOn(model, matrix, options);
}
