import { Layout } from '../layout.js';
import { KernelPool, ranges, type PoolOptions } from '../pool.js';
import { blocksOf, sourceOf, type MatrixSource, type NumericMatrix } from './matrix.js';
import { DEPTH, zeroQuestions } from './order.js';
import { pcaKernel } from './kernel.js';

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
const BLOCK_BYTES = 8 * 2 ** 20; // rows in the kernel's memory, of two blocks: one is copied while the other is added

const one = (value: number | readonly number[], j: number): number => (typeof value === 'number' ? value : value[j]);

/** The covariance of a matrix; see {@link ../pca.ts}. */
export async function covariance(
  matrix: NumericMatrix | MatrixSource,
  { scale = { factor: 1, offset: 0 }, ...options }: PoolOptions & { readonly scale?: ColumnScale } = {},
): Promise<Covariance> {
  const source = sourceOf(matrix);
  const { rows: N, columns: D } = source;
  const raw =
    source.dtype === 'uint8'
      ? fromMoments(await byteMoments(source, options), N, D)
      : await floatCovariance(source, options);
  for (let a = 0; a < D; a++) {
    const fa = one(scale.factor, a);
    raw.mean[a] = raw.mean[a] * fa + one(scale.offset, a);
    for (let b = a; b < D; b++) {
      const value = raw.covariance[a * D + b] * (fa * one(scale.factor, b));
      raw.covariance[a * D + b] = value;
      raw.covariance[b * D + a] = value;
    }
  }
  return { rows: N, columns: D, ...raw };
}

/** (N sum(xy) - sum(x) sum(y)) / (N (N - 1)): the numerator is an exact integer up to 370,000 rows. */
function fromMoments(
  { sums, products }: Moments,
  N: number,
  D: number,
): { mean: Float64Array; covariance: Float64Array } {
  const scale = N * (N - 1);
  for (let a = 0; a < D; a++) {
    const sa = sums[a];
    for (let b = a; b < D; b++) products[a * D + b] = (N * products[a * D + b] - sa * sums[b]) / scale;
  }
  return { mean: sums.map((sum) => sum / N), covariance: products };
}

/** The memory of a Gram matrix of byte rows: two desks of `block` rows, and a sum of its own for each thread. */
function planMoments(layout: Layout, block: number, D: number, threads: number) {
  const groups = Math.ceil(D / 4);
  return {
    desks: [0, 1].map(() => ({
      x: layout.take(Uint8Array, block * D + 16),
      list: layout.take(Uint32Array, block),
      counter: layout.take(Int32Array, 1),
    })),
    parts: Array.from({ length: threads }, () => ({
      gram: layout.take(Uint32Array, 16 * groups * groups),
      sums: layout.take(Uint32Array, 4 * groups),
      scratch: layout.take(Uint32Array, 16 * (36 * groups + 12)),
    })),
    questions: layout.take(Int32Array, 2 ** DEPTH),
    leaves: layout.take(Uint8Array, 4 * 257 + block),
  };
}

/** Exact sums, whatever thread adds which rows. */
async function byteMoments(source: MatrixSource, options: PoolOptions): Promise<Moments> {
  const { rows: N, columns: D } = source;
  const threads = Math.max(1, options.workers ?? 1);
  const layout = new Layout();
  const block = Math.max(1, Math.min(N, WORD_ROWS, Math.floor(BLOCK_BYTES / D)));
  const { desks, parts, questions, leaves } = planMoments(layout, block, D, threads);
  const desk = (start: number): (typeof desks)[number] => desks[(start / block) % 2];
  const pool = await KernelPool.open(pcaKernel, layout, { ...options, share: true });
  const read = (start: number): Promise<Uint8Array | Float32Array> | undefined =>
    start < N ? source.read(start, Math.min(N, start + block)) : undefined;
  const bring = (start: number, values: Uint8Array | Float32Array | undefined): void => {
    if (!values) return;
    const { x, list, counter } = desk(start);
    const rows = Math.min(block, N - start);
    pool.view(x).set(values);
    pool.local.orderRows(x.offset, rows, D, questions.offset, DEPTH, list.offset, leaves.offset);
    pool.view(counter)[0] = 0;
  };
  try {
    const total: Moments = { sums: new Float64Array(D), products: new Float64Array(D * D) };
    pool.view(questions).set(await zeroQuestions(source));
    bring(0, await read(0));
    let added = 0;
    for (let start = 0; start < N; start += block) {
      const { x, list, counter } = desk(start);
      const rows = Math.min(block, N - start);
      const next = await read(start + block);
      await pool.share(
        (thread) => {
          const part = parts[thread];
          return [
            'gramShare',
            x.offset,
            list.offset,
            rows,
            counter.offset,
            D,
            part.gram.offset,
            part.sums.offset,
            part.scratch.offset,
          ];
        },
        () => bring(start + block, next),
      );
      added += rows;
      if (added + block <= WORD_ROWS && start + rows < N) continue;
      for (const part of parts) flush(pool.view(part.sums), pool.view(part.gram), total);
      added = 0;
    }
    return total;
  } finally {
    await pool.close();
  }
}

/** Adds a thread's words, products in tiles of 4 x 4 columns, to the total, and clears them. */
function flush(sums: Uint32Array, gram: Uint32Array, total: Moments): void {
  const D = total.sums.length;
  const groups = sums.length / 4;
  for (let a = 0; a < D; a++) {
    total.sums[a] = total.sums[a] + sums[a];
    const row = (a >> 2) * groups * 16 + (a & 3) * 4;
    for (let b = a; b < D; b++)
      total.products[a * D + b] = total.products[a * D + b] + gram[row + (b >> 2) * 16 + (b & 3)];
  }
  sums.fill(0);
  gram.fill(0);
}

const FLOAT_CALLS = 8;
const FLOAT_BYTES = 16 * 2 ** 20; // of rows in the kernel's memory at a time
const CHUNK = 128; // rows that the kernel sums at once

/** Two passes over blocks of rows in float64: means, then products of centred columns; each element is summed in row order. */
async function floatCovariance(
  source: MatrixSource,
  options: PoolOptions,
): Promise<{ mean: Float64Array; covariance: Float64Array }> {
  const { rows: N, columns: D } = source;
  const threads = Math.max(1, options.workers ?? 1);
  const layout = new Layout();
  const block = Math.max(1, Math.min(N, CHUNK * Math.max(1, Math.floor(FLOAT_BYTES / (4 * D * CHUNK)))));
  const x = layout.take(Float32Array, block * D);
  const mean = layout.take(Float64Array, D);
  const gram = layout.take(Float64Array, D * D);
  const scratch = Array.from({ length: threads }, () => layout.take(Float64Array, 128 * (D + 4)));
  const pool = await KernelPool.open(pcaKernel, layout, options);
  try {
    const blocks = async (work: (rows: number) => Promise<unknown>): Promise<void> => {
      for (let start = 0; start < N; start += block) {
        const rows = Math.min(block, N - start);
        pool.view(x).set(await source.read(start, start + rows));
        await work(rows);
      }
    };
    const columns = ranges(D, threads);
    const sum = (rows: number): Promise<unknown> =>
      pool.run(columns.length, (i) => ['addColumnSums', x.offset, rows, D, ...columns[i], mean.offset]);
    await blocks(sum);
    const means = pool.view(mean);
    for (let j = 0; j < D; j++) means[j] = means[j] / N;
    const cuts = triangleCuts(D, FLOAT_CALLS);
    await blocks((rows) =>
      pool.run(cuts.length, (i, thread) => [
        'addGramFloat',
        x.offset,
        rows,
        D,
        mean.offset,
        ...cuts[i],
        gram.offset,
        (scratch[thread] as { offset: number }).offset,
      ]),
    );
    const products = pool.view(gram).slice();
    for (let a = 0; a < D; a++) for (let b = a; b < D; b++) products[a * D + b] = products[a * D + b] / (N - 1);
    const result = { mean: means.slice(), covariance: products };
    await settleConstants(source, result);
    return result;
  } finally {
    await pool.close();
  }
}

/** Cuts columns into ranges, multiples of 4, whose parts of the upper triangle are about equal. */
function triangleCuts(D: number, parts: number): (readonly [number, number])[] {
  const edges = Array.from({ length: parts + 1 }, (_, i) =>
    i === parts ? D : Math.floor((D * (1 - Math.sqrt(1 - i / parts))) / 4) * 4,
  );
  return edges
    .slice(1)
    .map((to, i) => [edges[i], to] as const)
    .filter(([from, to]) => to > from);
}

/** Rounding of the mean leaves a constant column a variance of about 1e-30: sets it and its covariances to 0. */
async function settleConstants(
  source: MatrixSource,
  { mean, covariance: values }: { mean: Float64Array; covariance: Float64Array },
): Promise<void> {
  const D = source.columns;
  const first = (await source.read(0, 1)).slice();
  const constant = new Set(
    Array.from({ length: D }, (_, j) => j).filter((j) => !(values[j * D + j] > 1e-14 * first[j] * first[j])),
  );
  if (constant.size === 0) return;
  for await (const { values: rows } of blocksOf(source)) {
    for (const j of constant)
      for (let at = j; at < rows.length; at += D)
        if (rows[at] !== first[j]) {
          constant.delete(j);
          break;
        }
  }
  for (const j of constant) {
    mean[j] = first[j];
    for (let k = 0; k < D; k++) {
      values[j * D + k] = 0;
      values[k * D + j] = 0;
    }
  }
}
