import type { ResultTableSchema } from './artifacts/schema.js';
import type { ResultColumn, ResultTable } from './table.js';

/** One row: a value for each column. */
export type Row<C> = { readonly [K in keyof C]: number | boolean | string };

/** Rows as the columns of a table, in the schema's order and types. */
export function inColumns<C extends ResultTableSchema['columns']>(columns: C, rows: readonly Row<C>[]): ResultTable {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { dtype }]) => {
      const values = rows.map((row) => row[name]);
      const column = {
        type: dtype,
        values:
          dtype === 'int32'
            ? Int32Array.from(values as number[])
            : dtype === 'float64'
              ? Float64Array.from(values as number[])
              : values,
      };
      return [name, column as ResultColumn];
    }),
  );
}
