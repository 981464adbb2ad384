import { LayerwiseError } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';

/** How validation rows are chosen; exactly one member is set. */
export interface Choice {
  /** The first n training rows. */
  readonly first?: number | undefined;
  /** The last f of the training rows: from row floor(N (1 - f)) on, as Keras's `validation_split` does. */
  readonly lastFraction?: number | undefined;
  /** A random f of the training rows: N - floor(N (1 - f)) of them. */
  readonly randomFraction?: number | undefined;
  /** The training rows of these numbers. */
  readonly rows?: readonly number[] | undefined;
  /** `test`: the test set; `none`: no rows. */
  readonly set?: 'test' | 'none' | undefined;
}

/** Row numbers of the training part of the data set, each ascending; `validation` undefined means the test set. */
export interface Rows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array | undefined;
}

/**
 * Divides N training rows.
 * @param seed uint32[4], used by `randomFraction` alone
 * @throws LayerwiseError PARAMS_INVALID where the data set has too few rows, or a row is named twice
 */
export function splitRows(rows: number, choice: Choice, seed: Uint32Array): Rows {
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  if (choice.set === 'test') return { train: all, validation: undefined };
  if (choice.first !== undefined) return firstRows(all, choice.first);
  if (choice.lastFraction !== undefined) {
    const kept = kerasSplit(rows, choice.lastFraction);
    return { train: all.subarray(0, kept), validation: all.subarray(kept) };
  }
  if (choice.randomFraction !== undefined) {
    const kept = kerasSplit(rows, choice.randomFraction);
    new Random(seed).shuffle(all);
    return { train: all.slice(0, kept).sort(), validation: all.slice(kept).sort() };
  }
  return givenRows(all, choice.rows ?? []);
}

/** Keras's `split_at = int(n * (1 - f))`, in float64 as Python computes it: 60,000 rows at 0.2 give 48,000. */
function kerasSplit(rows: number, fraction: number): number {
  return Math.floor(rows * (1 - fraction));
}

function firstRows(all: Uint32Array, count: number): Rows {
  if (count > all.length) throw invalid(`first must be at most the ${all.length} training rows, got ${count}`);
  return { train: all.subarray(count), validation: all.subarray(0, count) };
}

function givenRows(all: Uint32Array, rows: readonly number[]): Rows {
  const chosen = new Uint8Array(all.length);
  for (const row of rows) {
    if (row >= all.length) throw invalid(`rows must be row numbers below ${all.length}, got ${row}`);
    if (chosen[row]) throw invalid(`rows must name each row once, got ${row} twice`);
    chosen[row] = 1;
  }
  return { train: all.filter((row) => !chosen[row]), validation: all.filter((row) => chosen[row]) };
}

function invalid(rule: string): LayerwiseError {
  return new LayerwiseError('PARAMS_INVALID', `preprocess.validation.${rule}`, {
    remedy: 'the rows are those of the data set named by dataset.use or dataset.from',
  });
}
