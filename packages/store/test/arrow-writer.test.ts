import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dtypeOf, type ColumnData, type MatrixShape, type MatrixTable } from '@layerwise/contracts';
import { FolderWriter } from '@layerwise/store';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'layerwise-fill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const types = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array] as (new (
  n: number,
) => ColumnData)[];

function tableOf(rows: number): MatrixTable {
  const columns = types.flatMap((type) =>
    [1, 3, 100].map((width) => {
      const data = new type(rows * width).map((_, i) => (i * 37 + width) % 251) as ColumnData;
      return [`${type.name}${width}`, { data, width }] as const;
    }),
  );
  return { rows, columns: Object.fromEntries(columns) };
}

const shapeOf = ({ rows, columns }: MatrixTable): MatrixShape => ({
  rows,
  columns: Object.fromEntries(
    Object.entries(columns).map(([name, { data, width }]) => [name, { dtype: dtypeOf(data), width }]),
  ),
});

/** The file of a table as a whole, and of rows in blocks, the last of them first. */
async function both(name: string, table: MatrixTable, block: number) {
  const writer = new FolderWriter(join(folder, name));
  await writer.matrix('whole', table);
  await writer.fill('filled', shapeOf(table), async (write) => {
    for (let from = Math.floor((table.rows - 1) / block) * block; from >= 0; from -= block)
      for (const [column, { data, width }] of Object.entries(table.columns))
        await write(column, from, data.slice(from * width, Math.min(table.rows, from + block) * width));
  });
  const { 'whole.arrow': whole, 'filled.arrow': filled } = writer.files();
  return { whole, filled, bytes: (file: string) => readFileSync(join(folder, name, file)) };
}

describe('a matrix written from rows as they come', () => {
  it.each([
    [1, 1],
    [7, 2],
    [7, 7],
    [65, 64],
  ])('has the bytes of the whole table of %i rows, in blocks of %i, and is recorded alike', async (rows, block) => {
    const { whole, filled, bytes } = await both(`${rows}-${block}`, tableOf(rows), block);
    expect(bytes('filled.arrow')).toEqual(bytes('whole.arrow'));
    expect(filled).toEqual(whole);
  });

  it('may have no rows', async () => {
    const { whole, filled } = await both('none', tableOf(0), 1);
    expect(filled).toEqual(whole);
  });

  it.each([
    ['other columns', 'b', 0, new Uint8Array(2), /no column 'b'; the table has a/],
    ['other numbers', 'a', 0, new Float32Array(2), /column 'a' holds uint8, got float32/],
    ['rows beyond the last', 'a', 3, new Uint8Array(2), /column 'a' has 3 rows of 2, got 2 values from row 3 on/],
    ['parts of rows', 'a', 0, new Uint8Array(3), /column 'a' has 3 rows of 2, got 3 values/],
    ['too few rows', 'a', 0, new Uint8Array(4), /every row of column 'a' must be written once, 2 values are left/],
  ])('refuses %s', async (_, column, from, data, message) => {
    const shape: MatrixShape = { rows: 3, columns: { a: { dtype: 'uint8', width: 2 } } };
    const writer = new FolderWriter(mkdtempSync(join(folder, 'wrong-')));
    await expect(writer.fill('x', shape, (write) => write(column, from, data))).rejects.toThrow(message);
  });
});
