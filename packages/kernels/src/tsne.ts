import { Layout } from './layout.js';
import { checkMatrix, type NumericMatrix } from './pca.js';
import { KernelPool, type PoolOptions } from './pool.js';
import { Random } from './random.js';
import { jointProbabilities, planAffinities } from './tsne/affinities.js';
import { Descent, planDescent } from './tsne/descent.js';
import { planSearch, searchNeighbours, type SearchPlan } from './tsne/search.js';

/** Where a run of t-SNE stands. */
export interface TsneProgress {
  readonly phase: 'neighbours' | 'affinities' | 'descent';
  /** Share of the phase, or iterations of the descent. */
  readonly done: number;
  readonly total: number;
  /** The last divergence computed (every 50 iterations), of the probabilities without exaggeration. */
  readonly klDivergence?: number;
}

/** Options of {@link tsne}. */
export interface TsneOptions extends PoolOptions {
  /** Effective number of neighbours; 1 to (rows - 1) / 3. Default 30. */
  readonly perplexity?: number;
  /** All iterations, those with early exaggeration included, as scikit-learn counts them. Default 1000. */
  readonly iterations?: number;
  /** Factor on the attraction in the first iterations. Default 12. */
  readonly exaggeration?: number;
  /** How many iterations are exaggerated, at most `iterations`. Default 250. */
  readonly exaggerated?: number;
  /** Step length; 'auto' is max(N / exaggeration, 200) in each phase (Belkina et al. 2019). Without the gradient's factor 4: scikit-learn's number times 4. */
  readonly learningRate?: number | 'auto';
  /** Default 0.8. */
  readonly momentum?: number;
  /** Repulsion by the sum over all pairs or by the grid; 'auto' takes the sum below 600 rows, where it is faster. */
  readonly repulsion?: 'auto' | 'exact' | 'grid';
  readonly progress?: (step: TsneProgress) => void;
}

/** A map of the rows. */
export interface TsneResult {
  /** float32 [N x 2], centred. */
  readonly embedding: Float32Array;
  /** Kullback-Leibler divergence of the final map, nats. */
  readonly klDivergence: number;
}

/** Below so many rows the sum over all pairs is faster than the grid. */
const EXACT_BELOW = 600;
/** Below so many rows one thread does it all: meeting costs more than it saves. */
const THREADS_FROM = 2000;

/** The largest perplexity that `rows` rows allow: (rows - 1) / 3, so that each row has 3 x perplexity neighbours. */
export function largestPerplexity(rows: number): number {
  return (rows - 1) / 3;
}

/**
 * t-distributed stochastic neighbour embedding in two dimensions (van der Maaten and Hinton 2008), from exact nearest
 * neighbours (3 x perplexity of them), started from the first two principal components scaled to a standard
 * deviation of 1e-4. No randomness but a fixed seed where a component is missing; the same bytes for any number of
 * workers. Memory grows with the rows, the neighbour search's time with their square. Equal rows stay together.
 * @param matrix [N x D], finite, at least 4 rows; not changed
 * @throws RangeError for sizes that disagree and options out of range, naming the rule and the value; TypeError for numbers that are not finite
 */
export async function tsne(matrix: NumericMatrix, options: TsneOptions = {}): Promise<TsneResult> {
  const settings = checkOptions(matrix, options);
  const { rows } = matrix;
  const exact = settings.repulsion === 'exact' || (settings.repulsion === 'auto' && rows < EXACT_BELOW);
  const workers = rows < THREADS_FROM ? 1 : Math.max(1, options.workers ?? 1);
  const k = Math.min(rows - 1, Math.floor(3 * settings.perplexity));
  const layout = new Layout();
  const search = planSearch(layout, rows, matrix.columns, k, workers);
  const affinities = planAffinities(layout, rows, k, workers);
  const descentPlan = planDescent(layout, rows, workers, exact);
  const pool = await KernelPool.open(new URL('./wasm/tsne.wasm', import.meta.url), layout, { workers, signal: options.signal });
  try {
    const { progress = () => {} } = options;
    await searchNeighbours(pool, search, matrix, (share) => progress({ phase: 'neighbours', done: share, total: 1 }));
    await jointProbabilities(pool, search, affinities, settings.perplexity);
    progress({ phase: 'affinities', done: 1, total: 1 });
    pool.view(descentPlan.y).set(startingMap(pool, search));
    const klDivergence = await run(new Descent(pool, descentPlan, affinities), rows, settings, progress);
    return { embedding: inputOrder(pool.view(descentPlan.y), pool.view(search.order), rows), klDivergence };
  } finally {
    await pool.close();
  }
}

type Settings = Required<Omit<TsneOptions, keyof PoolOptions | 'progress'>>;

async function run(descent: Descent, rows: number, settings: Settings, progress: (step: TsneProgress) => void): Promise<number> {
  const { iterations, exaggerated, momentum, learningRate } = settings;
  let klDivergence = NaN;
  for (let done = 0; done < iterations; ) {
    const early = done < exaggerated;
    const exaggeration = early ? settings.exaggeration : 1;
    const rate = learningRate === 'auto' ? Math.max(rows / exaggeration, 200) : learningRate;
    const steps = Math.min(10, (early ? Math.min(exaggerated, iterations) : iterations) - done);
    await descent.descend(steps, { rate, momentum, exaggeration });
    descent.centre();
    done += steps;
    if (done % 50 === 0 || done === iterations) klDivergence = await descent.divergence();
    progress({ phase: 'descent', done, total: iterations, ...(Number.isNaN(klDivergence) ? {} : { klDivergence }) });
  }
  return klDivergence;
}

function checkOptions(matrix: NumericMatrix, options: TsneOptions): Settings {
  const { perplexity = 30, iterations = 1000, exaggeration = 12, exaggerated = 250, learningRate = 'auto', momentum = 0.8, repulsion = 'auto' } = options;
  checkMatrix(matrix);
  const { rows } = matrix;
  if (rows < 4) throw new RangeError(`t-SNE needs at least 4 rows, got ${rows}`);
  const largest = largestPerplexity(rows);
  if (!(perplexity >= 1 && perplexity <= largest)) throw new RangeError(`the perplexity must be in [1, ${largest.toFixed(2)}] for ${rows} rows ((rows - 1) / 3), got ${perplexity}; lower it or take more rows`);
  if (!Number.isInteger(iterations) || iterations < 1) throw new RangeError(`the number of iterations must be a whole number of at least 1, got ${iterations}`);
  if (!Number.isInteger(exaggerated) || exaggerated < 0) throw new RangeError(`the number of exaggerated iterations must be a whole number of at least 0, got ${exaggerated}`);
  if (!(exaggeration >= 1 && exaggeration < Infinity)) throw new RangeError(`the exaggeration must be at least 1, got ${exaggeration}`);
  if (learningRate !== 'auto' && !(learningRate > 0 && learningRate < Infinity)) throw new RangeError(`the learning rate must be above 0 or 'auto', got ${learningRate}`);
  if (!(momentum >= 0 && momentum < 1)) throw new RangeError(`the momentum must be in [0, 1), got ${momentum}`);
  return { perplexity, iterations, exaggeration, exaggerated, learningRate, momentum, repulsion };
}

/** The first two components, in tile order, both divided by the first's standard deviation / 1e-4; noise of 1e-6 where a component has no variance. */
function startingMap(pool: KernelPool, { projected, order, rows, m }: SearchPlan): Float64Array {
  const components = pool.view(projected);
  const places = pool.view(order);
  const y = new Float64Array(2 * rows);
  const deviation = [0, 1].map((c) => {
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += components[i * m + c] ** 2 / rows;
    return Math.sqrt(squares);
  });
  const random = new Random(Uint32Array.of(2, 7, 1, 8));
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < 2; c++) {
      const noise = random.float() - 0.5;
      y[2 * i + c] = deviation[c] > deviation[0] * 1e-6 ? (components[places[i] * m + c] / deviation[0]) * 1e-4 : noise * 2e-6;
    }
  }
  return y;
}

function inputOrder(y: Float64Array, order: Uint32Array, rows: number): Float32Array {
  const out = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    out[2 * order[i]] = y[2 * i];
    out[2 * order[i] + 1] = y[2 * i + 1];
  }
  return out;
}
