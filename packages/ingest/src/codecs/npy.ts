import { halfOf } from './half.js';
import { invalid } from '../samples/invalid.js';
import { MOST_BYTES } from '../samples/size.js';

/** Reads one element of an array's bytes. */
type ReadElement = (view: DataView, at: number) => number;

/** What the header of an .npy file says. */
export interface Npy {
  /** Length of the header in bytes: where the data begin. */
  readonly start: number;
  readonly shape: readonly number[];
  /** Bytes of an element. */
  readonly width: number;
  /** Reads a number; undefined for texts. */
  readonly read: ReadElement | undefined;
  /** Whether the elements are unsigned bytes. */
  readonly bytes: boolean;
  /** Reads a text (NumPy's `<U`, `|S`); undefined for numbers. */
  readonly readText: ((view: DataView, at: number) => string) | undefined;
}

const LONGEST_HEADER = 65_536;
/** Longest text of an array of texts, in bytes. */
const LONGEST_TEXT = 4096;

/**
 * The header of an .npy file (NEP 1; versions 1, 2 and 3).
 * @param bytes the beginning of the file
 * @returns undefined if more bytes are needed
 * @throws LayerwiseError DATA_INVALID
 */
export function parseNpy(bytes: Uint8Array, where: string): Npy | undefined {
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY')
    throw invalid(where, 'the array must begin as .npy files do, but does not', 'save it with numpy.savez');
  const version = bytes[6];
  if (version < 1 || version > 3)
    throw invalid(where, `the array must be of .npy version 1, 2 or 3, got ${version}`, 'save it with numpy.savez');
  const [from, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > LONGEST_HEADER)
    throw invalid(
      where,
      `the array's header must be at most ${LONGEST_HEADER} bytes, got ${length}`,
      'save it with numpy.savez',
    );
  if (bytes.length < from + length) return undefined;
  const text = Buffer.from(bytes.subarray(from, from + length)).toString(version === 3 ? 'utf8' : 'latin1');
  return { start: from + length, shape: shapeOf(text, where), ...typeOf(text, where) };
}

function shapeOf(text: string, where: string): readonly number[] {
  if (/'fortran_order'\s*:\s*True/.test(text))
    throw invalid(where, 'the array must be in C order, got Fortran order', 'save numpy.ascontiguousarray(array)');
  const found = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  const shape = found
    ?.split(',')
    .map((size) => size.trim().replace('L', ''))
    .filter((size) => size !== '')
    .map(Number);
  if (!shape || !/'fortran_order'\s*:\s*False/.test(text))
    throw invalid(
      where,
      `the array's header must have descr, fortran_order and shape, got ${JSON.stringify(text.slice(0, 80))}`,
      'save it with numpy.savez',
    );
  if (shape.reduce((a, b) => a * b, 1) > MOST_BYTES)
    throw invalid(
      where,
      `the array must have at most ${MOST_BYTES} values, but declares ${shape.join(' x ')}`,
      'its header is damaged, or the images must be fewer or smaller',
    );
  return shape;
}

const readers: Readonly<Record<string, (little: boolean) => ReadElement>> = {
  b1: () => (view, at) => view.getUint8(at),
  u1: () => (view, at) => view.getUint8(at),
  i1: () => (view, at) => view.getInt8(at),
  u2: (little) => (view, at) => view.getUint16(at, little),
  i2: (little) => (view, at) => view.getInt16(at, little),
  u4: (little) => (view, at) => view.getUint32(at, little),
  i4: (little) => (view, at) => view.getInt32(at, little),
  u8: (little) => (view, at) => Number(view.getBigUint64(at, little)),
  i8: (little) => (view, at) => Number(view.getBigInt64(at, little)),
  f2: (little) => (view, at) => halfOf(view.getUint16(at, little)),
  f4: (little) => (view, at) => view.getFloat32(at, little),
  f8: (little) => (view, at) => view.getFloat64(at, little),
};

function typeOf(text: string, where: string): Omit<Npy, 'start' | 'shape'> {
  const descr = /'descr'\s*:\s*'([<>=|]?)([a-zA-Z])(\d*)'/.exec(text);
  const [, order = '', kind = '', digits = ''] = descr ?? [];
  const little = order !== '>';
  const code = `${kind}${digits}`;
  if (Object.hasOwn(readers, code))
    return { width: Number(digits), read: readers[code]?.(little), bytes: code === 'u1', readText: undefined };
  const width = Number(digits) * (kind === 'U' ? 4 : 1);
  if ((kind === 'U' || kind === 'S') && width > 0 && width <= LONGEST_TEXT)
    return {
      width,
      read: undefined,
      bytes: false,
      readText: kind === 'U' ? (view, at) => utf32(view, at, width, little) : (view, at) => ascii(view, at, width),
    };
  throw wrongType(text, descr ? `'${order}${code}'` : undefined, kind, where);
}

function wrongType(text: string, named: string | undefined, kind: string, where: string): Error {
  const described = named ?? /'descr'\s*:\s*(.{1,60})/.exec(text)?.[1] ?? 'none';
  return invalid(
    where,
    `the array must hold numbers, or texts for labels, got type ${described}`,
    kind === 'O'
      ? 'arrays of Python objects are never read: save array.astype("uint8"), or labels.astype(str)'
      : 'convert it first, such as by array.astype("uint8")',
  );
}

function utf32(view: DataView, at: number, width: number, little: boolean): string {
  let text = '';
  for (let i = 0; i < width; i += 4) {
    const point = view.getUint32(at + i, little);
    if (point === 0) break;
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return text;
}

function ascii(view: DataView, at: number, width: number): string {
  return Buffer.from(view.buffer, view.byteOffset + at, width)
    .toString('utf8')
    .replace(/\0.*$/s, '');
}
