import { Layout } from '../layout.js';
import type { NumericMatrix } from '../pca.js';
import { KernelPool, type PoolOptions } from '../pool.js';
import { jointProbabilities, planAffinities, type AffinityPlan } from './affinities.js';
import { Descent, planDescent, type DescentPlan } from './descent.js';
import { planSearch, searchNeighbours, type SearchPlan } from './search.js';
import { tsneKernel, type TsnePool } from './kernel.js';

/** Below so many rows one thread does it all: meeting costs more than it saves. */
const THREADS_FROM = 2000;

/** The kernel's memory and threads for one matrix; everything in it is in tile order. */
export class Session {
  readonly rows: number;
  readonly pool: TsnePool;
  readonly search: SearchPlan;
  readonly affinities: AffinityPlan;
  private readonly descentPlan: DescentPlan;

  private constructor(pool: TsnePool, search: SearchPlan, affinities: AffinityPlan, descentPlan: DescentPlan) {
    this.rows = search.rows;
    this.pool = pool;
    this.search = search;
    this.affinities = affinities;
    this.descentPlan = descentPlan;
  }

  /** Plans and takes the memory. Close it in a `finally`. */
  static async open(
    { rows, columns }: NumericMatrix,
    perplexity: number,
    exact: boolean,
    { workers = 1, signal }: PoolOptions,
  ): Promise<Session> {
    const threads = rows < THREADS_FROM ? 1 : Math.max(1, workers);
    const k = Math.min(rows - 1, Math.floor(3 * perplexity));
    const layout = new Layout();
    const search = planSearch(layout, rows, columns, k, threads);
    const affinities = planAffinities(layout, rows, k, threads);
    const descent = planDescent(layout, rows, threads, exact);
    return new Session(
      await KernelPool.open(tsneKernel, layout, { workers: threads, signal }),
      search,
      affinities,
      descent,
    );
  }

  /** Neighbours, then joint probabilities. */
  async prepare(
    matrix: NumericMatrix,
    perplexity: number,
    searched: (share: number) => void = () => {},
  ): Promise<void> {
    await searchNeighbours(this.pool, this.search, matrix, searched);
    await jointProbabilities(this.pool, this.search, this.affinities, perplexity);
  }

  /** A descent from positions in tile order, float64 [N x 2]. */
  descent(start: Float64Array): Descent {
    this.pool.view(this.descentPlan.y).set(start);
    return new Descent(this.pool, this.descentPlan, this.affinities);
  }

  /** The positions of the descent, in tile order. */
  get positions(): Float64Array {
    return this.pool.view(this.descentPlan.y);
  }

  /** Takes pairs from the input's order to tile order. */
  toTiles(pairs: ArrayLike<number>): Float64Array {
    const order = this.pool.view(this.search.order);
    return Float64Array.from({ length: 2 * this.rows }, (_, i) => pairs[2 * order[i >> 1] + (i & 1)]);
  }

  /** Takes pairs from tile order to the input's order, into `out`. */
  fromTiles<T extends Float32Array | Float64Array>(pairs: Float64Array, out: T): T {
    const order = this.pool.view(this.search.order);
    for (let i = 0; i < 2 * this.rows; i++) out[2 * order[i >> 1] + (i & 1)] = pairs[i];
    return out;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
