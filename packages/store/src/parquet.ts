import { Writable } from 'node:stream';
import type { ResultColumn, ResultTable } from '@layerwise/contracts';
import parquet, { type Reader, type RowBuffer } from 'parquetjs-lite';
import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import { decodeThrift } from 'parquetjs-lite/lib/util.js';

const { ParquetReader, ParquetSchema, ParquetWriter } = parquet;

const parquetTypes = { int32: 'INT32', float64: 'DOUBLE', string: 'UTF8', boolean: 'BOOLEAN' } as const;

/**
 * A result table as a Parquet file of one row group, uncompressed. Equal tables give equal bytes.
 * @throws RangeError if there is no column, if they differ in length, or if an int32 column holds what is no int32
 */
export async function encodeParquet(table: ResultTable): Promise<Uint8Array> {
  const entries = Object.entries(table);
  if (entries.length === 0) throw new RangeError('a table must have a column, got none');
  const rows = entries[0]?.[1].values.length ?? 0;
  for (const [name, { type, values }] of entries) {
    if (values.length !== rows)
      throw new RangeError(`column '${name}' must have ${rows} values like the first column, got ${values.length}`);
    if (type === 'int32') refuseNonInt32(name, values);
  }
  const schema = new ParquetSchema(
    Object.fromEntries(
      entries.map(([name, column]) => [
        name,
        { type: parquetTypes[column.type], statistics: false, ...(hasMissing(column) ? { optional: true } : {}) },
      ]),
    ),
  );
  const chunks: Uint8Array[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done): void {
      chunks.push(new Uint8Array(chunk));
      done();
    },
  });
  const writer = await ParquetWriter.openStream(schema, sink);
  if (rows > 0) writer.rowBuffer = rowGroup(entries, rows);
  await writer.close();
  return Buffer.concat(chunks);
}

function refuseNonInt32(name: string, values: ArrayLike<number>): void {
  const wrong = Array.prototype.find.call(values, (value: number) => !Number.isNaN(value) && value !== (value | 0)) as
    number | undefined;
  if (wrong !== undefined) throw new RangeError(`column '${name}' must hold whole numbers of 32 bits, got ${wrong}`);
}

/** The column is made nullable only then: a missing number is NaN in memory, null in the file. */
function hasMissing({ type, values }: ResultColumn): boolean {
  const isWhole = ArrayBuffer.isView(values) && !(values instanceof Float64Array || values instanceof Float32Array);
  if (isWhole || type === 'string' || type === 'boolean') return false;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/**
 * What the writer's own `appendRow` would collect, column by column: taking a row apart costs 20 µs,
 * and a table of 55,000 points would take a second.
 */
function rowGroup(entries: readonly (readonly [string, ResultColumn])[], rows: number): RowBuffer {
  const columnData = Object.fromEntries(entries.map(([name, column]) => [name, columnBuffer(column, rows)]));
  return {
    rowCount: rows,
    pageRowCount: rows,
    columnData,
    pages: Object.fromEntries(entries.map(([name]) => [name, []])),
  };
}

function columnBuffer(column: ResultColumn, rows: number): RowBuffer['columnData'][string] {
  const { type, values: given } = column;
  const of = (values: ArrayLike<unknown>, dlevels: ArrayLike<number>): RowBuffer['columnData'][string] =>
    ({ values, dlevels, rlevels: new Uint8Array(rows), distinct_values: new Set(), count: rows }) as never;
  if (hasMissing(column)) {
    const numbers = Array.from(given as ArrayLike<number>);
    return of(
      numbers.filter((value) => !Number.isNaN(value)),
      numbers.map((value) => (Number.isNaN(value) ? 0 : 1)),
    );
  }
  const values = type === 'string' ? Array.from(given, (text) => Buffer.from(text, 'utf8')) : given;
  return of(values, new Uint8Array(rows));
}

type Field = Reader['schema']['fields'][string];
type Chunk = Reader['metadata']['row_groups'][0]['columns'][0]['meta_data'];

/** As the format numbers them: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const PAGE_V2 = 3;
const PLAIN = 0;
/** Most rows of a table: far above what a stage reports on, far below what memory holds. */
const MOST_ROWS = 1 << 23;

/**
 * The table in a Parquet file of int32, double, UTF-8 and boolean columns, as {@link encodeParquet} writes them.
 * @param most values that the table may have
 * @throws RangeError naming the column of another type, or whose pages are not as the file's own end says; Error if the bytes are not Parquet
 */
export async function decodeParquet(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): Promise<ResultTable> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = await ParquetReader.openBuffer(file);
  const { fields } = reader.schema;
  const columns = Object.entries(fields).map(([name, { primitiveType, originalType }]) => ({
    name,
    type: typeOf(name, originalType ?? primitiveType),
    values: [] as unknown[],
  }));
  const rows = reader.metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!(rows * columns.length <= most))
    throw new RangeError(`a table must have at most ${most} values, got ${rows} x ${columns.length}`);
  for (const group of reader.metadata.row_groups)
    for (const { meta_data: chunk } of group.columns)
      checkPages(chunk, fields[chunk.path_in_schema.join('.')], Number(group.num_rows), file);
  const cursor = reader.getCursor();
  for (let row = await cursor.next(); row !== null; row = await cursor.next()) {
    for (const { name, type, values } of columns) {
      if ((type === 'string' || type === 'boolean') && row[name] === undefined)
        throw new RangeError(`column '${name}' must have no missing ${type}`);
      values.push(row[name] ?? NaN);
    }
  }
  await reader.close();
  return Object.fromEntries(columns.map(({ name, type, values }) => [name, { type, values } as ResultColumn]));
}

/** The reader believes what the header of a page counts, and the lengths of runs of levels, and makes as many values. */
function checkPages(chunk: Chunk, field: Field | undefined, rows: number, file: Buffer): void {
  const where = `column '${chunk.path_in_schema.join('.')}'`;
  if (!field || field.rLevelMax > 0 || field.dLevelMax > 1)
    throw new RangeError(`${where} must be a column of the schema with a value a row`);
  if (!(rows >= 0 && rows <= MOST_ROWS))
    throw new RangeError(`a table must have at most ${MOST_ROWS} rows, got ${rows}`);
  if (chunk.dictionary_page_offset) throw new RangeError(`${where} must be plain, got a dictionary`);
  const [start, length] = [Number(chunk.data_page_offset), Number(chunk.total_compressed_size)];
  if (!(start >= 0 && length >= 0 && start + length <= file.length))
    throw new RangeError(`${where} must lie within the file's ${file.length} bytes, got ${length} bytes from ${start}`);
  let values = 0;
  for (let at = start; at < start + length;) {
    const { header, size, count } = pageIn(file.subarray(at, start + length), where);
    at += header;
    values += count;
    if (!(values <= rows && count >= 0))
      throw new RangeError(`the pages of ${where} must hold the table's ${rows} values, got ${values}`);
    if (field.dLevelMax > 0) checkRuns(file.subarray(at, at + size), count, where);
    at += size;
  }
}

/** Bytes of the header of the page that begins here and of what follows it, and the values in it. @throws RangeError unless it is plain and of version 2 */
function pageIn(bytes: Buffer, where: string): { header: number; size: number; count: number } {
  const decoded = new thrift.PageHeader();
  const header = decodeThrift(decoded, bytes);
  const { type, compressed_page_size: size, data_page_header_v2: page } = decoded;
  const isPlain = type === PAGE_V2 && page?.encoding === PLAIN;
  if (!isPlain || !page || !(page.num_nulls >= 0 && page.num_nulls <= page.num_values) || !(size >= 0))
    throw new RangeError(`the pages of ${where} must be plain ones of version 2`);
  return { header, size, count: page.num_values };
}

/** Levels of one bit: runs of eight each, or of one level. */
function checkRuns(levels: Uint8Array, count: number, where: string): void {
  let found = 0;
  for (let at = 0; found < count; at++) {
    let run = 0;
    let bits = 0;
    for (; (levels[at] ?? 0) >= 128; at++, bits += 7) run += (levels[at] - 128) * 2 ** bits;
    run += (levels[at] ?? NaN) * 2 ** bits;
    found += run % 2 === 1 ? (run - 1) * 4 : run / 2;
    at += run % 2 === 1 ? (run - 1) / 2 : 1;
    if (!(run > 1 && found < count + 8)) throw new RangeError(`the levels of ${where} must be ${count}, got ${found}`);
  }
}

function typeOf(name: string, type: string): ResultColumn['type'] {
  const found = Object.entries(parquetTypes).find(([, written]) => written === type);
  if (!found) throw new RangeError(`column '${name}' must be ${Object.values(parquetTypes).join(', ')}, got ${type}`);
  return found[0] as ResultColumn['type'];
}
