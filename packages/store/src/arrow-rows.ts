import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ColumnData, Dtype, MatrixRows, TypedArrays } from '@layerwise/contracts';
import { findColumns } from './arrow-columns.js';
import type { FileRecord } from './manifest.js';
import { storageError } from './storage.js';

const HASHED_BYTES = 1 << 20;

const arrays: { readonly [D in Dtype]: new (buffer: ArrayBuffer, at: number, length: number) => TypedArrays[D] } = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Size and SHA-256 of a file, of which little is held at once. */
export async function hashOf(handle: FileHandle): Promise<FileRecord> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafeSlow(HASHED_BYTES);
  let at = 0;
  for (;;) {
    const { bytesRead } = await handle.read(block, 0, block.length, at);
    if (bytesRead === 0) return { bytes: at, sha256: hash.digest('hex') };
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/**
 * The rows of an Arrow file that holds each column in one piece, read from the open file as they are asked for.
 * @param path for messages
 * @returns undefined for other files; these stay open too
 */
export async function openRows(handle: FileHandle, path: string): Promise<MatrixRows | undefined> {
  const read = async (
    at: number,
    bytes: number,
    buffer: Buffer = Buffer.allocUnsafeSlow(bytes),
  ): Promise<Uint8Array> => {
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await handle.read(buffer, done, bytes - done, at + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  };
  const found = await findColumns(handle);
  if (!found) return undefined;
  const { rows, columns } = found;
  // What is read replaces what was read before: buffers of their own would wait for the garbage collector, and fill the memory.
  const buffers = new Map<string, Buffer>();
  const bufferOf = (name: string, bytes: number): Buffer => {
    const known = buffers.get(name);
    if (known && known.length >= bytes) return known;
    const buffer = Buffer.allocUnsafeSlow(bytes);
    buffers.set(name, buffer);
    return buffer;
  };
  const placeOf = (
    name: string,
    from: number,
    to: number,
  ): { type: (typeof arrays)[Dtype]; at: number; bytes: number; length: number } => {
    const place = columns.get(name);
    if (!place) throw new RangeError(`no column '${name}'; the table has ${[...columns.keys()].join(', ')}`);
    if (!(from >= 0 && from <= to && to <= rows))
      throw new RangeError(`rows [${from}, ${to}) must lie within the ${rows} rows of ${name}`);
    const type = arrays[place.dtype];
    const size = place.width * (type as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
    return { type, at: place.at + from * size, bytes: (to - from) * size, length: (to - from) * place.width };
  };
  const whole = (bytes: Uint8Array, wanted: number, name: string): ArrayBuffer => {
    if (bytes.length < wanted) throw new RangeError(`${path} must hold ${rows} rows of ${name}, but ends before`);
    return bytes.buffer as ArrayBuffer;
  };
  return {
    rows,
    columns: Object.fromEntries(Array.from(columns, ([name, { dtype, width }]) => [name, { dtype, width }])),
    read: async (name, from, to): Promise<ColumnData> => {
      const { type, at, bytes, length } = placeOf(name, from, to);
      const block = await read(at, bytes, bufferOf(name, bytes)).catch((error: NodeJS.ErrnoException) => {
        throw storageError(error, path);
      });
      return new type(whole(block, bytes, name), 0, length);
    },
    readNow: (name, from, to): ColumnData => {
      const { type, at, bytes, length } = placeOf(name, from, to);
      return new type(whole(readAtOnce(handle, at, bytes, path), bytes, name), 0, length);
    },
    close: () => handle.close(),
  };
}

function readAtOnce({ fd }: FileHandle, at: number, bytes: number, path: string): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  try {
    for (let done = 0; done < bytes;) {
      const count = readSync(fd, buffer, done, bytes - done, at + done);
      if (count === 0) return buffer.subarray(0, done);
      done += count;
    }
    return buffer;
  } catch (error) {
    throw storageError(error, path);
  }
}
