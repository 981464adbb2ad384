import { selectAffine } from './affine.js';
import type { ArtifactReader } from './artifact.js';
import { LayerwiseError } from './errors.js';
import type { FeaturesInfo } from './schemas.js';
import type { Column, MatrixTable, ResultTable } from './table.js';

/** The splits of a `features` artifact. */
export const featureSplits = ['train', 'validation', 'test'] as const;

/** One split of a `features` artifact: its whole table and the two columns that every stage needs. N rows, D columns. */
export interface FeatureSplit {
  readonly table: MatrixTable;
  readonly rows: number;
  /** D */
  readonly columns: number;
  /** [N][D], as stored: not scaled. */
  readonly data: Uint8Array | Float32Array;
  /** Class of each row; empty where the table has none. */
  readonly labels: Uint16Array;
}

/** Reads one split. @throws LayerwiseError `DATA_INVALID` when it has no features of uint8 or float32 */
export async function readFeatures(
  artifact: ArtifactReader,
  name: (typeof featureSplits)[number],
): Promise<FeatureSplit> {
  const table = await artifact.matrix(name);
  const { features, label } = table.columns;
  if (!(features?.data instanceof Uint8Array || features?.data instanceof Float32Array)) {
    const got = Object.entries(table.columns).map(([column, { data }]) => `'${column}' of ${data.constructor.name}`);
    throw new LayerwiseError(
      'DATA_INVALID',
      `${name}.arrow must have a column 'features' of uint8 or float32, got ${got.join(', ') || 'no columns'}`,
      {
        remedy: 'the package that wrote it must keep to the files listed in packages/contracts/src/schemas.ts',
      },
    );
  }
  return {
    table,
    rows: table.rows,
    columns: features.width,
    data: features.data,
    labels: label?.data instanceof Uint16Array ? label.data : new Uint16Array(0),
  };
}

/** The split's table with other features. */
export function withFeatures({ rows, columns }: MatrixTable, features: Column): MatrixTable {
  return { rows, columns: { ...columns, features } };
}

/** Only the `selected` columns of the features, in their type. */
export function selectColumns(
  { data, rows, columns: D }: FeatureSplit,
  selected: readonly number[],
): Column<Uint8Array | Float32Array> {
  const width = selected.length;
  const picked = data instanceof Float32Array ? new Float32Array(rows * width) : new Uint8Array(rows * width);
  for (let r = 0; r < rows; r++) for (let k = 0; k < width; k++) picked[r * width + k] = data[r * D + selected[k]!]!;
  return { data: picked, width };
}

/** What `features.json` says of the `selected` columns of features described by `source`. */
export function selectedInfo(source: FeaturesInfo, selected: readonly number[]): FeaturesInfo {
  const { dataset, scale } = source;
  return {
    origin: 'selected',
    columns: selected.length,
    scale: selectAffine(scale, selected),
    dataset,
    selected: selected.map((j) => source.selected?.[j] ?? j),
    sourceScale: scale,
  };
}

/** Columns by falling importance; of equal ones the lower first. */
export function rankColumns(importances: Float64Array): number[] {
  return Array.from(importances.keys()).sort((a, b) => importances[b]! - importances[a]! || a - b);
}

/** `importances.parquet`: a row per column, in column order; `order` as {@link rankColumns} gives it, of which the first `keep` are selected. */
export function importancesTable(
  importances: Float64Array,
  deviations: Float64Array,
  order: readonly number[],
  keep: number,
): ResultTable {
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
