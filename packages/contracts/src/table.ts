/** Typed arrays a {@link Column} may hold; each maps to the Arrow type of the same width. */
export type ColumnData = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/**
 * One column of a {@link MatrixTable}: `data` has rows x width entries, row after row.
 * Width 1 is stored as a plain Arrow column, more as FixedSizeList<type>[width]; never null.
 */
export interface Column<T extends ColumnData = ColumnData> {
  readonly data: T;
  readonly width: number;
}

/** A wide numeric table (images, features, activations); stored as Arrow IPC. */
export interface MatrixTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** A column of a {@link ResultTable}. `int` is int32, `real` float64; a missing number is NaN. */
export type ResultColumn =
  | { readonly type: 'int' | 'real'; readonly values: ArrayLike<number> }
  | { readonly type: 'text'; readonly values: readonly string[] }
  | { readonly type: 'flag'; readonly values: readonly boolean[] };

/** A small table of results (history, metrics, importances); stored as Parquet. All columns have equally many values. */
export type ResultTable = Readonly<Record<string, ResultColumn>>;
