import type { Dtype } from '@layerwise/contracts';
import {
  FixedSizeList,
  Message,
  MessageHeader,
  RecordBatchReader,
  type AsyncRecordBatchFileReader,
  type DataType,
  type Field,
} from '@layerwise/contracts/arrow';
import type { FileHandle } from 'node:fs/promises';
import { dtypeOfArrow } from './arrow.js';

/** Where in an Arrow file the numbers of a column lie, row after row. */
export interface ColumnPlace {
  readonly dtype: Dtype;
  readonly width: number;
  /** Bytes from the start of the file. */
  readonly at: number;
}

/** The columns of an Arrow file that holds them each in one piece. */
export interface ColumnPlaces {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnPlace>;
}

/** What is read of a record batch's header. */
interface BatchHeader {
  readonly length: number;
  readonly nodes: readonly { readonly nullCount: number }[];
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  readonly compression?: unknown;
}

/** Bytes before the first message: ARROW1 and padding. */
const MAGIC = 8;
/** Bytes before the metadata of a message: a continuation mark and their length. */
const PREFIX = 8;
/** Bytes of metadata that columns need at most. */
const MOST_METADATA = 1 << 24;

/**
 * Finds the columns of an Arrow IPC file of one record batch (format/File.fbs, Message.fbs) without reading their numbers.
 * @returns undefined where the file is not a single batch of plain columns without nulls: it can only be read as a whole
 */
export async function findColumns(handle: FileHandle): Promise<ColumnPlaces | undefined> {
  // Reads the footer, which has the schema and says how many batches there are.
  const reader = (await RecordBatchReader.from(handle)) as AsyncRecordBatchFileReader;
  const { schema, numRecordBatches } = await reader.open();
  const first = await messageAt(handle, MAGIC);
  // Some writers repeat the schema before the batch.
  const found = first?.message.headerType === MessageHeader.Schema ? await messageAt(handle, first.end) : first;
  if (numRecordBatches !== 1 || found?.message.headerType !== MessageHeader.RecordBatch) return undefined;
  const batch = found.message.header() as unknown as BatchHeader;
  if (batch.compression || batch.nodes.some(({ nullCount }) => nullCount > 0)) return undefined;
  const columns = new Map<string, ColumnPlace>();
  let buffer = 0;
  for (const field of schema.fields) {
    const { width, item, buffers } = shapeOf(field);
    const values = batch.buffers[buffer + buffers - 1];
    const numbers = dtypeOfArrow(item);
    if (!numbers || !values || values.length < batch.length * width * numbers.bytes) return undefined;
    columns.set(field.name, { dtype: numbers.dtype, width, at: found.end + values.offset });
    buffer += buffers;
  }
  return { rows: batch.length, columns };
}

/** A plain column has two buffers, of validity and of values; a list of fixed size has one of validity more. */
function shapeOf({ type }: Field): { width: number; item: DataType; buffers: number } {
  return type instanceof FixedSizeList
    ? { width: type.listSize, item: type.valueType as DataType, buffers: 3 }
    : { width: 1, item: type as DataType, buffers: 2 };
}

/** The message that begins at a place, and where its body does. */
async function messageAt(handle: FileHandle, at: number): Promise<{ message: Message; end: number } | undefined> {
  const prefix = await bytesAt(handle, at, PREFIX);
  if (prefix.length < PREFIX || prefix.readInt32LE(0) !== -1) return undefined;
  const length = prefix.readInt32LE(4);
  const bytes = length > 0 && length < MOST_METADATA ? await bytesAt(handle, at + PREFIX, length) : undefined;
  return bytes?.length === length ? { message: Message.decode(bytes), end: at + PREFIX + length } : undefined;
}

async function bytesAt(handle: FileHandle, at: number, count: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(count);
  const { bytesRead } = await handle.read(buffer, 0, count, at);
  return buffer.subarray(0, bytesRead);
}
