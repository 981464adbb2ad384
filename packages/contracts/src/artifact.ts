import type { Column, ColumnData, MatrixRows, MatrixShape, MatrixTable, ResultTable, WriteRows } from './table.js';

/** What a stage reads or writes. `artifacts/` says what every kind holds. */
export type ArtifactKind =
  'dataset' | 'features' | 'model' | 'activations' | 'embedding' | 'nodes' | 'classes' | 'report';

/** Reads one finished artifact; every call verifies size and hash and throws `ARTIFACT_CORRUPT` naming the file. */
export interface ArtifactReader {
  readonly kind: ArtifactKind;
  /** Names of the data files, with extension, sorted. */
  readonly files: readonly string[];
  /** What the manifest says of how it was made; for display only. */
  readonly made: MadeBy;
  has(file: string): boolean;
  /** `name` without `.arrow`. */
  matrix(name: string): Promise<MatrixTable>;
  /** The same matrix, verified, but not held in memory. `name` without `.arrow`. */
  rows(name: string): Promise<MatrixRows>;
  /** `name` without `.parquet`. */
  table(name: string): Promise<ResultTable>;
  /** `name` without `.json`. */
  json(name: string): Promise<unknown>;
  /** `file` with extension. */
  bytes(file: string): Promise<Uint8Array>;
}

/** How an artifact came to be, from its manifest. Volatile: never to be copied into a data file except by `report`. */
export interface MadeBy {
  readonly stage: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seconds: number;
  readonly peakMemoryMB: number;
  readonly warnings: readonly Warning[];
}

/** Collects the files of one artifact; nothing is visible to others until the stage has returned. */
export interface ArtifactWriter {
  matrix(name: string, table: MatrixTable): Promise<void>;
  /** The same file from rows that `work` writes as they come, in any order, each row of each column once; nothing is held. */
  fill(name: string, shape: MatrixShape, work: (write: WriteRows) => Promise<void>): Promise<void>;
  table(name: string, table: ResultTable): Promise<void>;
  json(name: string, value: unknown): Promise<void>;
  /** `file` with extension; may contain `/` for a folder, as in `figures/history.svg`. */
  bytes(file: string, data: Uint8Array | string): Promise<void>;
}

/** Something the user should know that is not an error; kept in the manifest and shown in the report. */
export interface Warning {
  /** Stable code, such as `DEAD_UNITS`. */
  readonly code: string;
  readonly message: string;
}

/**
 * The column `name` of a table, checked to exist, to be of the wanted array type and, if given, width.
 * @throws TypeError naming the column, for a programming error in a stage
 */
export function column<T extends ColumnData>(
  table: MatrixTable,
  name: string,
  type: new (length: number) => T,
  width?: number,
): Column<T> {
  const found = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (!found) throw new TypeError(`no column '${name}'; the table has ${Object.keys(table.columns).join(', ')}`);
  if (!(found.data instanceof type))
    throw new TypeError(`column '${name}' holds ${found.data.constructor.name}, wanted ${type.name}`);
  if (width !== undefined && found.width !== width)
    throw new TypeError(`column '${name}' is ${found.width} wide, wanted ${width}`);
  return found as Column<T>;
}
