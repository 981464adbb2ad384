import { Random } from '@layerwise/kernels/random';
import { leadingComponents, moments, project } from '@layerwise/kernels/tsne/components';
import { describe, expect, it } from 'vitest';

const random = (n: number) => {
  const r = new Random(Uint32Array.of(9, 8, 7, n));
  return Float64Array.from({ length: n }, () => r.float() - 0.5);
};

describe('leading components', () => {
  it('recovers a known spectrum', () => {
    const D = 40;
    const values = Float64Array.from({ length: D }, (_, i) => 10 / (1 + i));
    const raw = leadingComponents(symmetric(random(D * D), D), D, D).vectors;
    const matrix = new Float64Array(D * D);
    for (let k = 0; k < D; k++) for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) matrix[i * D + j] += values[k] * raw[k * D + i] * raw[k * D + j];
    const found = leadingComponents(matrix, D, 3);
    for (let k = 0; k < 3; k++) {
      expect(found.values[k]).toBeCloseTo(values[k], 9);
      for (let i = 0; i < D; i++) expect(found.vectors[k * D + i]).toBeCloseTo(raw[k * D + i], 5);
    }
  });

  it('gives an orthonormal basis for a matrix of rank 1, and for zero', () => {
    for (const scale of [1, 0]) {
      const D = 30;
      const v = random(D);
      const matrix = Float64Array.from({ length: D * D }, (_, i) => scale * v[Math.floor(i / D)] * v[i % D]);
      const { vectors } = leadingComponents(matrix, D, 3);
      for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) expect(dot(vectors, a, b, D)).toBeCloseTo(a === b ? 1 : 0, 10);
    }
  });

  it('has the moments of the definition', () => {
    const data = Float32Array.from(random(60), (x, i) => (i % 4 === 0 ? 0 : x));
    const { mean, covariance } = moments({ data, rows: 20, width: 3 });
    let expected = 0;
    for (let r = 0; r < 20; r++) expected += (data[3 * r] - mean[0]) * (data[3 * r + 2] - mean[2]);
    expect(covariance[2]).toBeCloseTo(expected / 19, 12);
    expect(covariance[6]).toBe(covariance[2]);
  });

  it('projects scaled columns about the mean', () => {
    const data = Uint8Array.of(1, 2, 3, 4);
    const out = project({ data, rows: 2, width: 2 }, Float64Array.of(2, 3), Float64Array.of(0.6, 0.8), Float64Array.of(10, 100));
    expect(out[0]).toBeCloseTo(-86, 4);
    expect(out[1]).toBeCloseTo(86, 4);
  });
});

function symmetric(a: Float64Array, D: number): Float64Array {
  return a.map((_, i) => a[i] + a[(i % D) * D + Math.floor(i / D)] + (i % (D + 1) === 0 ? 20 : 0));
}

function dot(v: Float64Array, a: number, b: number, D: number): number {
  let sum = 0;
  for (let i = 0; i < D; i++) sum += v[a * D + i] * v[b * D + i];
  return sum;
}
