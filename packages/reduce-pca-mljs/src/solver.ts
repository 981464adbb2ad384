import type { Eigen } from '@layerwise/kernels/pca';
import { Matrix } from 'ml-matrix';
import { PCA } from 'ml-pca';

/**
 * Eigenvalues and leading eigenvectors of a covariance, by ml-pca (`isCovarianceMatrix`). It is not stopped while it
 * works: 784 columns take seconds.
 * @param matrix float64[n][n], symmetric
 * @param wanted how many vectors, once the values are known
 */
export async function eigenByMlPca(
  matrix: Float64Array,
  n: number,
  wanted: (values: Float64Array) => number,
): Promise<Eigen> {
  const pca = new PCA(Matrix.from1DArray(n, n, matrix), { isCovarianceMatrix: true });
  const values = Float64Array.from(pca.getEigenvalues());
  const count = wanted(values);
  const found = pca.getEigenvectors();
  const vectors = Float64Array.from({ length: count * n }, (_, at) => found.get(at % n, Math.floor(at / n)));
  return { values, count, vectors };
}
