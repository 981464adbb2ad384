import type { FileHandle } from 'node:fs/promises';
import { checkRowsWritten, type ColumnData, type MatrixShape, type WriteRows } from '@layerwise/contracts';
import { planArrow } from './arrow.js';

/**
 * Writes an Arrow file of one record batch from rows as they come, to the byte as {@link encodeArrow} would write the whole table.
 * @param handle of an empty file
 * @param work what writes the rows, in any order, each row of each column once
 * @throws TypeError for rows that the table does not have, and where some are missing or written twice
 */
export async function writeRows(
  handle: FileHandle,
  shape: MatrixShape,
  work: (write: WriteRows) => Promise<void>,
): Promise<void> {
  const { frame, columns } = await planArrow(shape);
  for (const { at, bytes } of frame) await writeAt(handle, bytes, at);
  const left = new Map(Object.entries(shape.columns).map(([name, { width }]) => [name, shape.rows * width]));
  await work(async (name, from, data) => {
    checkRowsWritten(shape, name, from, data);
    if (data.length === 0) return;
    const start = columns.get(name) as number;
    await writeAt(handle, bytesOf(data), start + from * shape.columns[name].width * data.BYTES_PER_ELEMENT);
    left.set(name, (left.get(name) as number) - data.length);
  });
  for (const [name, count] of left)
    if (count !== 0)
      throw new TypeError(`every row of column '${name}' must be written once, ${count} values are left`);
}

function bytesOf(data: ColumnData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
