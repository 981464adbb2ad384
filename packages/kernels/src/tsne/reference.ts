/**
 * t-SNE in plain TypeScript and float64, by the definitions: all distances, all pairs. O(N^2) in time and memory;
 * the kernel in {@link ../tsne.ts} is compared with it.
 */
import type { NumericMatrix } from '../pca.js';

/** Squared Euclidean distances: float64 [N x N]. */
export function squaredDistances({ data, rows, columns }: NumericMatrix): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += (data[i * columns + c] - data[j * columns + c]) ** 2;
      out[i * rows + j] = out[j * rows + i] = sum;
    }
  }
  return out;
}

/** The k nearest other rows of each row, nearest first, equal ones by row: [N][k]. */
export function neighbours(matrix: NumericMatrix, k: number): number[][] {
  const N = matrix.rows;
  const squared = squaredDistances(matrix);
  return Array.from({ length: N }, (_, i) => {
    const others = Array.from({ length: N }, (_, j) => j).filter((j) => j !== i);
    return others.sort((a, b) => squared[i * N + a] - squared[i * N + b] || a - b).slice(0, k);
  });
}

/** p(j|i) over the neighbours of one row, by bisection on the precision until the entropy is log(perplexity). */
export function conditionals(squared: readonly number[], perplexity: number): number[] {
  const least = Math.min(...squared);
  let [low, high, beta] = [0, Infinity, 1];
  let p: number[] = [];
  for (let round = 0; round < 200; round++) {
    const weights = squared.map((d) => Math.exp(-beta * (d - least)));
    const sum = weights.reduce((a, b) => a + b, 0);
    p = weights.map((w) => w / sum);
    const entropy = p.reduce((h, q) => (q > 0 ? h - q * Math.log(q) : h), 0);
    if (entropy > Math.log(perplexity)) [low, beta] = [beta, high === Infinity ? beta * 2 : (beta + high) / 2];
    else [high, beta] = [beta, (low + beta) / 2];
  }
  return p;
}

/** Joint probabilities over the union of the lists of floor(3 x perplexity) neighbours: float64 [N x N], sum 1. */
export function jointProbabilities(matrix: NumericMatrix, perplexity: number): Float64Array {
  const N = matrix.rows;
  const squared = squaredDistances(matrix);
  const P = new Float64Array(N * N);
  neighbours(matrix, Math.min(N - 1, Math.floor(3 * perplexity))).forEach((list, i) => {
    const p = conditionals(
      list.map((j) => squared[i * N + j]),
      perplexity,
    );
    list.forEach((j, n) => {
      P[i * N + j] += p[n] / (2 * N);
      P[j * N + i] += p[n] / (2 * N);
    });
  });
  return P;
}

/** Kullback-Leibler divergence (nats), its gradient divided by 4 (float64 [N x 2]) and Z of a map, van der Maaten and Hinton 2008, equation 5. */
export function evaluate(
  P: Float64Array,
  y: ArrayLike<number>,
): { klDivergence: number; gradient: Float64Array; Z: number } {
  const N = y.length / 2;
  const kernel = new Float64Array(N * N);
  let Z = 0;
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      if (i !== j) Z += kernel[i * N + j] = 1 / (1 + (y[2 * i] - y[2 * j]) ** 2 + (y[2 * i + 1] - y[2 * j + 1]) ** 2);
    }
  }
  const gradient = new Float64Array(2 * N);
  let klDivergence = 0;
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      const [p, w] = [P[i * N + j], kernel[i * N + j]];
      if (p > 0) klDivergence += p * Math.log((p * Z) / w);
      for (let c = 0; c < 2; c++) gradient[2 * i + c] += (p - w / Z) * w * (y[2 * i + c] - y[2 * j + c]);
    }
  }
  return { klDivergence, gradient, Z };
}

/** The share of wrong neighbours in the map, weighted by how far they are in the data; 1 is best (Venna and Kaski 2001). */
export function trustworthiness(matrix: NumericMatrix, y: Float32Array, k = 12): number {
  const N = matrix.rows;
  const rank = neighbours(matrix, N - 1).map((list) => {
    const of = new Uint32Array(N);
    list.forEach((j, n) => (of[j] = n + 1));
    return of;
  });
  let penalty = 0;
  neighbours({ data: y, rows: N, columns: 2 }, k).forEach((list, i) => {
    for (const j of list) penalty += Math.max(0, rank[i][j] - k);
  });
  return 1 - (2 / (N * k * (2 * N - 3 * k - 1))) * penalty;
}
