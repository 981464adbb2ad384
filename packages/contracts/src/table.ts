/** Typed arrays of the dtypes a {@link Column} may hold; each is stored as the Arrow type of the same name. */
export interface TypedArrays {
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}
/** How the numbers of a {@link Column} are stored. */
export type Dtype = keyof TypedArrays;
/** The array of a {@link Column}. */
export type ColumnData = TypedArrays[Dtype];

/** The dtype of an array: `float32` of a Float32Array. */
export function dtypeOf(data: ColumnData): Dtype {
  return data.constructor.name.replace('Array', '').toLowerCase() as Dtype;
}

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

/** A column of a {@link ResultTable}; a missing number is NaN. */
export type ResultColumn =
  | { readonly type: 'int32' | 'float64'; readonly values: ArrayLike<number> }
  | { readonly type: 'string'; readonly values: readonly string[] }
  | { readonly type: 'boolean'; readonly values: readonly boolean[] };

/** A small table of results (history, metrics, importances); stored as Parquet. All columns have equally many values. */
export type ResultTable = Readonly<Record<string, ResultColumn>>;
