import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnData, MatrixTable } from '@layerwise/contracts';
import { RecordBatch, Table, tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeArrow, hashOf, openRows } from '@layerwise/store';

const folder = mkdtempSync(join(tmpdir(), 'layerwise-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function fileOf(table: MatrixTable): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeArrow(table)) pieces.push(piece.slice());
  return written(Buffer.concat(pieces));
}

function written(bytes: Uint8Array): string {
  const path = join(folder, 'x.arrow');
  writeFileSync(path, bytes);
  return path;
}

async function opened(path: string) {
  const handle = await open(path);
  const rows = await openRows(handle, path);
  if (!rows) await handle.close();
  return rows;
}

const types = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array] as (new (
  n: number,
) => ColumnData)[];
const table: MatrixTable = {
  rows: 7,
  columns: Object.fromEntries(
    types.flatMap((type) =>
      [1, 3, 100].map((width) => {
        const data = new type(7 * width).map((_, i) => (i * 37 + width) % 251) as ColumnData;
        return [`${type.name}${width}`, { data, width }];
      }),
    ),
  ),
};

describe('rows of an Arrow file', () => {
  it('are those that were written, of every type and width, in any order', async () => {
    const rows = await opened(await fileOf(table));
    expect(rows?.rows).toBe(7);
    expect(Object.keys(rows?.columns ?? {})).toEqual(Object.keys(table.columns));
    for (const [name, { data, width }] of Object.entries(table.columns))
      for (const [from, to] of [
        [5, 7],
        [0, 7],
        [2, 3],
        [4, 4],
      ]) {
        const wanted = data.slice(from * width, to * width);
        expect(await rows?.read(name, from, to), `${name} ${from} to ${to}`).toEqual(wanted);
        const [own, other] = [rows?.readNow(name, from, to), rows?.readNow(name, 0, 7)];
        expect(own, `${name} ${from} to ${to} at once`).toEqual(wanted);
        expect(own?.buffer).not.toBe(other?.buffer);
      }
    await rows?.close();
  });

  it('are refused beyond the last, and of a column that is not there', async () => {
    const rows = await opened(await fileOf(table));
    await expect(rows?.read('Uint8Array1', 5, 8)).rejects.toThrow('must lie within the 7 rows');
    await expect(rows?.read('other', 0, 1)).rejects.toThrow("no column 'other'");
    expect(() => rows?.readNow('Uint8Array1', 5, 8)).toThrow('must lie within the 7 rows');
    await rows?.close();
  });

  it('are read where another writer repeats the schema before the batch', async () => {
    const bytes = tableToIPC(tableFromArrays({ x: Float32Array.of(1, 2, 3) }), 'file');
    const rows = await opened(written(bytes));
    expect(await rows?.read('x', 1, 3)).toEqual(Float32Array.of(2, 3));
    await rows?.close();
  });

  it('are not read of a file of several batches', async () => {
    const [one, two] = [[1, 2], [3]].map((x) => tableFromArrays({ x: Float32Array.from(x) }));
    const batches = [...one.batches, ...two.batches.map(({ data }) => new RecordBatch(one.schema, data))];
    expect(await opened(written(tableToIPC(new Table(one.schema, batches), 'file')))).toBeUndefined();
  });
});

it('hashes a file of any length', async () => {
  const { createHash } = await import('node:crypto');
  for (const length of [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000]) {
    const bytes = Buffer.alloc(length, 7);
    const handle = await open(written(bytes));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await hashOf(handle)).toEqual({ bytes: length, sha256 });
    await handle.close();
  }
});
