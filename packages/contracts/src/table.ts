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

/** A {@link MatrixTable} without its numbers. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: Readonly<Record<string, { readonly dtype: Dtype; readonly width: number }>>;
}

/** Takes rows of a column, from a row on. */
export type WriteRows = (column: string, from: number, data: ColumnData) => Promise<void>;

/** Typed arrays by their {@link Dtype}. */
export const arrayTypes: { readonly [D in Dtype]: new (length: number) => TypedArrays[D] } = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * Checks rows that are written to a column.
 * @throws TypeError for a column that the table does not have, numbers of another type, or rows beyond its last
 */
export function checkRowsWritten({ rows, columns }: MatrixShape, name: string, from: number, data: ColumnData): void {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!column) throw new TypeError(`no column '${name}'; the table has ${Object.keys(columns).join(', ')}`);
  if (dtypeOf(data) !== column.dtype)
    throw new TypeError(`column '${name}' holds ${column.dtype}, got ${dtypeOf(data)}`);
  const count = data.length / column.width;
  if (!Number.isInteger(count) || !(from >= 0 && from + count <= rows))
    throw new TypeError(
      `column '${name}' has ${rows} rows of ${column.width}, got ${data.length} values from row ${from} on`,
    );
}

/** A {@link MatrixTable} of which rows are read when they are needed; to be closed. */
export interface MatrixRows extends MatrixShape {
  /** Rows [from, to) of a column, row after row; not to be changed, and overwritten by the next call for the column. */
  read(column: string, from: number, to: number): Promise<ColumnData>;
  /** The same at once, and in memory of its own: for a few rows here and there. */
  readNow(column: string, from: number, to: number): ColumnData;
  close(): Promise<void>;
}

/** The rows of a table that is in memory. */
export function rowsInMemory({ rows, columns }: MatrixTable): MatrixRows {
  return {
    rows,
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, { data, width }]) => [name, { dtype: dtypeOf(data), width }]),
    ),
    read: (column, from, to) => {
      const { data, width } = columns[column];
      return Promise.resolve(data.subarray(from * width, to * width));
    },
    readNow: (column, from, to) => {
      const { data, width } = columns[column];
      return data.slice(from * width, to * width);
    },
    close: () => Promise.resolve(),
  };
}

/** A column of a {@link ResultTable}; a missing number is NaN. */
export type ResultColumn =
  | { readonly type: 'int32' | 'float64'; readonly values: ArrayLike<number> }
  | { readonly type: 'string'; readonly values: readonly string[] }
  | { readonly type: 'boolean'; readonly values: readonly boolean[] };

/** A small table of results (history, metrics, importances); stored as Parquet. All columns have equally many values. */
export type ResultTable = Readonly<Record<string, ResultColumn>>;
