/** N rows of D columns, row after row. */
export interface NumericMatrix {
  readonly data: Uint8Array | Float32Array;
  readonly rows: number;
  readonly columns: number;
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
  if (rows < least) throw new RangeError(`at least ${least} rows are needed, got ${rows}`);
  if (data instanceof Float32Array) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i]))
        throw new TypeError(
          `features must be finite numbers, got ${data[i]} in row ${Math.floor(i / columns)}, column ${i % columns}`,
        );
    }
  }
}
