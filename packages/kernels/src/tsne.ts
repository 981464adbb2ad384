import type { NumericMatrix } from './pca.js';
import {
  checkOptions,
  sumsPairs,
  type MapOptions,
  type Settings,
  type TsneOptions,
  type TsneProgress,
} from './tsne/options.js';
import { Session } from './tsne/session.js';
import { startingMap } from './tsne/start.js';
import type { Descent } from './tsne/descent.js';

/** Options of t-SNE, what it tells while it runs, and the largest perplexity that some rows allow. */
export { largestPerplexity, type MapOptions, type TsneOptions, type TsneProgress } from './tsne/options.js';

/** A map of the rows. */
export interface TsneResult {
  /** float32 [N x 2], centred. */
  readonly embedding: Float32Array;
  /** Kullback-Leibler divergence of the final map, nats. */
  readonly klDivergence: number;
}

/** Joint probabilities p(ij), symmetric, sum 1: rows of sparse entries, in the order of the input. */
export interface Affinities {
  /** uint32 [N + 1]: row i has the entries start[i] to start[i + 1] - 1. */
  readonly start: Uint32Array;
  /** uint32 [E]: columns, ascending within a row. */
  readonly index: Uint32Array;
  /** float32 [E]. */
  readonly p: Float32Array;
}

/** How good a given map is. */
export interface MapEvaluation {
  /** Nats. */
  readonly klDivergence: number;
  /** float64 [N x 2]: gradient of the divergence divided by 4, as openTSNE gives it. */
  readonly gradient: Float64Array;
}

/**
 * t-distributed stochastic neighbour embedding in two dimensions (van der Maaten and Hinton 2008), from exact nearest
 * neighbours (3 x perplexity of them), started from the first two principal components scaled to a standard
 * deviation of 1e-4. No randomness but a fixed seed where a component is missing; the same bytes for any number of
 * workers. Memory grows with the rows, the neighbour search's time with their square. Equal rows stay close.
 * @param matrix N x D, finite, at least 4 rows; not changed
 * @throws RangeError for sizes that disagree and options out of range, naming the rule and the value; TypeError for numbers that are not finite
 */
export async function tsne(matrix: NumericMatrix, options: TsneOptions = {}): Promise<TsneResult> {
  const settings = checkOptions(matrix, options);
  const { rows } = matrix;
  const { progress = () => {} } = options;
  const session = await Session.open(matrix, settings.perplexity, sumsPairs(settings, rows), options);
  try {
    await session.prepare(matrix, settings.perplexity, (share) =>
      progress({ phase: 'neighbours', done: share, total: 1 }),
    );
    progress({ phase: 'affinities', done: 1, total: 1 });
    const klDivergence = await run(session.descent(startingMap(session)), rows, settings, progress);
    return { embedding: session.fromTiles(session.positions, new Float32Array(2 * rows)), klDivergence };
  } finally {
    await session.close();
  }
}

async function run(
  descent: Descent,
  rows: number,
  settings: Settings,
  progress: (step: TsneProgress) => void,
): Promise<number> {
  const { iterations, exaggerated, momentum, learningRate } = settings;
  let klDivergence = NaN;
  for (let done = 0; done < iterations;) {
    const early = done < exaggerated;
    const exaggeration = early ? settings.exaggeration : 1;
    const rate = learningRate === 'auto' ? rows / exaggeration : learningRate;
    const steps = Math.min(10, (early ? Math.min(exaggerated, iterations) : iterations) - done);
    await descent.descend(steps, { rate, momentum, exaggeration });
    descent.centre();
    done += steps;
    if (done % 50 === 0 || done === iterations) klDivergence = await descent.divergence();
    progress({ phase: 'descent', done, total: iterations, ...(Number.isNaN(klDivergence) ? {} : { klDivergence }) });
  }
  return klDivergence;
}

/** The joint probabilities that {@link tsne} works on. Errors as there. */
export async function affinities(matrix: NumericMatrix, options: MapOptions = {}): Promise<Affinities> {
  const { perplexity } = checkOptions(matrix, options);
  const session = await Session.open(matrix, perplexity, true, options);
  try {
    await session.prepare(matrix, perplexity);
    return inputOrder(session);
  } finally {
    await session.close();
  }
}

/** Divergence and gradient of a map of the rows, float [N x 2], by the kernels of {@link tsne}. Errors as there. */
export async function evaluateMap(
  matrix: NumericMatrix,
  embedding: ArrayLike<number>,
  options: MapOptions = {},
): Promise<MapEvaluation> {
  const settings = checkOptions(matrix, options);
  if (embedding.length !== 2 * matrix.rows)
    throw new RangeError(`a map of ${matrix.rows} rows needs ${2 * matrix.rows} numbers, got ${embedding.length}`);
  const session = await Session.open(matrix, settings.perplexity, sumsPairs(settings, matrix.rows), options);
  try {
    await session.prepare(matrix, settings.perplexity);
    const descent = session.descent(session.toTiles(embedding));
    const klDivergence = await descent.divergence();
    return { klDivergence, gradient: session.fromTiles(descent.gradient(), new Float64Array(2 * matrix.rows)) };
  } finally {
    await session.close();
  }
}

/** The symmetric matrix with rows and columns of the input, without the entries that fill rows up. */
function inputOrder({ pool, search, affinities: plan, rows }: Session): Affinities {
  const [order, from, columns, values] = [
    pool.view(search.order),
    pool.view(plan.rowStart),
    pool.view(plan.columns),
    pool.view(plan.p),
  ];
  const place = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) place[order[i]] = i;
  const start = new Uint32Array(rows + 1);
  const index: number[] = [];
  const p: number[] = [];
  for (let row = 0; row < rows; row++) {
    const i = place[row];
    const entries: [number, number][] = [];
    for (let e = from[i]; e < from[i + 1]; e++) if (columns[e] !== i) entries.push([order[columns[e]], values[e]]);
    for (const [column, value] of entries.sort((a, b) => a[0] - b[0])) {
      index.push(column);
      p.push(value);
    }
    start[row + 1] = index.length;
  }
  return { start, index: Uint32Array.from(index), p: Float32Array.from(p) };
}
