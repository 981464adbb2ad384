import type { ColumnData, MatrixTable } from '@layerwise/contracts';
import { decodeArrow, encodeArrow } from '@layerwise/store';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';

async function bytesOf(table: MatrixTable): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeArrow(table)) pieces.push(piece.slice());
  return new Uint8Array(Buffer.concat(pieces));
}

const arrays = [Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array] as (new (
  n: number,
) => ColumnData)[];

describe('Arrow', () => {
  it.each(arrays.flatMap((array) => [1, 2, 784].map((width) => ({ name: array.name, array, width }))))(
    'keeps $name of width $width',
    async ({ array, width }) => {
      const data = new array(5 * width).map((_, i) => (i * 37) % 251);
      const { rows, columns } = decodeArrow(await bytesOf({ rows: 5, columns: { x: { data, width } } }));
      expect(rows).toBe(5);
      expect(columns.x).toEqual({ data, width });
    },
  );

  it('keeps numbers at the edges of their types', async () => {
    const columns = {
      f: { data: Float32Array.of(NaN, Infinity, -0, 1.4e-45), width: 1 },
      i: { data: Int32Array.of(-2147483648, 2147483647, 0, -1), width: 1 },
      d: { data: Float64Array.of(5e-324, -Infinity, -0, NaN), width: 1 },
    };
    expect(decodeArrow(await bytesOf({ rows: 4, columns })).columns).toEqual(columns);
  });

  it.each([1, 3])('keeps a table of no rows, width %i', async (width) => {
    expect(decodeArrow(await bytesOf({ rows: 0, columns: { x: { data: new Float32Array(0), width } } }))).toEqual({
      rows: 0,
      columns: { x: { data: new Float32Array(0), width } },
    });
  });

  it('copies nothing: what is read lies in the bytes of the file', async () => {
    const bytes = await bytesOf({
      rows: 4,
      columns: { id: { data: Uint32Array.of(1, 2, 3, 4), width: 1 }, x: { data: new Float32Array(12), width: 3 } },
    });
    for (const { data } of Object.values(decodeArrow(bytes).columns)) expect(data.buffer).toBe(bytes.buffer);
  });

  it('hands the very memory of the table to whoever writes it', async () => {
    const data = new Float32Array(4096);
    const shared: boolean[] = [];
    for await (const piece of encodeArrow({ rows: 1024, columns: { x: { data, width: 4 } } }))
      shared.push(piece.buffer === data.buffer);
    expect(shared).toContain(true);
  });

  it('reads bytes that lie at an odd address', async () => {
    const bytes = await bytesOf({ rows: 2, columns: { x: { data: Float64Array.of(1.5, 2.5), width: 1 } } });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect([...(decodeArrow(shifted.subarray(3)).columns.x?.data ?? [])]).toEqual([1.5, 2.5]);
  });

  it('gives equal bytes for equal tables', async () => {
    const table = (): MatrixTable => ({
      rows: 3,
      columns: {
        a: { data: Uint8Array.of(1, 2, 3), width: 1 },
        b: { data: Float32Array.of(1, 2, 3, 4, 5, 6), width: 2 },
      },
    });
    expect(await bytesOf(table())).toEqual(await bytesOf(table()));
  });

  it('refuses a column of the wrong length', () => {
    expect(() => encodeArrow({ rows: 3, columns: { x: { data: new Uint8Array(7), width: 2 } } })).toThrow(
      "column 'x' must have 3 x 2 values, got 7",
    );
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['noise', Uint8Array.from({ length: 500 }, (_, i) => (i * 97) % 256)],
    ['zeros', new Uint8Array(500)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => decodeArrow(bytes)).toThrow('an Arrow file must begin and end with ARROW1');
  });

  it('refuses half a file', async () => {
    const bytes = await bytesOf({ rows: 100, columns: { x: { data: new Float32Array(100), width: 1 } } });
    expect(() => decodeArrow(bytes.subarray(0, bytes.length / 2))).toThrow('must begin and end');
  });

  it('refuses texts, and numbers that are missing', () => {
    expect(() => decodeArrow(tableToIPC(tableFromArrays({ t: ['a', 'b'] }), 'file'))).toThrow(
      "column 't' must hold numbers",
    );
    expect(() => decodeArrow(tableToIPC(tableFromArrays({ n: [1, null, 3] }), 'file'))).toThrow(
      "column 'n' must have no nulls, got 1",
    );
  });
});
