import { Random } from '../random.js';
import { jacobi } from './jacobi.js';

/** Rows x width numbers, row after row. */
export interface Matrix {
  readonly data: Uint8Array | Float32Array | Float64Array;
  readonly rows: number;
  readonly width: number;
}

/** First and second moments of the rows of a matrix, float64. */
export interface Moments {
  readonly rows: number;
  /** Mean of each column: [D]. */
  readonly mean: Float64Array;
  /** Covariance (ddof 1; all zero for fewer than two rows): [D x D], symmetric. */
  readonly covariance: Float64Array;
}

/** Leading eigenvectors of a symmetric matrix. */
export interface Components {
  /** [count x D], orthonormal rows; the entry of largest magnitude (the first of equals) is positive. */
  readonly vectors: Float64Array;
  /** [count], descending. */
  readonly values: Float64Array;
}

/** Mean and covariance in one pass over the non-zero entries, shifted by nothing: exact for uint8. O(rows x nonzeros^2). */
export function moments({ data, rows, width }: Matrix): Moments {
  const sum = new Float64Array(width);
  const product = new Float64Array(width * width);
  const index = new Int32Array(width);
  const value = new Float64Array(width);
  for (let r = 0; r < rows; r++) {
    let n = 0;
    for (let c = 0, at = r * width; c < width; c++, at++) {
      const x = data[at];
      if (x !== 0) {
        index[n] = c;
        value[n++] = x;
        sum[c] += x;
      }
    }
    for (let a = 0; a < n; a++) {
      const x = value[a];
      const base = index[a] * width;
      for (let b = a; b < n; b++) product[base + index[b]] += x * value[b];
    }
  }
  const mean = sum.map((s) => (rows > 0 ? s / rows : 0));
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      const v = rows > 1 ? (product[i * width + j] - sum[i] * mean[j]) / (rows - 1) : 0;
      product[i * width + j] = product[j * width + i] = i === j ? Math.max(v, 0) : v;
    }
  }
  return { rows, mean, covariance: product };
}

/**
 * The `count` eigenvectors of largest eigenvalue of a symmetric positive semi-definite matrix, by subspace
 * iteration with a Rayleigh-Ritz step (Golub and Van Loan, Matrix Computations, 8.2.4). Deterministic.
 * @param matrix [D x D]
 * @param count 1 to D
 * @param tolerance relative change of the wanted eigenvalues at which to stop
 */
export function leadingComponents(matrix: Float64Array, D: number, count: number, tolerance = 1e-13): Components {
  if (count < 1 || count > D) throw new RangeError(`the number of components must be 1 to ${D}, got ${count}`);
  const block = Math.min(D, count + 8);
  let ritz = rayleighRitz(matrix, D, block, startingBasis(D, block));
  for (let sweep = 0; sweep < 200 && block < D; sweep++) {
    const basis = orthonormal(multiply(matrix, D, block, multiply(matrix, D, block, ritz.vectors)), D, block);
    const next = rayleighRitz(matrix, D, block, basis);
    let change = 0;
    for (let i = 0; i < count; i++) change = Math.max(change, Math.abs(next.values[i] - ritz.values[i]));
    ritz = next;
    if (change <= tolerance * Math.abs(ritz.values[0])) break;
  }
  const vectors = ritz.vectors.slice(0, count * D);
  for (let i = 0; i < count; i++) orient(vectors.subarray(i * D, (i + 1) * D));
  return { vectors, values: ritz.values.slice(0, count).map((v) => Math.max(v, 0)) };
}

/** (x - mean) projected on each component: [rows x count] float32, sums in float64. Factors scale the columns first. */
export function project({ data, rows, width }: Matrix, mean: Float64Array, vectors: Float64Array, factors?: Float64Array): Float32Array {
  const count = vectors.length / width;
  const weights = new Float64Array(width * count);
  const shift = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let c = 0; c < width; c++) {
      const w = vectors[k * width + c] * (factors ? factors[c] : 1);
      weights[c * count + k] = w;
      shift[k] -= mean[c] * w;
    }
  }
  const out = new Float32Array(rows * count);
  const row = new Float64Array(count);
  for (let r = 0; r < rows; r++) {
    row.set(shift);
    for (let c = 0, at = r * width; c < width; c++, at++) {
      const x = data[at];
      if (x !== 0) for (let k = 0; k < count; k++) row[k] += x * weights[c * count + k];
    }
    out.set(row, r * count);
  }
  return out;
}

function startingBasis(D: number, block: number): Float64Array {
  const random = new Random(Uint32Array.of(1, 2, 3, 4));
  const start = Float64Array.from({ length: block * D }, () => random.float() - 0.5);
  return orthonormal(start, D, block);
}

/** rows of `basis` times the symmetric matrix. */
function multiply(matrix: Float64Array, D: number, block: number, basis: Float64Array): Float64Array {
  const out = new Float64Array(block * D);
  for (let b = 0; b < block; b++) {
    const target = out.subarray(b * D, (b + 1) * D);
    for (let i = 0; i < D; i++) {
      const x = basis[b * D + i];
      if (x !== 0) for (let j = 0, at = i * D; j < D; j++, at++) target[j] += x * matrix[at];
    }
  }
  return out;
}

/** Gram-Schmidt, twice; a row that vanishes is replaced by a unit vector, so that a matrix of low rank gives no NaN. */
function orthonormal(rows: Float64Array, D: number, block: number): Float64Array {
  const q = rows.slice();
  for (let b = 0; b < block; b++) {
    const v = q.subarray(b * D, (b + 1) * D);
    const before = Math.sqrt(dot(v, v));
    for (let attempt = 0; attempt <= D; attempt++) {
      if (attempt > 0) v.fill(0)[(b + attempt - 1) % D] = 1;
      const floor = attempt > 0 ? 0.1 / Math.sqrt(D) : before * 1e-12;
      for (let pass = 0; pass < 2; pass++) {
        for (let a = 0; a < b; a++) {
          const u = q.subarray(a * D, (a + 1) * D);
          const d = dot(u, v);
          for (let i = 0; i < D; i++) v[i] -= d * u[i];
        }
      }
      const norm = Math.sqrt(dot(v, v));
      if (norm > floor) {
        for (let i = 0; i < D; i++) v[i] /= norm;
        break;
      }
    }
  }
  return q;
}

/** Eigenvectors of the matrix restricted to the span of `basis`, best first. */
function rayleighRitz(matrix: Float64Array, D: number, block: number, basis: Float64Array): Components {
  const image = multiply(matrix, D, block, basis);
  const small = new Float64Array(block * block);
  for (let a = 0; a < block; a++) {
    for (let b = a; b < block; b++) small[a * block + b] = small[b * block + a] = dot(basis.subarray(a * D, (a + 1) * D), image.subarray(b * D, (b + 1) * D));
  }
  const { vectors, values } = jacobi(small, block);
  return { vectors: multiplyRows(vectors, basis, block, D), values };
}

function multiplyRows(left: Float64Array, right: Float64Array, block: number, D: number): Float64Array {
  const out = new Float64Array(block * D);
  for (let a = 0; a < block; a++) {
    for (let b = 0; b < block; b++) {
      const x = left[a * block + b];
      for (let i = 0; i < D; i++) out[a * D + i] += x * right[b * D + i];
    }
  }
  return out;
}

function orient(v: Float64Array): void {
  let best = 0;
  for (let i = 1; i < v.length; i++) if (Math.abs(v[i]) > Math.abs(v[best])) best = i;
  if (v[best] < 0) for (let i = 0; i < v.length; i++) v[i] = -v[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
