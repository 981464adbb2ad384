import type { Layout, Slot } from '../layout.js';
import { ranges } from '../pool.js';
import type { SearchPlan } from './search.js';
import type { TsnePool } from './kernel.js';

/** Where the symmetric matrix of joint probabilities is made. N rows, k neighbours each, E entries kept. */
export interface AffinityPlan {
  /** [N + 1]: for each row, the entries of the neighbour lists that name it. */
  readonly start: Slot<Uint32ArrayConstructor>;
  readonly entries: Slot<Uint32ArrayConstructor>;
  /** [N + 1]: where each row's entries begin; multiples of 4. */
  readonly rowStart: Slot<Uint32ArrayConstructor>;
  readonly sizes: Slot<Uint32ArrayConstructor>;
  /** [E] of at most N (2k + 3); pages that stay unused cost no memory. */
  readonly columns: Slot<Uint32ArrayConstructor>;
  readonly p: Slot<Float32ArrayConstructor>;
  /** [N] for each thread. */
  readonly marks: readonly Slot<Uint32ArrayConstructor>[];
}

/** Plans the arrays for `threads` threads. */
export function planAffinities(layout: Layout, rows: number, k: number, threads: number): AffinityPlan {
  const bound = rows * (2 * k + 3);
  return {
    start: layout.take(Uint32Array, rows + 1),
    entries: layout.take(Uint32Array, rows * k),
    rowStart: layout.take(Uint32Array, rows + 1),
    sizes: layout.take(Uint32Array, rows),
    columns: layout.take(Uint32Array, bound),
    p: layout.take(Float32Array, bound),
    marks: Array.from({ length: threads }, () => layout.take(Uint32Array, rows)),
  };
}

/**
 * Fills `rowStart`, `columns` and `p`: p(ij) = (p(j|i) + p(i|j)) / 2N over the union of the neighbour lists, each
 * conditional distribution of the given perplexity. The squared distances of the search are overwritten.
 */
export async function jointProbabilities(
  pool: TsnePool,
  search: SearchPlan,
  plan: AffinityPlan,
  perplexity: number,
): Promise<void> {
  const { rows, k, index, squared } = search;
  const { start, entries, rowStart, sizes, columns, p, marks } = plan;
  const parts = ranges(rows, 32);
  await pool.run(parts.length, (i) => ['conditional', squared.offset, k, perplexity, ...parts[i]]);
  pool.local.transpose(index.offset, rows, k, start.offset, entries.offset);
  await pool.run(parts.length, (i, thread) => [
    'rowSizes',
    index.offset,
    k,
    start.offset,
    entries.offset,
    sizes.offset,
    marks[thread].offset,
    ...parts[i],
  ]);
  pool.local.rowStarts(sizes.offset, rows, rowStart.offset);
  await pool.run(parts.length, (i, thread) => [
    'joint',
    index.offset,
    squared.offset,
    rows,
    k,
    start.offset,
    entries.offset,
    rowStart.offset,
    columns.offset,
    p.offset,
    marks[thread].offset,
    ...parts[i],
  ]);
}
