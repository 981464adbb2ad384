/** N rows of D columns, row after row. */
export interface NumericMatrix {
  readonly data: Uint8Array | Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** The same where the rows are not in memory, but read as they are needed. */
export interface MatrixSource {
  readonly dtype: 'uint8' | 'float32';
  readonly rows: number;
  readonly columns: number;
  /** Rows [from, to), row after row; may be overwritten by the next call. */
  read(from: number, to: number): Promise<Uint8Array | Float32Array>;
}

/** A matrix as a source. */
export function sourceOf(matrix: NumericMatrix | MatrixSource): MatrixSource {
  if ('read' in matrix) return matrix;
  const { data, rows, columns } = matrix;
  return {
    dtype: data instanceof Uint8Array ? 'uint8' : 'float32',
    rows,
    columns,
    read: (from, to) => Promise.resolve(data.subarray(from * columns, to * columns)),
  };
}

/** Bytes that {@link blocksOf} reads at once. */
const BLOCK_BYTES = 4 << 20;

/** The rows of a source in order, a block at a time. */
export async function* blocksOf({
  rows,
  columns,
  read,
}: MatrixSource): AsyncGenerator<{ readonly from: number; readonly values: Uint8Array | Float32Array }> {
  const most = Math.max(1, Math.floor(BLOCK_BYTES / (4 * columns)));
  for (let from = 0; from < rows; from += most) yield { from, values: await read(from, Math.min(rows, from + most)) };
}

/** As {@link checkMatrix}, of either. */
export async function checkSource(matrix: NumericMatrix | MatrixSource, least = 2): Promise<void> {
  if (!('read' in matrix)) {
    checkMatrix(matrix, least);
    return;
  }
  if (matrix.rows < least) throw tooFew(least, matrix.rows);
  if (matrix.dtype === 'uint8') return;
  for await (const { from, values } of blocksOf(matrix)) checkFinite(values, matrix.columns, from);
}

/** @throws RangeError when the length is not rows x columns, or there are fewer rows than `least`; TypeError for NaN and infinite entries, saying where */
export function checkMatrix({ data, rows, columns }: NumericMatrix, least = 2): void {
  if (
    !Number.isInteger(rows) ||
    rows < 0 ||
    !Number.isInteger(columns) ||
    columns < 1 ||
    data.length !== rows * columns
  ) {
    throw new RangeError(
      `a matrix of ${rows} x ${columns} must have rows x columns entries, at least one column, got ${data.length}`,
    );
  }
  if (rows < least) throw tooFew(least, rows);
  if (data instanceof Float32Array) checkFinite(data, columns, 0);
}

const tooFew = (least: number, rows: number): RangeError =>
  new RangeError(`at least ${least} rows are needed, got ${rows}`);

/** @param from number of the first row */
function checkFinite(values: Uint8Array | Float32Array, columns: number, from: number): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]))
      throw new TypeError(
        `features must be finite numbers, got ${values[i]} in row ${from + Math.floor(i / columns)}, column ${i % columns}`,
      );
  }
}
