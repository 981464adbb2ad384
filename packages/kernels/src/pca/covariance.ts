import { Layout } from '../layout.js';
import { KernelPool, ranges, type PoolOptions } from '../pool.js';
import type { NumericMatrix } from './matrix.js';
import { DEPTH, zeroQuestions } from './order.js';

/** Value used = stored value * factor + offset; numbers, or one per column. */
export interface ColumnScale {
  readonly factor: number | readonly number[];
  readonly offset: number | readonly number[];
}

/** Mean and covariance (ddof 1) of D columns over N rows, in scaled units. */
export interface Covariance {
  readonly rows: number;
  readonly columns: number;
  /** float64[D] */
  readonly mean: Float64Array;
  /** float64[D][D], symmetric; the diagonal of a constant column is exactly 0. */
  readonly covariance: Float64Array;
}

/** Sums of byte columns and of their products, exact: float64[D] and float64[D][D], upper triangle. */
interface Moments {
  readonly sums: Float64Array;
  readonly products: Float64Array;
}

const WORD_ROWS = 66_051; // rows whose products of bytes fit in 32 bits
const BLOCK_BYTES = 16 * 2 ** 20; // rows in the kernel's memory at once
const ROWS_PER_TURN = 256;
const DENSE_FROM = 0.14; // share of non-zero entries above which packed int16 products beat outer products of non-zeros: on 20,000 MNIST rows thinned by a threshold, 93 against 75 ms at 0.123 and 110 against 135 ms at 0.159

const one = (value: number | readonly number[], j: number): number => (typeof value === 'number' ? value : (value[j] as number));

/** The covariance of a matrix; see {@link ../pca.ts}. */
export async function covariance(matrix: NumericMatrix, { scale = { factor: 1, offset: 0 }, ...options }: PoolOptions & { readonly scale?: ColumnScale } = {}): Promise<Covariance> {
  const { rows: N, columns: D, data } = matrix;
  const raw = data instanceof Uint8Array ? fromMoments(await byteMoments(data, N, D, options), N, D) : await floatCovariance(data, N, D, options);
  for (let a = 0; a < D; a++) {
    const fa = one(scale.factor, a);
    raw.mean[a] = (raw.mean[a] as number) * fa + one(scale.offset, a);
    for (let b = a; b < D; b++) {
      const value = (raw.covariance[a * D + b] as number) * (fa * one(scale.factor, b));
      raw.covariance[a * D + b] = value;
      raw.covariance[b * D + a] = value;
    }
  }
  return { rows: N, columns: D, ...raw };
}

/** (N sum(xy) - sum(x) sum(y)) / (N (N - 1)): the numerator is an exact integer up to 370,000 rows. */
function fromMoments({ sums, products }: Moments, N: number, D: number): { mean: Float64Array; covariance: Float64Array } {
  const scale = N * (N - 1);
  for (let a = 0; a < D; a++) {
    const sa = sums[a] as number;
    for (let b = a; b < D; b++) products[a * D + b] = (N * (products[a * D + b] as number) - sa * (sums[b] as number)) / scale;
  }
  return { mean: sums.map((sum) => sum / N), covariance: products };
}

/** Exact sums, whatever thread adds which rows. */
async function byteMoments(data: Uint8Array, N: number, D: number, options: PoolOptions): Promise<Moments> {
  const threads = Math.max(1, options.workers ?? 1);
  const layout = new Layout();
  const block = Math.max(1, Math.min(N, WORD_ROWS, Math.floor(BLOCK_BYTES / D)));
  const x = layout.take(Uint8Array, block * D + 16);
  const parts = Array.from({ length: threads }, () => ({
    gram: layout.take(Uint32Array, D * D),
    sums: layout.take(Uint32Array, D),
    scratch: layout.take(Uint8Array, 256 * (D + 5) + 4 * (D + 4)),
  }));
  const counter = layout.take(Int32Array, 1);
  const list = layout.take(Uint32Array, block);
  const questions = layout.take(Int32Array, 2 ** DEPTH);
  const leaves = layout.take(Uint8Array, 4 * 257 + block);
  const dense = density(data) >= DENSE_FROM;
  const pool = await KernelPool.open(new URL('../wasm/pca.wasm', import.meta.url), layout, { ...options, share: true });
  try {
    const total: Moments = { sums: new Float64Array(D), products: new Float64Array(D * D) };
    if (dense) pool.view(questions).set(zeroQuestions(data, N, D));
    let added = 0;
    for (let start = 0; start < N; start += block) {
      const rows = Math.min(block, N - start);
      pool.view(x).set(data.subarray(start * D, (start + rows) * D));
      if (dense) pool.local.orderRows?.(x.offset, rows, D, questions.offset, DEPTH, list.offset, leaves.offset);
      pool.view(counter)[0] = 0;
      await pool.share((thread) => {
        const part = parts[thread] as (typeof parts)[number];
        return ['gramShare', x.offset, dense ? list.offset : 0, rows, ROWS_PER_TURN, counter.offset, D, part.gram.offset, part.sums.offset, part.scratch.offset];
      });
      added += rows;
      if (added + block <= WORD_ROWS && start + rows < N) continue;
      for (const part of parts) {
        flush(pool.view(part.sums), total.sums);
        flush(pool.view(part.gram), total.products);
      }
      added = 0;
    }
    return total;
  } finally {
    await pool.close();
  }
}

/** Share of non-zero entries in a sample spread over the rows. */
function density(data: Uint8Array): number {
  const step = Math.max(1, Math.floor(data.length / 100_003));
  let seen = 0;
  let lit = 0;
  for (let i = 0; i < data.length; i += step, seen++) if (data[i] !== 0) lit++;
  return lit / seen;
}

function flush(words: Uint32Array, total: Float64Array): void {
  for (let i = 0; i < words.length; i++) total[i] = (total[i] as number) + (words[i] as number);
  words.fill(0);
}

const FLOAT_CALLS = 8;

/** Two passes in float64: means, then products of centred columns; each element is summed in row order. */
async function floatCovariance(data: Float32Array, N: number, D: number, options: PoolOptions): Promise<{ mean: Float64Array; covariance: Float64Array }> {
  const threads = Math.max(1, options.workers ?? 1);
  const layout = new Layout();
  const x = layout.take(Float32Array, N * D);
  const mean = layout.take(Float64Array, D);
  const gram = layout.take(Float64Array, D * D);
  const scratch = Array.from({ length: threads }, () => layout.take(Float64Array, 128 * (D + 4)));
  const pool = await KernelPool.open(new URL('../wasm/pca.wasm', import.meta.url), layout, options);
  try {
    pool.view(x).set(data);
    const columns = ranges(D, threads);
    await pool.run(columns.length, (i) => ['columnSums', x.offset, N, D, ...(columns[i] as readonly [number, number]), mean.offset]);
    const means = pool.view(mean);
    for (let j = 0; j < D; j++) means[j] = (means[j] as number) / N;
    const cuts = triangleCuts(D, FLOAT_CALLS);
    await pool.run(cuts.length, (i, thread) => ['gramFloat', x.offset, N, D, mean.offset, ...(cuts[i] as readonly [number, number]), gram.offset, (scratch[thread] as { offset: number }).offset]);
    const products = pool.view(gram).slice();
    for (let a = 0; a < D; a++) for (let b = a; b < D; b++) products[a * D + b] = (products[a * D + b] as number) / (N - 1);
    const result = { mean: means.slice(), covariance: products };
    for (let j = 0; j < D; j++) settleConstant(data, N, D, j, result);
    return result;
  } finally {
    await pool.close();
  }
}

/** Cuts columns into ranges, multiples of 4, whose parts of the upper triangle are about equal. */
function triangleCuts(D: number, parts: number): (readonly [number, number])[] {
  const edges = Array.from({ length: parts + 1 }, (_, i) => (i === parts ? D : Math.floor((D * (1 - Math.sqrt(1 - i / parts))) / 4) * 4));
  return edges.slice(1).map((to, i) => [edges[i] as number, to] as const).filter(([from, to]) => to > from);
}

/** Rounding of the mean leaves a constant column a variance of about 1e-30: sets it and its covariances to 0. */
function settleConstant(data: Float32Array, N: number, D: number, j: number, { mean, covariance: values }: { mean: Float64Array; covariance: Float64Array }): void {
  const value = data[j] as number;
  if ((values[j * D + j] as number) > 1e-14 * value * value) return;
  for (let r = 1; r < N; r++) if (data[r * D + j] !== value) return;
  mean[j] = value;
  for (let k = 0; k < D; k++) {
    values[j * D + k] = 0;
    values[k * D + j] = 0;
  }
}
