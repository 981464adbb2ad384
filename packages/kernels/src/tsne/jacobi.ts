/**
 * All eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, 8.5).
 * @param symmetric [n x n]; not changed
 * @returns rows are eigenvectors, values descending; ties keep the order of the diagonal
 */
export function jacobi(symmetric: Float64Array, n: number): { vectors: Float64Array; values: Float64Array } {
  const a = symmetric.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < 60 && offDiagonal(a, n) > 0; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { vectors, values: Float64Array.from(order, (i) => a[i * n + i]) };
}

/** Sum of squares off the diagonal, zero when below rounding. */
function offDiagonal(a: Float64Array, n: number): number {
  let off = 0;
  let all = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const square = a[i * n + j] ** 2;
      all += square;
      if (i !== j) off += square;
    }
  }
  return off > all * 1e-31 ? off : 0;
}

/** One rotation that zeroes a[p][q]. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < n; i++) {
    const x = a[i * n + p];
    const y = a[i * n + q];
    a[i * n + p] = c * x - s * y;
    a[i * n + q] = s * x + c * y;
  }
  for (let i = 0; i < n; i++) {
    const x = a[p * n + i];
    const y = a[q * n + i];
    a[p * n + i] = c * x - s * y;
    a[q * n + i] = s * x + c * y;
    const vx = v[p * n + i];
    const vy = v[q * n + i];
    v[p * n + i] = c * vx - s * vy;
    v[q * n + i] = s * vx + c * vy;
  }
}
