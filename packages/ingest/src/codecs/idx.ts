import { open } from 'node:fs/promises';
import { LayerwiseError } from '@layerwise/contracts';
import { inflate, inflateStart, isGzip, mostInflated } from './inflate.js';

/** Unsigned bytes in IDX's type code; the only type that images and labels of this kind come in. */
const UNSIGNED_BYTE = 0x08;
const TYPES: Readonly<Record<number, string>> = {
  0x08: 'unsigned byte',
  0x09: 'signed byte',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
};

/** An IDX file of unsigned bytes (LeCun, Cortes, Burges: "THE IDX FILE FORMAT"): big-endian sizes, then row-major data. */
export interface Idx {
  /** One to three sizes; the first is the number of rows. */
  readonly sizes: readonly number[];
  /** uint8[product of the sizes]. */
  readonly data: Uint8Array;
  /** Bytes of the unpacked file, header included; `data` is a view of it. */
  readonly file: Uint8Array;
}

/** What an IDX file must be. */
export interface IdxRule {
  /** Number of dimensions: 1 for labels, 3 for images. */
  readonly dimensions: number;
  /** Most bytes of data to accept. */
  readonly limit: number;
}

function invalid(where: string, rule: string, remedy = 'fetch or copy the file again'): LayerwiseError {
  return new LayerwiseError('DATA_INVALID', `the IDX file ${rule}`, { where, remedy });
}

/**
 * Reads one IDX file, plain or gzipped (told by its first bytes, not by its name). Memory is bounded by `rule.limit`
 * and by the size of the file, whatever its header says.
 *
 * @throws LayerwiseError DATA_MISSING if it cannot be opened; DATA_INVALID for a wrong magic, type, number of dimensions,
 *   size, truncation, trailing bytes, or damaged gzip; the message names the file
 */
export async function readIdx(path: string, rule: IdxRule): Promise<Idx> {
  const raw = await readBounded(path, headerLength(rule) + rule.limit);
  if (!isGzip(raw)) return parseIdx(raw, path, rule);
  let header = await inflateStart(raw, headerLength(rule));
  // Too short, or damaged at once: unpacking it whole says which.
  if (header.length < headerLength(rule)) header = await inflate(raw, path, headerLength(rule) + rule.limit);
  const expected = headerLength(rule) + product(parseHeader(header, path, rule));
  if (expected > mostInflated(raw.length))
    throw invalid(path, `declares ${expected} bytes, more than its ${raw.length} compressed bytes can hold`);
  return parseIdx(await inflate(raw, path, expected), path, rule);
}

/** Checks and splits the bytes of an unpacked IDX file. @throws LayerwiseError DATA_INVALID naming `where` */
export function parseIdx(file: Uint8Array, where: string, rule: IdxRule): Idx {
  const sizes = parseHeader(file, where, rule);
  const start = headerLength(rule);
  const expected = product(sizes);
  const actual = file.length - start;
  if (actual < expected)
    throw invalid(where, `must have ${expected} bytes of data (${sizes.join(' x ')}), but is cut short at ${actual}`);
  if (actual > expected)
    throw invalid(
      where,
      `must end after ${expected} bytes of data (${sizes.join(' x ')}), but ${actual - expected} more follow`,
    );
  return { sizes, data: file.subarray(start), file };
}

function headerLength(rule: IdxRule): number {
  return 4 + 4 * rule.dimensions;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

function parseHeader(bytes: Uint8Array, where: string, rule: IdxRule): number[] {
  if (bytes.length < 4) throw invalid(where, `must start with a 4-byte magic number, but has ${bytes.length} bytes`);
  const [zero0, zero1, type, dimensions] = bytes as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0)
    throw invalid(
      where,
      `must start with two zero bytes, got ${hex(zero0)} ${hex(zero1)}`,
      'it is not an IDX file: check which file this is',
    );
  if (type !== UNSIGNED_BYTE)
    throw invalid(
      where,
      `must hold unsigned bytes (type 0x08), got type ${hex(type)}${TYPES[type] ? ` (${TYPES[type]})` : ''}`,
      'convert the values to 0 … 255',
    );
  if (dimensions !== rule.dimensions)
    throw invalid(
      where,
      `must have ${rule.dimensions} dimension${rule.dimensions > 1 ? 's' : ''}, got ${dimensions}`,
      'images have 3 dimensions, labels have 1: are the two exchanged?',
    );
  if (bytes.length < headerLength(rule))
    throw invalid(where, `must have a header of ${headerLength(rule)} bytes, but is cut short at ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  if (sizes.slice(1).some((size) => size === 0))
    throw invalid(where, `must have no dimension of size 0, got ${sizes.join(' x ')}`);
  if (product(sizes) > rule.limit)
    throw invalid(
      where,
      `must hold at most ${rule.limit} bytes of data, but declares ${sizes.join(' x ')}`,
      'its header is damaged, or it is not the expected data set',
    );
  return sizes;
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

/** The whole file, but never more than one byte above `most`. A valid gzip file is never longer than what it holds plus a little. */
async function readBounded(path: string, most: number): Promise<Uint8Array> {
  let handle;
  try {
    handle = await open(path, 'r');
    const { size } = await handle.stat();
    const length = Math.min(size, most + 65_536);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await handle.read(bytes, done, length - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (size > length && isGzip(bytes)) throw invalid(path, `must be at most ${length} bytes, got ${size}`);
    return bytes.subarray(0, done);
  } catch (error) {
    if (error instanceof LayerwiseError) throw error;
    throw new LayerwiseError('DATA_MISSING', `the data file cannot be read: ${(error as Error).message}`, {
      where: path,
      cause: error,
    });
  } finally {
    await handle?.close();
  }
}

/**
 * Checks that images and labels belong together.
 * @param images sizes [N, height, width]
 * @param labels sizes [N]
 * @param classes K: labels must be 0 … K-1
 * @returns labels as uint16[N]
 * @throws LayerwiseError DATA_INVALID naming the labels file, and the first bad row
 */
export function pairLabels(
  images: Idx,
  imagesFile: string,
  labels: Idx,
  labelsFile: string,
  classes: number,
): Uint16Array {
  const [rows] = images.sizes as [number];
  const [count] = labels.sizes as [number];
  if (rows !== count)
    throw invalid(
      labelsFile,
      `must have one label per image, got ${count} labels for the ${rows} images of ${imagesFile}`,
    );
  const bad = labels.data.findIndex((label) => label >= classes);
  if (bad >= 0)
    throw invalid(labelsFile, `must have labels of 0 to ${classes - 1}, got ${labels.data[bad]} in row ${bad}`);
  return Uint16Array.from(labels.data);
}
