import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import type { Data, RecordBatch, RecordBatchReader, Schema, Vector } from 'apache-arrow';
import { labelColumn } from '../own/columns.js';
import { halfOf } from '../own/half.js';
import { Labels } from '../own/labels.js';
import { unpackLz4Frame } from '../own/lz4-frame.js';
import { invalid, MOST_BYTES, refuseSize, sideOf, type Found, type Parts, type Reading } from '../own/part.js';
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
  reader.open();
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
  for (const batch of batchesOf(reader, path)) {
    throwIfAborted(signal);
    if (batch.numRows === 0) continue;
    const parts = columns.pixelsAt.map((at) => numbersOf(batch.data.children[at] as Data, columns, at, rows));
    if (area === 0) {
      area = parts.length === 1 ? parts[0]!.lengthOf(0) : parts.length;
      side = sideOf(area, path, 'a row of the Arrow table');
    }
    refuseSize(rows + batch.numRows, side, path, 'the Arrow table');
    pixels.reserve((rows + batch.numRows) * area);
    addLabels(labels, batch, columns, rows);
    for (const [column, numbers] of parts.entries()) addPixels(pixels, numbers, { area, column, first: rows, count: batch.numRows, single: parts.length > 1 }, columns);
    rows += batch.numRows;
    progress({ done: rows, total: rows, unit: 'rows', detail: `reading ${basename(path)}` });
  }
  if (rows === 0) throw invalid(path, 'the Arrow table must have at least one row, got none');
  return { side, pixels, labels, where: (row) => `${path}, row ${row}` };
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
    if (fault !== undefined) throw invalid(`${path}, row ${first + row}`, `a row of the Arrow table ${fault}`, 'correct the label, or name the column of labels under dataset.label');
  }
}

/** The numbers of a column of a batch: of each row one, or a list. */
interface Numbers {
  readonly name: string;
  startOf(row: number): number;
  lengthOf(row: number): number;
  /** A number by its place among all the column's. */
  at(place: number): number;
}

function numbersOf(data: Data, { path, names }: Columns, column: number, first: number): Numbers {
  const name = names[column] as string;
  let [leaf, start, length] = [data, (row: number): number => row, (_row: number): number => 1];
  while (leaf.children.length > 0) {
    refuseNulls(leaf, name, path, first, leaf === data);
    const { valueOffsets, stride, children, type, offset } = leaf;
    const size = (type as { listSize?: number }).listSize;
    if (children.length > 1 || (size === undefined && !valueOffsets)) throw wrongType(path, name, leaf);
    const [outer, inner] = [start, length];
    if (size !== undefined) {
      start = (row) => (outer(row) + offset) * stride;
      length = (row) => inner(row) * stride;
    } else {
      // the view of offsets begins at the slice already
      start = (row) => Number(valueOffsets[outer(row)]);
      length = (row) => Number(valueOffsets[outer(row) + inner(row)]) - start(row);
    }
    leaf = children[0] as Data;
  }
  refuseNulls(leaf, name, path, first, leaf === data);
  const read = readerOf(leaf, path, name);
  return { name, startOf: start, lengthOf: length, at: read };
}

/** @param data of a column, or of what its lists hold */
function refuseNulls(data: Data, name: string, path: string, first: number, whole: boolean): void {
  if (data.nullCount === 0) return;
  const row = Array.from({ length: data.length }, (_, i) => i).find((i) => !data.getValid(i)) ?? 0;
  throw invalid(`${path}${whole ? `, row ${first + row}` : ''}`, `column '${name}' must have no missing values, got ${data.nullCount}`, 'fill or leave out such rows');
}

function wrongType(path: string, name: string, data: Data): LayerwiseError {
  return invalid(path, `the columns of the Arrow table must be a label and numbers for pixels, or a label and one column of lists of numbers, got column '${name}' of type ${String(data.type)}`, 'write the table without columns that are neither');
}

function readerOf(leaf: Data, path: string, name: string): (place: number) => number {
  const { values, type } = leaf;
  const kind = String(type);
  if (kind === 'Float16') {
    // float16 is kept as its bits
    return (place) => halfOf((values as Uint16Array)[place] as number);
  }
  if (kind === 'Bool') return (place) => ((values as Uint8Array)[(place + leaf.offset) >> 3]! >> ((place + leaf.offset) & 7)) & 1;
  if (!/^(Int|Uint)(8|16|32|64)$|^Float(32|64)$/.test(kind)) throw wrongType(path, name, leaf);
  return (place) => Number((values as ArrayLike<number | bigint>)[place]);
}

interface Run {
  readonly area: number;
  readonly column: number;
  readonly first: number;
  readonly count: number;
  /** Whether each column is one pixel. */
  readonly single: boolean;
}

function addPixels(pixels: Pixels, numbers: Numbers, { area, column, first, count, single }: Run, { path }: Columns): void {
  const width = single ? 1 : area;
  for (let row = 0; row < count; row++) {
    const length = numbers.lengthOf(row);
    if (length !== width) throw invalid(`${path}, row ${first + row}`, `column '${numbers.name}' must have ${width} pixel${width > 1 ? 's like its first row' : ' a row'}, got ${length}`, 'give every row as many pixels');
    const [from, to] = [numbers.startOf(row), (first + row) * area + column];
    for (let i = 0; i < width; i++) {
      const value = numbers.at(from + i);
      if (!pixels.set(to + i, value)) throw invalid(`${path}, row ${first + row}`, `column '${numbers.name}' must be in [0, 255], got ${value}`);
    }
  }
}
