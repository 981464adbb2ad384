import type { NumericMatrix } from '../pca/matrix.js';

/**
 * Features as whole numbers in the order of their values, so that comparing codes is comparing values.
 * Bytes are their own codes. A float32 column's codes are the ranks of its distinct values; they fit in a byte
 * when no column has more than 256 of them.
 */
export interface Codes {
  /** Bytes of one code. */
  readonly width: 1 | 4;
  /** uint8[N][D] when the width is 1. */
  readonly byRow?: Uint8Array;
  /** uint32[D][N] when the width is 4. */
  readonly byColumn?: Uint32Array;
  /** The largest value that still goes left, for a cut between two codes of column j. */
  threshold(j: number, low: number, high: number): number;
}

/** Codes of an N x D matrix of finite numbers. */
export function encode(matrix: NumericMatrix): Codes {
  const { data } = matrix;
  if (data instanceof Uint8Array) return { width: 1, byRow: data, threshold: (_, low, high) => (low + high) >> 1 };
  return encodeFloats(data, matrix.rows, matrix.columns);
}

function encodeFloats(data: Float32Array, N: number, D: number): Codes {
  const values = Array.from({ length: D }, (_, j) => distinct(data, N, D, j));
  const narrow = values.every((column) => column.length <= 256);
  const threshold = (j: number, low: number, high: number): number => between(values[j][low], values[j][high]);
  if (narrow) {
    const byRow = new Uint8Array(N * D);
    for (let i = 0; i < byRow.length; i++) byRow[i] = rank(values[i % D], data[i]);
    return { width: 1, byRow, threshold };
  }
  const byColumn = new Uint32Array(N * D);
  for (let j = 0; j < D; j++) for (let r = 0; r < N; r++) byColumn[j * N + r] = rank(values[j], data[r * D + j]);
  return { width: 4, byColumn, threshold };
}

/** The distinct values of column j, rising; -0 counts as 0. */
function distinct(data: Float32Array, N: number, D: number, j: number): Float32Array {
  const column = new Float32Array(N);
  for (let r = 0; r < N; r++) column[r] = data[r * D + j] + 0;
  column.sort();
  let count = 0;
  for (let r = 0; r < N; r++) if (r === 0 || column[r] !== column[count - 1]) column[count++] = column[r];
  return column.slice(0, count);
}

function rank(values: Float32Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The float32 midpoint of a < b, but never b itself. */
function between(a: number, b: number): number {
  const middle = Math.fround(a / 2 + b / 2);
  return middle >= b ? a : middle;
}
