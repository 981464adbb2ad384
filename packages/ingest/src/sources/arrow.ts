import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import type { Data, RecordBatch, RecordBatchReader, Schema, Vector } from 'apache-arrow';
import { numbersOf, type Numbers } from '../own/arrow-numbers.js';
import { labelColumn } from '../own/columns.js';
import { Labels } from '../own/labels.js';
import { unpackLz4Frame } from '../own/lz4-frame.js';
import { invalid, MOST_BYTES, refuseSize, sideOf, sideOfLists, type Found, type Parts, type Reading } from '../own/part.js';
import { Pixels } from '../own/pixels.js';

/** Most bytes of a file: every value may take eight. */
const LONGEST_FILE = 2 ** 31 - 1;

/** An Arrow IPC file (Feather 2) or stream of a label and n x n columns of pixels, or one column of lists of pixels; plain, LZ4 or ZSTD. */
export function arrowTable(path: string, given: string): Found {
  return { files: [path], names: [given], read: (reading) => readArrow(path, reading) };
}

/** @throws LayerwiseError DATA_INVALID naming the column and row */
export async function readArrow(path: string, reading: Reading): Promise<Parts> {
  try {
    const { size } = await stat(path);
    if (size > LONGEST_FILE) throw invalid(path, `the Arrow table must be at most ${LONGEST_FILE} bytes, got ${size}`, 'write it as Parquet');
    return { train: readTable(await openReader(aligned(await readFile(path)), path), path, reading) };
  } catch (error) {
    if (error instanceof LayerwiseError) throw error;
    throw invalid(path, `the Arrow table must be sound and of types that are known here, but reading it stopped with: ${(error as Error).message}`, 'write or copy the file again; strings as plain Utf8 (Polars: compat_level=0)', error);
  }
}

async function openReader(bytes: Uint8Array, path: string): Promise<RecordBatchReader> {
  const { CompressionType, RecordBatchReader, compressionRegistry } = await import('apache-arrow');
  const { decompressZstd } = await import('hyparquet-compressors');
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (data) => unpackLz4Frame(data, 8 * MOST_BYTES) });
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => aligned(decompressZstd(data)) });
  await boundVectors();
  const text = (at: number): string => Buffer.from(bytes.subarray(at, at + 6)).toString('latin1');
  if (text(0) === 'ARROW1' && text(bytes.length - 6) !== 'ARROW1') throw invalid(path, 'the Arrow table must end with ARROW1 as it begins, but is cut short', 'write or copy the file again');
  const reader = RecordBatchReader.from(bytes) as RecordBatchReader;
  await reader.open();
  if (!reader.schema || reader.schema.fields.length === 0) throw invalid(path, 'the Arrow table must have columns, got none: it is empty or no Arrow file', 'write or copy the file again');
  return reader;
}

let bounded = false;

/**
 * apache-arrow believes the lengths of lists in a file's metadata, and a damaged one keeps it busy for minutes: no list
 * has more entries than there are bytes.
 */
async function boundVectors(): Promise<void> {
  if (bounded) return;
  bounded = true;
  const { ByteBuffer } = await import('flatbuffers');
  const lengthOf = ByteBuffer.prototype.__vector_len;
  ByteBuffer.prototype.__vector_len = function (this: InstanceType<typeof ByteBuffer>, offset: number): number {
    const length = lengthOf.call(this, offset);
    if (!(length >= 0 && length <= this.capacity())) throw new RangeError(`a list of its metadata declares ${length} entries in ${this.capacity()} bytes`);
    return length;
  };
}

/** The bytes at a place from which 8-byte numbers can be read. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
}

interface Columns {
  readonly path: string;
  readonly labelAt: number;
  /** Columns of pixels by their places. */
  readonly pixelsAt: readonly number[];
  readonly names: readonly string[];
}

function columnsOf({ fields }: Schema, path: string, wanted: string | undefined): Columns {
  const names = fields.map(({ name }) => name);
  const used = names.map((name, i) => ({ name, i })).filter(({ name }) => !/^__index_level_\d+__$/.test(name));
  const labelAt = used[labelColumn(used.map(({ name }) => name), wanted, path, 'the Arrow table')]?.i ?? 0;
  const pixelsAt = used.map(({ i }) => i).filter((i) => i !== labelAt);
  if (pixelsAt.length === 0) throw invalid(path, `the Arrow table must have a column of labels and columns of pixels, got ${names.join(', ')}`);
  return { path, labelAt, pixelsAt, names };
}

function readTable(reader: RecordBatchReader, path: string, { label, context: { signal, progress } }: Reading): Parts['train'] {
  const columns = columnsOf(reader.schema, path, label);
  const labels = new Labels();
  const pixels = new Pixels(0);
  let [area, side, rows] = [0, 0, 0];
  let shape: readonly number[] = [];
  for (const batch of batchesOf(reader, path)) {
    throwIfAborted(signal);
    if (batch.numRows === 0) continue;
    const parts = columns.pixelsAt.map((at) => numbersOf(batch.data.children[at] as Data, columns.names[at] as string, path, rows));
    if (area === 0) {
      const [{ name, shapeOf }] = parts as [Numbers];
      shape = shapeOf(0);
      side = parts.length === 1 && shape.length > 0 ? sideOfLists(shape, name, path, 'a row of the Arrow table') : sideOf(parts.length, path, 'a row of the Arrow table');
      area = side * side;
    }
    refuseSize(rows + batch.numRows, side, path, 'the Arrow table');
    pixels.reserve((rows + batch.numRows) * area);
    addLabels(labels, batch, columns, rows);
    for (const [column, numbers] of parts.entries()) addPixels(pixels, numbers, { area, column, first: rows, count: batch.numRows, shape }, columns);
    rows += batch.numRows;
    progress({ done: rows, total: rows, unit: 'rows', detail: `reading ${basename(path)}` });
  }
  if (rows === 0) throw invalid(path, 'the Arrow table must have at least one row, got none');
  return { side, pixels, labels, where: (row) => rowName(path, row) };
}

/** Batches of a file by their number: one after another, the reader waits for ever for a damaged one. */
function* batchesOf(reader: RecordBatchReader, path: string): Iterable<RecordBatch> {
  if (!reader.isFile()) return yield* reader as unknown as Iterable<RecordBatch>;
  for (let i = 0; i < reader.numRecordBatches; i++) {
    const batch = reader.readRecordBatch(i) as RecordBatch | null;
    if (!batch) throw invalid(path, `the Arrow table must have its ${reader.numRecordBatches} batches, but number ${i} is none`, 'write or copy the file again');
    yield batch;
  }
}

function addLabels(labels: Labels, batch: RecordBatch, { path, labelAt }: Columns, first: number): void {
  const vector = batch.getChildAt(labelAt) as Vector;
  for (let row = 0; row < batch.numRows; row++) {
    const value: unknown = vector.get(row);
    const text = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(Number(value)) : value === null ? '' : undefined;
    const fault = text === undefined ? 'must have a number or a text for its label' : labels.add(text);
    if (fault !== undefined) throw invalid(rowName(path, first + row), `a row of the Arrow table ${fault}`, 'correct the label, or name the column of labels under dataset.label');
  }
}

interface Run {
  readonly area: number;
  readonly column: number;
  readonly first: number;
  readonly count: number;
  /** Lengths of the lists in the first row; none where each column is one pixel. */
  readonly shape: readonly number[];
}

function addPixels(pixels: Pixels, numbers: Numbers, { area, column, first, count, shape }: Run, { path }: Columns): void {
  const width = sizeOf(shape);
  for (let row = 0; row < count; row++) {
    if (shape.length > 0) refuseOther(numbers, row, shape, rowName(path, first + row));
    const [from, to] = [numbers.startOf(row), (first + row) * area + column];
    for (let i = 0; i < width; i++) {
      const value = numbers.at(from + i);
      if (!pixels.set(to + i, value)) throw invalid(rowName(path, first + row), `column '${numbers.name}' must be in [0, 255], got ${value}`);
    }
  }
}

/** @throws LayerwiseError DATA_INVALID if a row's lists are not as long as those of the first row */
function refuseOther({ name, shapeOf }: Numbers, row: number, shape: readonly number[], where: string): void {
  const [width, found] = [sizeOf(shape), shapeOf(row)];
  if (sizeOf(found) !== width) throw invalid(where, `column '${name}' must have ${width} pixel${width > 1 ? 's like its first row' : ' a row'}, got ${sizeOf(found)}`, 'give every row as many pixels');
  if (found.some((size, i) => size !== shape[i])) throw invalid(where, `column '${name}' must have lists as long as those of its first row, ${shape.join(' x ')}, got ${found.join(' x ')}`, 'give every line of an image as many pixels');
}

function rowName(path: string, row: number): string {
  return `${path}, row ${row}`;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
