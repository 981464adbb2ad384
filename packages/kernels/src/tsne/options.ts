import { checkMatrix, type NumericMatrix } from '../pca.js';
import type { PoolOptions } from '../pool.js';

/** Where a run of t-SNE stands. */
export interface TsneProgress {
  readonly phase: 'neighbours' | 'affinities' | 'descent';
  /** Share of the phase, or iterations of the descent. */
  readonly done: number;
  readonly total: number;
  /** The last divergence computed (every 50 iterations), of the probabilities without exaggeration. */
  readonly klDivergence?: number;
}

/** What decides the affinities and how repulsion is summed. */
export interface MapOptions extends PoolOptions {
  /** Effective number of neighbours; 1 to (rows - 1) / 3. Default 30. */
  readonly perplexity?: number;
  /** Repulsion by the sum over all pairs or by the grid; 'auto' takes the sum below 600 rows, where it is faster. */
  readonly repulsion?: 'auto' | 'exact' | 'grid';
}

/** Options of a run of t-SNE. */
export interface TsneOptions extends MapOptions {
  /** All iterations, those with early exaggeration included, as scikit-learn counts them. Default 1000. */
  readonly iterations?: number;
  /** Factor on the attraction in the first iterations. Default 12. */
  readonly exaggeration?: number;
  /** How many iterations are exaggerated, at most `iterations`. Default 250. */
  readonly exaggerated?: number;
  /**
   * Step length; 'auto' is N / exaggeration in each phase (Belkina et al. 2019, as openTSNE). Without the gradient's
   * factor 4: scikit-learn's number times 4.
   */
  readonly learningRate?: number | 'auto';
  /** Default 0.8, in both phases. */
  readonly momentum?: number;
  readonly progress?: (step: TsneProgress) => void;
}

/** Options that decide the result, defaults filled in. */
export type Settings = Required<Omit<TsneOptions, keyof PoolOptions | 'progress'>>;

/** Below so many rows the sum over all pairs is faster than the grid. */
const EXACT_BELOW = 600;

/** The largest perplexity that `rows` rows allow: (rows - 1) / 3, so that each row has 3 x perplexity neighbours. */
export function largestPerplexity(rows: number): number {
  return (rows - 1) / 3;
}

/** Fills in defaults and checks. @throws RangeError naming the rule and the value; TypeError for numbers that are not finite */
export function checkOptions(matrix: NumericMatrix, options: TsneOptions): Settings {
  const {
    perplexity = 30,
    iterations = 1000,
    exaggeration = 12,
    exaggerated = 250,
    learningRate = 'auto',
    momentum = 0.8,
    repulsion = 'auto',
  } = options;
  checkMatrix(matrix, 0);
  const { rows } = matrix;
  demand(rows >= 4, `t-SNE needs at least 4 rows, got ${rows}`);
  const largest = largestPerplexity(rows);
  demand(
    perplexity >= 1 && perplexity <= largest,
    `the perplexity must be in [1, ${largest.toFixed(2)}] for ${rows} rows ((rows - 1) / 3), got ${perplexity}; lower it or take more rows`,
  );
  demand(
    Number.isInteger(iterations) && iterations >= 1,
    `the number of iterations must be a whole number of at least 1, got ${iterations}`,
  );
  demand(
    Number.isInteger(exaggerated) && exaggerated >= 0,
    `the number of exaggerated iterations must be a whole number of at least 0, got ${exaggerated}`,
  );
  demand(
    exaggeration >= 1 && exaggeration < Infinity,
    `the exaggeration must be a number of at least 1, got ${exaggeration}`,
  );
  demand(
    learningRate === 'auto' || (learningRate > 0 && learningRate < Infinity),
    `the learning rate must be above 0 or 'auto', got ${learningRate}`,
  );
  demand(momentum >= 0 && momentum < 1, `the momentum must be in [0, 1), got ${momentum}`);
  return { perplexity, iterations, exaggeration, exaggerated, learningRate, momentum, repulsion };
}

/** Whether repulsion is summed over all pairs. */
export function sumsPairs({ repulsion }: Settings, rows: number): boolean {
  return repulsion === 'exact' || (repulsion === 'auto' && rows < EXACT_BELOW);
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new RangeError(otherwise);
}
