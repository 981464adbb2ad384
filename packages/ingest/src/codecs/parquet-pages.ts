import type { FileHandle } from 'node:fs/promises';
import type { Compressors, FileMetaData, SchemaTree } from 'hyparquet';
import type { parquetHeader } from 'hyparquet/src/column.js';
import { unpackHybrid } from './parquet-levels.js';
import { invalid } from '../samples/invalid.js';

/** The one column of values below a field of the schema. */
export interface Leaf {
  /** From the field down. */
  readonly path: readonly string[];
  /** The root of the schema, and what leads down to the values. */
  readonly schema: readonly SchemaTree[];
  readonly kind: 'number' | 'text' | 'bytes';
  readonly list: boolean;
}

/** The values of a page, none of them missing, and for lists where rows begin: repetition 0. */
export interface Page {
  readonly values: ArrayLike<unknown>;
  readonly repetition: Uint8Array | Uint32Array | undefined;
}

/** Most values of a page, and most bytes: writers make pages of a megabyte. */
const MOST_VALUES = 1 << 23;
const MOST_PAGE = 1 << 28;
/** Room for the header of a page, with its statistics. */
const HEADER = 1 << 16;

/** @throws LayerwiseError DATA_INVALID for a field that is neither a value, a list, nor an image */
export function leafOf(root: SchemaTree, field: SchemaTree, where: string): Leaf {
  const schema = [root, field];
  for (let node = field; node.children.length > 0; schema.push(node)) {
    const image = node.children.find(({ element }) => element.name === 'bytes');
    if (node.children.length > 1 && !image)
      throw invalid(
        where,
        `column '${field.element.name}' of the Parquet table must be a number, a list of numbers or an image, got ` +
          `a group of ${node.children.map(({ element }) => element.name).join(', ')}`,
        'write the table with plain columns',
      );
    node = image ?? node.children[0];
  }
  const { type, converted_type: converted, logical_type: logical } = (schema.at(-1) as SchemaTree).element;
  const text = converted === 'UTF8' || converted === 'ENUM' || logical?.type === 'STRING';
  const kind =
    type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY' || type === 'INT96' || converted === 'DECIMAL'
      ? text
        ? 'text'
        : 'bytes'
      : 'number';
  return {
    path: schema.slice(1).map(({ element }) => element.name),
    schema,
    kind,
    list: schema.some(({ element }) => element.repetition_type === 'REPEATED'),
  };
}

/**
 * The values of a column, page by page, through hyparquet's page decoder: its readers of whole columns build an array
 * for each list, 10 times the memory.
 * @throws LayerwiseError DATA_INVALID for a missing value, or a page that cannot be; Error from the decoder for a damaged one
 */
export async function* pagesOf(
  handle: FileHandle,
  metadata: FileMetaData,
  leaf: Leaf,
  where: string,
): AsyncGenerator<Page> {
  const { compressors } = await import('hyparquet-compressors');
  const name = leaf.path.join('.');
  let firstRow = 0;
  for (const [i, group] of metadata.row_groups.entries()) {
    const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === name)?.meta_data;
    if (!chunk)
      throw invalid(
        where,
        `row group ${i} of the Parquet table must have column '${name}', but does not`,
        'write or copy the file again',
      );
    yield* chunkPages(handle, chunk, leaf, compressors, where, firstRow);
    firstRow += Number(group.num_rows);
  }
}

type Chunk = NonNullable<FileMetaData['row_groups'][0]['columns'][0]['meta_data']>;

async function* chunkPages(
  handle: FileHandle,
  chunk: Chunk,
  leaf: Leaf,
  compressors: Compressors,
  where: string,
  firstRow: number,
): AsyncGenerator<Page> {
  const { parquetHeader } = await import('hyparquet/src/column.js');
  const { start, end } = await boundsOf(handle, chunk, leaf, where);
  const decode = await pageDecoder(chunk, leaf, compressors, where, firstRow);
  let left = Number(chunk.num_values);
  for (let at = start; at < end && left > 0;) {
    const bytes = await readAt(handle, at, Math.min(HEADER, end - at));
    const reader = { view: new DataView(bytes.buffer, 0, bytes.length), offset: 0 };
    const header = parquetHeader(reader);
    const { compressed_page_size: length } = header;
    const values = valuesIn(header);
    refuseLargePage(header, values, end - at, leaf, where);
    const page = decode(header, await readAt(handle, at + reader.offset, length));
    at += reader.offset + length;
    if (!page) continue;
    left -= values;
    yield page;
  }
}

/** Where the pages of a column are in the file. @throws LayerwiseError DATA_INVALID if that is not in it */
async function boundsOf(
  handle: FileHandle,
  chunk: Chunk,
  leaf: Leaf,
  where: string,
): Promise<{ start: number; end: number }> {
  const starts = [chunk.data_page_offset, chunk.dictionary_page_offset]
    .filter((offset) => offset !== undefined && offset > 0n)
    .map(Number);
  const start = Math.min(...starts);
  const end = start + Number(chunk.total_compressed_size);
  const { size } = await handle.stat();
  // Types in the file's metadata are the file's own: an integer may come as a fraction, or as true.
  if (![...starts, end].every(isCount) || end > size)
    throw invalid(
      where,
      `column '${leaf.path[0]}' must end within the file's ${size} bytes, but claims to end at ${end}`,
      'it is cut short: write or copy it again',
    );
  return { start, end };
}

function valuesIn(header: Header): number {
  const { data_page_header: one, data_page_header_v2: two, dictionary_page_header: words } = header;
  return (one ?? two ?? words)?.num_values ?? 0;
}

function refuseLargePage(header: Header, values: number, left: number, leaf: Leaf, where: string): void {
  const { compressed_page_size: length, uncompressed_page_size: unpacked } = header;
  const isSound = [length, unpacked, values].every(isCount) && length <= left;
  if (!isSound || unpacked > MOST_PAGE || values > MOST_VALUES)
    throw invalid(
      where,
      `a page of column '${leaf.path[0]}' must have at most ${MOST_VALUES} values and ${MOST_PAGE} bytes, ` +
        `but declares ${values} and ${unpacked}`,
      'write the table with smaller pages, or again',
    );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

type Header = ReturnType<typeof parquetHeader>;

/** Decodes one page after another: the values of a data page, undefined for a dictionary, which is kept. */
async function pageDecoder(
  chunk: Chunk,
  leaf: Leaf,
  compressors: Compressors,
  where: string,
  firstRow: number,
): Promise<(header: Header, bytes: Uint8Array) => Page | undefined> {
  const { decompressPage } = await import('hyparquet/src/datapage.js');
  const { readPlain } = await import('hyparquet/src/plain.js');
  const { getMaxDefinitionLevel, getMaxRepetitionLevel } = await import('hyparquet/src/schema.js');
  const decodeValues = await valueDecoder(chunk, leaf);
  const unpack = (bytes: Uint8Array, size: number): Uint8Array => decompressPage(bytes, size, chunk.codec, compressors);
  const [deepest, full] = [getMaxRepetitionLevel([...leaf.schema]), getMaxDefinitionLevel([...leaf.schema])];
  let dictionary: ArrayLike<unknown> | undefined;
  let rows = firstRow;
  const levelsOf = (page: Uint8Array, { two, count }: DataPage): Levels => {
    let at = 0;
    const level = (most: number, length: number | undefined): Uint8Array | Uint32Array | undefined => {
      if (most === 0) return undefined;
      const start = length === undefined ? at + 4 : at;
      const end = start + (length ?? new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true));
      at = end;
      return unpackHybrid(page.subarray(0, end), start, 32 - Math.clz32(most), count);
    };
    const repetition = level(deepest, two?.repetition_levels_byte_length);
    const definition = level(full, two?.definition_levels_byte_length);
    return { repetition, missing: definition?.findIndex((value) => value < full) ?? -1, end: at };
  };
  const decodeData = (page: DataPage, bytes: Uint8Array, size: number): Page => {
    const { one, two, count } = page;
    const whole = two ? bytes : unpack(bytes, size);
    const { repetition, missing, end } = levelsOf(whole, page);
    if (missing >= 0)
      throw invalid(
        `${where}, row ${rows + rowsIn(repetition, missing + 1) - 1}`,
        `column '${leaf.path[0]}' must have no missing values and no empty lists`,
        'fill or leave out such rows',
      );
    rows += rowsIn(repetition, count);
    const data = two ? valuesOf(two, bytes, size) : whole.subarray(end);
    return { values: decodeValues((one ?? two)!.encoding, data, count, dictionary), repetition };
  };
  const valuesOf = (two: NonNullable<DataPage['two']>, bytes: Uint8Array, size: number): Uint8Array => {
    const levels = two.repetition_levels_byte_length + two.definition_levels_byte_length;
    const data = bytes.subarray(levels);
    return two.is_compressed === false ? data : unpack(data, size - levels);
  };
  return (header, bytes) => {
    const { data_page_header: one, data_page_header_v2: two, dictionary_page_header: words } = header;
    const { uncompressed_page_size: size } = header;
    if (words) {
      const width = leaf.schema.at(-1)?.element.type_length;
      dictionary = readPlain(readerOf(unpack(bytes, size)), chunk.type, words.num_values, width);
      return undefined;
    }
    return one || two ? decodeData({ one, two, count: (one ?? two)!.num_values }, bytes, size) : undefined;
  };
}

/** A data page's header, of the first version or the second. */
interface DataPage {
  readonly one: Header['data_page_header'];
  readonly two: Header['data_page_header_v2'];
  readonly count: number;
}

/** Where rows begin among the values, the first value that is missing or -1, and where the values themselves begin. */
interface Levels {
  readonly repetition: Page['repetition'];
  readonly missing: number;
  readonly end: number;
}

/** How many rows begin among the first `end` values. */
function rowsIn(repetition: Page['repetition'], end: number): number {
  if (!repetition) return end;
  let rows = 0;
  for (let i = 0; i < end; i++) if (repetition[i] === 0) rows++;
  return rows;
}

function readerOf(bytes: Uint8Array): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

type ValueDecoder = (
  encoding: string,
  data: Uint8Array,
  count: number,
  dictionary: ArrayLike<unknown> | undefined,
) => ArrayLike<unknown>;

/** Decodes the values of a data page, all of which are there. */
async function valueDecoder({ type }: Chunk, leaf: Leaf): Promise<ValueDecoder> {
  const { readPlain } = await import('hyparquet/src/plain.js');
  const { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } = await import('hyparquet/src/delta.js');
  const { byteStreamSplit } = await import('hyparquet/src/encoding.js');
  const length = leaf.schema.at(-1)?.element.type_length;
  return (encoding, data, count, dictionary) => {
    const values = new Array<never>(encoding.endsWith('BYTE_ARRAY') ? count : 0);
    switch (encoding) {
      case 'PLAIN':
        return readPlain(readerOf(data), type, count, length);
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        return lookedUp(unpackHybrid(data, 1, data[0] ?? 0, count), dictionary);
      case 'RLE':
        return unpackHybrid(data, 4, 1, count);
      case 'DELTA_BINARY_PACKED': {
        const numbers = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
        deltaBinaryUnpack(readerOf(data), count, numbers);
        return numbers;
      }
      case 'DELTA_LENGTH_BYTE_ARRAY':
        deltaLengthByteArray(readerOf(data), count, values);
        return values;
      case 'DELTA_BYTE_ARRAY':
        deltaByteArray(readerOf(data), count, values);
        return values;
      case 'BYTE_STREAM_SPLIT':
        return byteStreamSplit(readerOf(data), count, type, length);
      default:
        throw new RangeError(`the encoding ${encoding} is not supported`);
    }
  };
}

function lookedUp(indices: ArrayLike<unknown>, dictionary: ArrayLike<unknown> | undefined): ArrayLike<unknown> {
  if (!dictionary) throw new RangeError('a page must come after its dictionary');
  const numeric = ArrayBuffer.isView(dictionary) || typeof dictionary[0] === 'number';
  const values = numeric ? new Float64Array(indices.length) : new Array<unknown>(indices.length);
  const entries = numeric ? Array.from(dictionary as ArrayLike<number | bigint>, Number) : dictionary;
  for (let i = 0; i < values.length; i++) values[i] = (entries as ArrayLike<number>)[indices[i] as number];
  return values;
}
