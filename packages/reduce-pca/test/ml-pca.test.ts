import { PCA } from 'ml-pca';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { sampleFeatures } from '@layerwise/conformance';
import { covariance, fitPca } from '@layerwise/kernels/pca';

describe('ml-pca, from the same exact covariance', () => {
  it('finds the same variances and components', async () => {
    const { rows, columns } = await (await sampleFeatures({ train: 400, validation: 0, test: 0 })).matrix('train');
    const { data, width: D } = columns.features!;
    const matrix = { data: data as Uint8Array, rows, columns: D };
    const { covariance: values } = await covariance(matrix);
    const theirs = new PCA(Matrix.from1DArray(D, D, Array.from(values)), { isCovarianceMatrix: true });
    const ours = await fitPca(matrix, { components: 20 });
    const largest = ours.spectrum[0]!;
    const vectors = theirs.getEigenvectors();
    let [variance, direction] = [0, 0];
    for (const [k, value] of theirs.getEigenvalues().entries())
      variance = Math.max(variance, Math.abs(value - ours.spectrum[k]!) / largest);
    for (let k = 0; k < 20; k++) {
      let dot = 0;
      for (let j = 0; j < D; j++) dot += vectors.get(j, k) * ours.components[k * D + j]!;
      direction = Math.max(direction, 1 - Math.abs(dot));
    }
    expect(variance).toBeLessThan(1e-12);
    expect(direction).toBeLessThan(1e-9);
  });
});
