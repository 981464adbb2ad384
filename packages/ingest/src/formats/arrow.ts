import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import type { RecordBatch, RecordBatchReader, Schema, Vector } from '@layerwise/contracts/arrow';
import { numbersOf, type Numbers } from './arrow-numbers.js';
import { layoutOf } from '../interpretation/columns.js';
import { invalid } from '../samples/invalid.js';
import type { Layout } from '../samples/layout.js';
import type { Parts } from '../samples/part.js';
import { MOST_BYTES, refuseSize, sideOf, sideOfLists } from '../samples/size.js';
import { single, type Format, type Reading } from './format.js';
import { Labels } from '../samples/labels.js';
import { unpackLz4Frame } from '../codecs/lz4-frame.js';
import type { Pixels } from '../samples/pixels.js';

/** Most bytes of a file: every value may take eight. */
const LONGEST_FILE = 2 ** 31 - 1;

/** An Arrow IPC file (Feather 2) or stream of a label and n x n columns of pixels, or one column of lists of pixels; plain, LZ4 or ZSTD. */
export const arrow: Format = {
  name: 'Arrow table',
  suffixes: ['.arrow', '.feather'],
  rareSuffixes: ['.arrows', '.ipc'],
  doc: 'a column of labels and one column per pixel, or one column of lists of pixels; files (Feather 2) and streams',
  file: single(readArrow),
};

/** @throws LayerwiseError DATA_INVALID naming the column and row */
async function readArrow(path: string, reading: Reading): Promise<Parts> {
  try {
    const { size } = await stat(path);
    if (size > LONGEST_FILE)
      throw invalid(path, `the Arrow table must be at most ${LONGEST_FILE} bytes, got ${size}`, 'write it as Parquet');
    return { train: readTable(await openReader(aligned(await readFile(path)), path), path, reading) };
  } catch (error) {
    if (error instanceof LayerwiseError) throw error;
    throw invalid(
      path,
      `the Arrow table must be sound and of supported types, but reading it stopped with: ${(error as Error).message}`,
      'write or copy the file again; strings as plain Utf8 (Polars: compat_level=0)',
      error,
    );
  }
}

async function openReader(bytes: Uint8Array, path: string): Promise<RecordBatchReader> {
  const { CompressionType, RecordBatchReader, compressionRegistry } = await import('@layerwise/contracts/arrow');
  const { decompressZstd } = await import('hyparquet-compressors');
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (data) => unpackLz4Frame(data, 8 * MOST_BYTES) });
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => aligned(decompressZstd(data)) });
  const text = (at: number): string => Buffer.from(bytes.subarray(at, at + 6)).toString('latin1');
  if (text(0) === 'ARROW1' && text(bytes.length - 6) !== 'ARROW1')
    throw invalid(
      path,
      'the Arrow table must end with ARROW1 as it begins, but is cut short',
      'write or copy the file again',
    );
  const reader = RecordBatchReader.from(bytes) as RecordBatchReader;
  await reader.open();
  if (!reader.schema || reader.schema.fields.length === 0)
    throw invalid(
      path,
      'the Arrow table must have columns, got none: it is empty or no Arrow file',
      'write or copy the file again',
    );
  return reader;
}

/** The bytes at a place from which 8-byte numbers can be read. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
}

interface Columns {
  readonly path: string;
  readonly layout: Layout;
  /** Places of the layout's columns among the file's. */
  readonly at: readonly number[];
}

function columnsOf({ fields }: Schema, path: string, reading: Reading): Columns {
  // what pandas keeps its index in
  const used = fields
    .map((field, at) => ({ field, at }))
    .filter(({ field }) => !/^__index_level_\d+__$/.test(field.name));
  const names = used.map(({ field }) => field.name);
  if (names.length < 2)
    throw invalid(
      path,
      `the Arrow table must have a column of labels and columns of pixels, got ${names.join(', ') || 'none'}`,
    );
  const columns = {
    file: basename(path),
    names,
    count: names.length,
    onlyLabel: onlyLabel(used.map(({ field }) => field)),
    subject: 'the Arrow table',
    where: path,
  };
  const layout = layoutOf(columns, { ...reading, warn: reading.context.warn });
  if (layout.pixelsAt.length === 0)
    throw invalid(path, `the Arrow table must have columns of pixels beside that of labels, got ${names.join(', ')}`);
  return { path, layout, at: used.map(({ at }) => at) };
}

/** The only column of texts, or the only one that is no list. */
function onlyLabel(fields: readonly Schema['fields'][0][]): number | undefined {
  const candidates = Array.from(fields.keys()).filter((at) => !/List|Binary|Struct/.test(String(fields[at].type)));
  const texts = candidates.filter((at) => /Utf8/.test(String(fields[at].type)));
  return texts.length === 1 ? texts[0] : candidates.length === 1 ? candidates[0] : undefined;
}

function readTable(reader: RecordBatchReader, path: string, reading: Reading): Parts['train'] {
  const { signal, progress } = reading.context;
  const columns = columnsOf(reader.schema, path, reading);
  const { layout, at } = columns;
  const labels = new Labels();
  let pixels: Pixels | undefined;
  let [area, side, rows] = [0, 0, 0];
  let shape: readonly number[] = [];
  for (const batch of batchesOf(reader, path)) {
    throwIfAborted(signal);
    if (batch.numRows === 0) continue;
    const parts = layout.pixelsAt.map((column) =>
      numbersOf(batch.data.children[at[column]], layout.names?.[column] ?? '', path, rows),
    );
    if (!pixels) {
      const [{ name, shapeOf }] = parts as [Numbers];
      shape = shapeOf(0);
      side =
        parts.length === 1 && shape.length > 0
          ? sideOfLists(shape, name, path, 'a row of the Arrow table')
          : sideOf(parts.length, path, 'a row of the Arrow table');
      area = side * side;
      pixels = reading.newPixels(area);
    }
    refuseSize(rows + batch.numRows, side, path, 'the Arrow table');
    pixels.reserve((rows + batch.numRows) * area);
    addLabels(labels, batch, columns, rows);
    for (const [column, numbers] of parts.entries())
      addPixels(pixels, numbers, { area, column, first: rows, count: batch.numRows, shape }, path);
    rows += batch.numRows;
    progress({ done: rows, total: rows, unit: 'rows', detail: `reading ${basename(path)}` });
  }
  if (!pixels) throw invalid(path, 'the Arrow table must have at least one row, got none');
  return { side, pixels, labels, layout, where: (row) => rowName(path, row) };
}

/** Batches of a file by their number: one after another, the reader waits for ever for a damaged one. */
function* batchesOf(reader: RecordBatchReader, path: string): Iterable<RecordBatch> {
  if (!reader.isFile()) return yield* reader as unknown as Iterable<RecordBatch>;
  for (let i = 0; i < reader.numRecordBatches; i++) {
    const batch = reader.readRecordBatch(i) as RecordBatch | null;
    if (!batch)
      throw invalid(
        path,
        `the Arrow table must have its ${reader.numRecordBatches} batches, but number ${i} is none`,
        'write or copy the file again',
      );
    yield batch;
  }
}

function addLabels(labels: Labels, batch: RecordBatch, { path, layout, at }: Columns, first: number): void {
  const vector = batch.getChildAt(at[layout.labelAt]) as Vector;
  for (let row = 0; row < batch.numRows; row++) {
    const value: unknown = vector.get(row);
    const text =
      typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
          ? String(Number(value))
          : value === null
            ? ''
            : undefined;
    const fault = text === undefined ? 'must have a number or a text for its label' : labels.add(text);
    if (fault !== undefined)
      throw invalid(
        rowName(path, first + row),
        `a row of the Arrow table ${fault}`,
        'correct the label, or name the column of labels under dataset.label',
      );
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

function addPixels(pixels: Pixels, numbers: Numbers, { area, column, first, count, shape }: Run, path: string): void {
  const width = sizeOf(shape);
  for (let row = 0; row < count; row++) {
    if (shape.length > 0) refuseOther(numbers, row, shape, rowName(path, first + row));
    const [from, to] = [numbers.startOf(row), (first + row) * area + column];
    for (let i = 0; i < width; i++) {
      const value = numbers.at(from + i);
      if (!pixels.set(to + i, value))
        throw invalid(
          rowName(path, first + row),
          `column '${numbers.name}' must be ${pixels.wanted}, got ${value}`,
          pixels.remedy(value),
        );
    }
  }
}

/** @throws LayerwiseError DATA_INVALID if a row's lists are not as long as those of the first row */
function refuseOther({ name, shapeOf }: Numbers, row: number, shape: readonly number[], where: string): void {
  const [width, found] = [sizeOf(shape), shapeOf(row)];
  if (sizeOf(found) !== width)
    throw invalid(
      where,
      `column '${name}' must have ${width} pixel${width > 1 ? 's like its first row' : ' a row'}, got ${sizeOf(found)}`,
      'give every row as many pixels',
    );
  if (found.some((size, i) => size !== shape[i]))
    throw invalid(
      where,
      `column '${name}' must have lists as long as those of its first row, ${shape.join(' x ')}, got ${found.join(' x ')}`,
      'give every line of an image as many pixels',
    );
}

function rowName(path: string, row: number): string {
  return `${path}, row ${row}`;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
