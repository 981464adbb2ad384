import { Layout, type Slot } from '../layout.js';
import { KernelPool, type PoolOptions } from '../pool.js';
import { pcaKernel, type PcaPool } from './kernel.js';

/** Eigenvalues and leading eigenvectors of a symmetric matrix. */
export interface Eigen {
  /** float64[n], falling; rounding may leave a zero slightly negative. */
  readonly values: Float64Array;
  readonly count: number;
  /** float64[count][n], unit vectors; their signs are arbitrary. */
  readonly vectors: Float64Array;
}

type Floats = Slot<Float64ArrayConstructor>;

const ACCEPTED_DEFECT = 1e-11;
const WORTH_SHARING = 256; // rows below which a second thread costs more than it brings
const MOST_THREADS = 2; // steps are short: a third thread would wait more than work
const NO_STEP_YET = 4; // as in assembly/pca/tridiagonal.ts
const INVERSE_ITERATION_UP_TO = 0.35; // share of the vectors above which QL with vectors takes less time

/**
 * Eigenvalues, and as many leading eigenvectors as `wanted` says once it has seen the values, of a symmetric n x n matrix.
 * Householder reduction; values by implicit QL; vectors by inverse iteration where few are wanted, checked, and else by QL.
 *
 * @param matrix float64[n][n]; the lower triangle is read; not changed
 * @throws RangeError for a wrong length, TypeError for entries that are not finite
 */
export async function symmetricEigen(
  matrix: Float64Array,
  n: number,
  wanted: (values: Float64Array) => number = () => n,
  options: PoolOptions = {},
): Promise<Eigen> {
  if (!Number.isInteger(n) || n < 1 || matrix.length !== n * n)
    throw new RangeError(`a square matrix of ${n} rows must have ${n * n} entries, got ${matrix.length}`);
  const peak = largest(matrix);
  if (!Number.isFinite(peak)) throw new TypeError('a matrix must hold finite numbers for its eigenvalues to exist');
  const norm = peak || 1;
  const solver = await Solver.open(n, options);
  try {
    await solver.reduce(matrix, norm);
    const values = solver.values();
    const count = wanted(Float64Array.from(values, (value) => value * norm));
    if (!(count >= 0 && count <= n)) throw new RangeError(`the number of eigenvectors must be 0 to ${n}, got ${count}`);
    const vectors = await solver.vectors(values, count);
    return { values: values.map((value) => value * norm), count, vectors };
  } finally {
    await solver.close();
  }
}

function largest(matrix: Float64Array): number {
  let peak = 0;
  for (let i = 0; i < matrix.length; i++) {
    const size = Math.abs(matrix[i]);
    if (Number.isNaN(size)) return NaN;
    if (size > peak) peak = size;
  }
  return peak;
}

/** The arrays of a matrix of n rows, each of ld numbers. */
function planSolver(layout: Layout, n: number, ld: number) {
  const matrix = (): Floats => layout.take(Float64Array, n * ld);
  const vector = (): Floats => layout.take(Float64Array, ld + 2);
  return {
    a: matrix(),
    y: matrix(),
    z: matrix(),
    d: vector(),
    e: vector(),
    tau: vector(),
    diagonal: vector(),
    off: vector(),
    sorted: vector(),
    work: layout.take(Float64Array, 8 * ld),
    seed: layout.take(Uint32Array, 4),
    ticket: layout.take(Int32Array, 32),
    counter: layout.take(Int32Array, 1),
  };
}

/** The solver's memory and its steps, on a matrix scaled to a largest entry of 1. */
class Solver {
  private readonly pool: PcaPool;
  private readonly plan: ReturnType<typeof planSolver>;
  private readonly n: number;
  /** Numbers from row to row, even. */
  private readonly ld: number;

  private constructor(pool: PcaPool, plan: ReturnType<typeof planSolver>, n: number, ld: number) {
    this.pool = pool;
    this.plan = plan;
    this.n = n;
    this.ld = ld;
  }

  /** Close it in a `finally`. */
  static async open(n: number, { workers = 1, signal }: PoolOptions): Promise<Solver> {
    const ld = n + (n & 1);
    const layout = new Layout();
    const plan = planSolver(layout, n, ld);
    const threads = n < WORTH_SHARING ? 1 : Math.min(MOST_THREADS, workers);
    return new Solver(await KernelPool.open(pcaKernel, layout, { workers: threads, signal, share: true }), plan, n, ld);
  }

  /** To tridiagonal form. */
  async reduce(matrix: Float64Array, norm: number): Promise<void> {
    const { n, ld, pool, plan } = this;
    const { a, d, e, tau, work, ticket } = plan;
    const rows = pool.view(a);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) rows[i * ld + j] = matrix[i * n + j] / norm;
    pool.view(ticket)[0] = NO_STEP_YET;
    await pool.share((thread) =>
      thread === 0
        ? ['tridiagonalize', a.offset, n, ld, d.offset, e.offset, tau.offset, work.offset, ticket.offset]
        : ['helpTridiagonalize', a.offset, ld, work.offset, ticket.offset],
    );
  }

  /** Eigenvalues, falling. */
  values(): Float64Array {
    return this.iterate(0).sort((p, q) => q - p);
  }

  /** float64[count][n]: the first of the vectors whose values were found. */
  async vectors(found: Float64Array, count: number): Promise<Float64Array> {
    const { n, ld, pool, plan } = this;
    const { a, tau, y, counter } = plan;
    if (count > INVERSE_ITERATION_UP_TO * n + 8 || !this.few(found, count)) this.all(count);
    pool.view(counter)[0] = 0;
    await pool.share(() => ['backTransform', a.offset, n, ld, tau.offset, y.offset, count, counter.offset]);
    const out = new Float64Array(count * n);
    const rows = pool.view(y);
    for (let k = 0; k < count; k++) out.set(rows.subarray(k * ld, k * ld + n), k * n);
    return out;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** QL on a copy of the tridiagonal matrix; rows of z turn with it where asked. */
  private iterate(rows: number): Float64Array {
    const { d, e, diagonal, off } = this.plan;
    this.pool.view(diagonal).set(this.pool.view(d));
    this.pool.view(off).set(this.pool.view(e).subarray(1));
    if (this.pool.local.implicitQl(diagonal.offset, off.offset, this.n, rows, this.ld) !== 0)
      throw new Error('the eigenvalue iteration did not converge; the matrix may hold numbers of very different size');
    return this.pool.view(diagonal).slice(0, this.n);
  }

  /** Vectors by inverse iteration into y; whether they are good. */
  private few(found: Float64Array, count: number): boolean {
    const { n, ld, pool } = this;
    const { d, e, sorted, y, work, seed } = this.plan;
    pool.view(sorted).set(found);
    pool.view(seed).set([1, 2, 3, 4]);
    const size = Math.max(Math.abs(found[0]), Math.abs(found[n - 1])) || 1;
    const given = [d.offset, e.offset + 8, n, sorted.offset, count, size, y.offset, ld] as const;
    pool.local.inverseIteration(...given, work.offset, seed.offset);
    return pool.local.defect(...given) < ACCEPTED_DEFECT;
  }

  /** Vectors by QL into y. */
  private all(count: number): void {
    const { n, ld, pool } = this;
    const { y, z } = this.plan;
    const rows = pool.view(z).fill(0);
    for (let i = 0; i < n; i++) rows[i * ld + i] = 1;
    const found = this.iterate(z.offset);
    const order = Array.from(found.keys()).sort((p, q) => found[q] - found[p] || p - q);
    const out = pool.view(y);
    for (let k = 0; k < count; k++) out.set(rows.subarray(order[k] * ld, (order[k] + 1) * ld), k * ld);
  }
}
