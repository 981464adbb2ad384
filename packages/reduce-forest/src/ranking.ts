import type { ResultTable } from '@layerwise/contracts';
import type { Forest } from '@layerwise/kernels/forest';

/** Columns by falling importance; of equal ones the lower first. */
export function rankColumns(importances: Float64Array): number[] {
  return Array.from(importances.keys()).sort((a, b) => importances[b]! - importances[a]! || a - b);
}

/** `importances.parquet`: a row per column, in column order. */
export function importancesTable({ importances, deviations }: Pick<Forest, 'importances' | 'deviations'>, order: readonly number[], keep: number): ResultTable {
  const rank = new Int32Array(order.length);
  order.forEach((column, i) => (rank[column] = i + 1));
  return {
    column: { type: 'int', values: Int32Array.from(importances.keys()) },
    importance: { type: 'real', values: importances },
    deviation: { type: 'real', values: deviations },
    rank: { type: 'int', values: rank },
    selected: { type: 'flag', values: Array.from(rank, (place) => place <= keep) },
  };
}
