import {
  arrayTypes,
  dtypeOf,
  type Column,
  type ColumnData,
  type Dtype,
  type MatrixShape,
  type MatrixTable,
} from '@layerwise/contracts';
import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  Schema,
  Struct,
  Table,
  Uint16,
  Uint32,
  Uint8,
  makeData,
  type Data,
  type DataType,
  type RecordBatchFileReader,
  type Vector,
} from '@layerwise/contracts/arrow';

/** The dtype of an Arrow type, and its bytes; undefined of types that columns do not have. */
export function dtypeOfArrow(type: DataType): { readonly dtype: Dtype; readonly bytes: number } | undefined {
  const array = types.find(([, make]) => String(make()) === String(type))?.[0];
  return array && { dtype: dtypeOf(new array(0)), bytes: new array(0).BYTES_PER_ELEMENT };
}

/** The Arrow type of each typed array. */
const types: readonly [new (length: number) => ColumnData, () => DataType][] = [
  [Uint8Array, () => new Uint8()],
  [Uint16Array, () => new Uint16()],
  [Uint32Array, () => new Uint32()],
  [Int32Array, () => new Int32()],
  [Float32Array, () => new Float32()],
  [Float64Array, () => new Float64()],
];

/**
 * A table as an Arrow IPC file (Feather 2) of one record batch, in pieces that share memory with the table.
 * Equal tables give equal bytes.
 * @throws RangeError if a column's length is not rows x width
 */
export function encodeArrow({ rows, columns }: MatrixTable): AsyncIterable<Uint8Array> {
  const entries = Object.entries(columns);
  for (const [name, { data, width }] of entries) {
    if (data.length !== rows * width)
      throw new RangeError(`column '${name}' must have ${rows} x ${width} values, got ${data.length}`);
  }
  const children = entries.map(([, column]) => dataOf(column, rows));
  const fields = entries.map(([name], index) => new Field(name, children[index].type, false));
  const struct = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children });
  const writer = new RecordBatchFileWriter();
  writer.write(new RecordBatch(new Schema(fields), struct));
  writer.finish();
  return writer;
}

/** An Arrow file before its numbers are known. */
export interface ArrowPlan {
  /** What stands between the columns, with its place in bytes from the start of the file. */
  readonly frame: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** Where each column begins; those without values are left out. */
  readonly columns: ReadonlyMap<string, number>;
}

/** Where {@link encodeArrow} puts what of a table of this shape. */
export async function planArrow({ rows, columns }: MatrixShape): Promise<ArrowPlan> {
  // Never written to, so that the system gives no memory for them.
  const empty = Object.entries(columns).map(
    ([name, { dtype, width }]) => [name, { data: new arrayTypes[dtype](rows * width), width }] as const,
  );
  const names = new Map(empty.map(([name, { data }]) => [data.buffer, name]));
  const frame: { at: number; bytes: Uint8Array }[] = [];
  const places = new Map<string, number>();
  let at = 0;
  for await (const bytes of encodeArrow({ rows, columns: Object.fromEntries(empty) })) {
    const column = names.get(bytes.buffer);
    if (column === undefined) frame.push({ at, bytes });
    else places.set(column, at);
    at += bytes.length;
  }
  return { frame, columns: places };
}

function dataOf({ data, width }: Column, rows: number): Data {
  const entry = types.find(([array]) => data instanceof array);
  if (!entry) throw new RangeError(`no Arrow type for ${data.constructor.name}`);
  const type = entry[1]();
  const values = makeData({ type, length: data.length, nullCount: 0, data } as never) as Data;
  if (width === 1) return values;
  return makeData({
    type: new FixedSizeList(width, new Field('item', type, false)),
    length: rows,
    nullCount: 0,
    child: values,
  }) as Data;
}

/** The decoder takes anything else for a stream, of which it then finds no batch. */
function isArrowFile(bytes: Uint8Array): boolean {
  const isMagic = (at: number): boolean => Buffer.from(bytes.subarray(at, at + 6)).toString('latin1') === 'ARROW1';
  return bytes.length >= 12 && isMagic(0) && isMagic(bytes.length - 6);
}

/**
 * The table in an Arrow IPC file of numeric columns; shares memory with `bytes` where it is one batch.
 * @throws RangeError naming the column that has nulls or is not numeric; Error if the bytes are not Arrow
 */
export function decodeArrow(bytes: Uint8Array): MatrixTable {
  if (!isArrowFile(bytes)) throw new RangeError('an Arrow file must begin and end with ARROW1');
  const table = readBatches(bytes);
  const columns: Record<string, Column> = {};
  table.schema.fields.forEach((field, index) => {
    const column = columnOf(field.name, table.getChildAt(index) as Vector, bytes.length);
    if (column.data.length !== table.numRows * column.width)
      throw new RangeError(
        `column '${field.name}' must have ${table.numRows} x ${column.width} values, got ${column.data.length}`,
      );
    columns[field.name] = column;
  });
  return { rows: table.numRows, columns };
}

/** Bytes that the footer has of each batch: offset, length of its metadata, length of its body (format/File.fbs). */
const blockBytes = 24;

/** One batch after the other by the footer: the library's iterator never ends where a batch is not what the footer says. */
function readBatches(bytes: Uint8Array): Table {
  const reader = RecordBatchReader.from(bytes).open() as RecordBatchFileReader;
  const count = reader.numRecordBatches;
  if (!(count >= 0 && count * blockBytes <= bytes.length))
    throw new RangeError(`a file of ${bytes.length} bytes cannot have ${count} batches`);
  const batches = Array.from({ length: count }, (_, i) => {
    const batch = reader.readRecordBatch(i);
    if (!batch) throw new RangeError(`batch ${i + 1} of ${count} must be where the footer says`);
    return batch;
  });
  return new Table(reader.schema, batches);
}

function columnOf(name: string, vector: Vector, mostBytes: number): Column {
  const listed = vector.type instanceof FixedSizeList;
  const width = listed ? vector.type.listSize : 1;
  const type = String(listed ? vector.type.valueType : vector.type);
  const array = types.find(([, make]) => String(make()) === type)?.[0];
  if (!array) throw new RangeError(`column '${name}' must hold numbers of 8 to 64 bits, got ${String(vector.type)}`);
  const parts = vector.data.map((data) => {
    const numbers = listed ? data.children[0] : data;
    const nulls = data.nullCount + (listed ? numbers.nullCount : 0);
    if (nulls > 0) throw new RangeError(`column '${name}' must have no nulls, got ${nulls}`);
    const start = listed ? data.offset * width : 0;
    const end = start + data.length * width;
    if (numbers.values.length < end)
      throw new RangeError(`column '${name}' must have ${end} values, got ${numbers.values.length}`);
    return numbers.values.subarray(start, end) as ColumnData;
  });
  const [first] = parts;
  // Batches may lie on one another, and would make a column of any size.
  const total = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (total > mostBytes) throw new RangeError(`column '${name}' must lie within ${mostBytes} bytes, got ${total}`);
  return { data: first && parts.length === 1 ? first : concatenate(parts, array), width };
}

function concatenate(parts: readonly ColumnData[], array: new (length: number) => ColumnData): ColumnData {
  const joined = new array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
