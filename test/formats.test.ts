import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { ColumnData } from '@layerwise/contracts';
import { FolderWriter } from '@layerwise/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What the store writes, read by programs that share no code with it. */
let folder: string;
let duckdb: DuckDBConnection;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layerwise-formats-'));
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

const rows = 1000;
const arrays = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array] as (new (
  n: number,
) => ColumnData)[];
const filled = (array: new (n: number) => ColumnData, length: number): ColumnData =>
  new array(length).map((_, i) => (i * 7919) % 251);

/** Its binary asks for Node 22, so that npm leaves it out on Node 20. */
const polars = await import('nodejs-polars').then(
  (module) => module.default,
  () => undefined,
);

describe.skipIf(polars === undefined)('Arrow files, read by Polars', () => {
  const { col, Float64, List, readIPC } = polars ?? ({} as NonNullable<typeof polars>);
  const read = (file: string): ReturnType<typeof readIPC> => readIPC(readFileSync(join(folder, file)));

  it.each(arrays.map((array) => ({ name: array.name, array })))(
    'have the same numbers: $name, plain and as lists of fixed size',
    async ({ name, array }) => {
      const [id, pixels] = [filled(array, rows), filled(array, rows * 12)];
      await new FolderWriter(folder).matrix(name, {
        rows,
        columns: { id: { data: id, width: 1 }, pixels: { data: pixels, width: 12 } },
      });
      const table = read(`${name}.arrow`);
      expect(table.shape).toEqual({ height: rows, width: 2 });
      expect(table.getColumn('id').toArray()).toEqual([...id]);
      const lists = table
        .select(col('pixels').cast(List(Float64)))
        .getColumn('pixels')
        .toArray() as Iterable<number>[];
      expect(lists.flatMap((list) => [...list])).toEqual([...pixels]);
      expect(String(table.getColumn('pixels').dtype)).toMatch(/FixedSizeList/);
      expect(table.getColumn('pixels').nullCount()).toBe(0);
    },
  );

  it('may have no rows', async () => {
    await new FolderWriter(folder).matrix('none', {
      rows: 0,
      columns: { id: { data: new Uint32Array(0), width: 1 }, x: { data: new Float32Array(0), width: 3 } },
    });
    expect(read('none.arrow').shape).toEqual({ height: 0, width: 2 });
  });
});

describe('Parquet files, read by DuckDB', () => {
  const read = async (file: string, what = '*', where = ''): Promise<Record<string, unknown>[]> =>
    (await duckdb.runAndReadAll(`SELECT ${what} FROM '${join(folder, file)}' ${where}`)).getRowObjects();

  it('have the same values, and null where a number is missing', async () => {
    await new FolderWriter(folder).table('history', {
      epoch: { type: 'int32', values: [1, -2147483648, 2147483647] },
      loss: { type: 'float64', values: [0.1, 1e-300, -2.5] },
      valLoss: { type: 'float64', values: [NaN, 0.5, NaN] },
      name: { type: 'string', values: ['', 'naïve', '数字'] },
      best: { type: 'boolean', values: [false, true, false] },
    });
    expect(await read('history.parquet')).toEqual([
      { epoch: 1, loss: 0.1, valLoss: null, name: '', best: false },
      { epoch: -2147483648, loss: 1e-300, valLoss: 0.5, name: 'naïve', best: true },
      { epoch: 2147483647, loss: -2.5, valLoss: null, name: '数字', best: false },
    ]);
    const described = (
      await duckdb.runAndReadAll(`DESCRIBE SELECT * FROM '${join(folder, 'history.parquet')}'`)
    ).getRowObjects();
    expect(described.map((row) => row.column_type)).toEqual(['INTEGER', 'DOUBLE', 'DOUBLE', 'VARCHAR', 'BOOLEAN']);
  });

  it('answer filters rightly, whatever statistics they hold', async () => {
    const values = Array.from({ length: rows }, (_, i) => ((i * 7919) % 1009) - 500);
    await new FolderWriter(folder).table('filtered', {
      n: { type: 'int32', values },
      r: { type: 'float64', values: values.map((n) => n / 4) },
      t: { type: 'string', values: values.map((n) => `k${n}`) },
    });
    for (const n of [values[0], values[17], 499].filter((n): n is number => n !== undefined && values.includes(n))) {
      for (const where of [`n = ${n}`, `r = ${n / 4}`, `t = 'k${n}'`, `n <= ${n} AND n >= ${n}`])
        expect(await read('filtered.parquet', 'n', `WHERE ${where}`)).toEqual([{ n }]);
    }
    const [sums] = await read(
      'filtered.parquet',
      'count(*)::INTEGER AS rows, sum(n)::INTEGER AS n, min(n) AS low, max(r) AS high',
    );
    expect(sums).toEqual({
      rows,
      n: values.reduce((a, b) => a + b),
      low: Math.min(...values),
      high: Math.max(...values) / 4,
    });
  });

  it('may have no rows', async () => {
    await new FolderWriter(folder).table('empty', { n: { type: 'int32', values: [] } });
    expect(await read('empty.parquet')).toEqual([]);
  });
});
