import { selectAffine } from './affine.js';
import type { FeaturesInfo } from './artifacts/features.js';
import type { Schemas } from './artifacts/index.js';
import type { Reader } from './artifacts/reader.js';
import type { MatrixOf, TableOf } from './artifacts/schema.js';
import { LayerwiseError } from './errors.js';
import type { Column } from './table.js';

/** The matrix of a split of `features`. */
export type FeatureTable = MatrixOf<Schemas['features'], 'train'>;

/** The splits of a `features` artifact. */
export const featureSplits = ['train', 'validation', 'test'] as const;

/** One split of a `features` artifact: its whole table and the two columns that every stage needs. N rows, D columns. */
export interface FeatureSplit {
  readonly table: FeatureTable;
  readonly rows: number;
  /** D */
  readonly columns: number;
  /** [N][D], as stored: not scaled. */
  readonly data: Uint8Array | Float32Array;
  /** Class of each row. */
  readonly labels: Uint16Array;
}

/**
 * Reads one split.
 * @param columns D, if it must be a certain one
 * @throws LayerwiseError `DATA_INVALID` when the features are of another width
 */
export async function readFeatures(
  artifact: Reader<'features'>,
  name: (typeof featureSplits)[number],
  columns?: number,
): Promise<FeatureSplit> {
  const table = await artifact.matrix(name);
  const { features, label } = table.columns;
  checkWidth(name, features.width, columns);
  return { table, rows: table.rows, columns: features.width, data: features.data, labels: label.data };
}

/** One split of a `features` artifact of which features are read as they are needed; to be closed. N rows, D columns. */
export interface FeatureRows {
  readonly count: number;
  /** D */
  readonly columns: number;
  readonly dtype: 'uint8' | 'float32';
  readonly id: Uint32Array;
  /** Class of each row. */
  readonly labels: Uint16Array;
  /** Features of rows [from, to), as stored: overwritten by the next call. */
  read(from: number, to: number): Promise<Uint8Array | Float32Array>;
  close(): Promise<void>;
}

/** As {@link readFeatures}, without holding the features. Errors as there. */
export async function openFeatures(
  artifact: Reader<'features'>,
  name: (typeof featureSplits)[number],
  columns?: number,
): Promise<FeatureRows> {
  const table = await artifact.rows(name);
  try {
    const { width, dtype } = table.columns['features'];
    checkWidth(name, width, columns);
    return {
      count: table.rows,
      columns: width,
      dtype: dtype as FeatureRows['dtype'],
      id: (await table.read('id', 0, table.rows)).slice(),
      labels: (await table.read('label', 0, table.rows)).slice(),
      read: (from, to) => table.read('features', from, to),
      close: () => table.close(),
    };
  } catch (error) {
    await table.close();
    throw error;
  }
}

function checkWidth(name: string, width: number, wanted: number | undefined): void {
  if (wanted !== undefined && width !== wanted)
    throw new LayerwiseError(
      'DATA_INVALID',
      `features: ${name}.arrow must hold ${wanted} features a row, as features.json says, got ${width}`,
      { remedy: 'correct the stage that wrote the features' },
    );
}

/** The split's table with other features. */
export function withFeatures(
  { rows, columns }: FeatureTable,
  features: Column<Uint8Array | Float32Array>,
): FeatureTable {
  return { rows, columns: { ...columns, features } };
}

/** Only the `selected` columns of the features, in their type. */
export function selectColumns(
  { data, rows, columns: D }: FeatureSplit,
  selected: readonly number[],
): Column<Uint8Array | Float32Array> {
  const width = selected.length;
  const picked = data instanceof Float32Array ? new Float32Array(rows * width) : new Uint8Array(rows * width);
  for (let r = 0; r < rows; r++) for (let k = 0; k < width; k++) picked[r * width + k] = data[r * D + selected[k]]!;
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
  return Array.from(importances.keys()).sort((a, b) => importances[b] - importances[a] || a - b);
}

/** `importances.parquet`: a row per column, in column order; `order` as {@link rankColumns} gives it, of which the first `topK` are selected. */
export function importancesTable(
  importances: Float64Array,
  standardDeviations: Float64Array,
  order: readonly number[],
  topK: number,
): TableOf<Schemas['features'], 'importances'> {
  const rank = new Int32Array(order.length);
  order.forEach((column, i) => (rank[column] = i + 1));
  return {
    column: { type: 'int32', values: Int32Array.from(importances.keys()) },
    importance: { type: 'float64', values: importances },
    standardDeviation: { type: 'float64', values: standardDeviations },
    rank: { type: 'int32', values: rank },
    selected: { type: 'boolean', values: Array.from(rank, (place) => place <= topK) },
  };
}
