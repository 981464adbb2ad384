import type { NumericMatrix } from './matrix.js';

/** Plain twin of the PCA kernels: two-pass covariance, cyclic Jacobi, projection, all in float64 and in the order of the formulas. */

/** Mean and covariance (ddof 1): float64[D], float64[D][D]. */
export function covarianceReference({ data, rows: N, columns: D }: NumericMatrix): {
  mean: Float64Array;
  covariance: Float64Array;
} {
  const mean = new Float64Array(D);
  for (let i = 0; i < data.length; i++) mean[i % D] = mean[i % D] + data[i] / N;
  const covariance = new Float64Array(D * D);
  for (let a = 0; a < D; a++) {
    for (let b = 0; b < D; b++) {
      let sum = 0;
      for (let r = 0; r < N; r++) sum += (data[r * D + a] - mean[a]) * (data[r * D + b] - mean[b]);
      covariance[a * D + b] = sum / (N - 1);
    }
  }
  return { mean, covariance };
}

/** Eigenvalues, falling, and unit eigenvectors as rows, by cyclic Jacobi rotations (Jacobi 1846; Golub and Van Loan, algorithm 8.5.3). */
export function jacobiReference(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < 60 && offDiagonal(a, n) > 1e-30; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]),
    vectors: Float64Array.from({ length: n * n }, (_, i) => v[(i % n) * n + order[Math.floor(i / n)]]),
  };
}

/** Share of the squared norm off the diagonal. */
function offDiagonal(a: Float64Array, n: number): number {
  let off = 0;
  let all = 0;
  for (let i = 0; i < n * n; i++) {
    const square = a[i] ** 2;
    all += square;
    if (i % (n + 1) !== 0) off += square;
  }
  return all === 0 ? 0 : off / all;
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q];
  if (off === 0) return;
  const ratio = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.sqrt(ratio * ratio + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turn = (m: Float64Array, i: number, j: number): void => {
    const [x, y] = [m[i], m[j]];
    m[i] = c * x - s * y;
    m[j] = s * x + c * y;
  };
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q);
}

/** float64[N][K]: (x - mean) on each of K components. */
export function projectReference(
  { data, rows: N, columns: D }: NumericMatrix,
  mean: Float64Array,
  components: Float64Array,
): Float64Array {
  const K = components.length / D;
  return Float64Array.from({ length: N * K }, (_, i) => {
    const [r, k] = [Math.floor(i / K), i % K];
    let sum = 0;
    for (let j = 0; j < D; j++) sum += (data[r * D + j] - mean[j]) * components[k * D + j];
    return sum;
  });
}
