/** A file or folder in a tar. */
export interface TarMember {
  /** Without a slash at its end. */
  readonly name: string;
  /** Bytes; of a folder 0. */
  readonly size: number;
  readonly isFolder: boolean;
  /** The content, to be read before the next member is asked for; what was not read is passed over. */
  readonly content: AsyncIterable<Buffer>;
}

/** What is wrong with a tar, as the end of a sentence: `is cut short`. */
export class TarFault extends Error {}

const block = 512;
const longestName = 4096;
/** Zeros that may follow the end: tar fills up to 20 blocks. */
const mostZeros = 20 * block;

/**
 * Reads the tar that Nx and GNU tar write: files, folders and long names, nothing else. It is stricter than tar readers are:
 * whatever two readers might take for different things (links, devices, pax headers, a checksum that is wrong, anything but zeros behind the end)
 * is refused. Memory does not grow with the content.
 * @throws TarFault
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarMember> {
  const bytes = new ByteSource(source);
  let longName: string | undefined;
  for (;;) {
    const header = await bytes.take(block);
    if (header.every((byte) => byte === 0)) break;
    const { name, size, type } = readHeader(header);
    const padded = Math.ceil(size / block) * block;
    if (type === 'L') {
      if (size > longestName) throw new TarFault(`holds a file name of ${size} bytes`);
      longName = textOf(await bytes.take(padded), 0, size);
      continue;
    }
    const known = longName ?? name;
    if (type !== '0' && type !== '\0' && type !== '5')
      throw new TarFault(`holds something that is neither file nor folder: ${known}`);
    if (type === '5' && size > 0) throw new TarFault(`holds a folder with content: ${known}`);
    longName = undefined;
    const end = bytes.taken + padded;
    yield { name: known.replace(/\/$/, ''), size, isFolder: type === '5', content: bytes.pieces(size) };
    await bytes.skip(end - bytes.taken);
  }
  await bytes.expectZeros(mostZeros);
}

function readHeader(header: Buffer): { name: string; size: number; type: string } {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  const name = textOf(header, 0, 100);
  const size = numberIn(header, 124, 136);
  if (numberIn(header, 148, 156) !== sum) throw new TarFault('holds a header with a wrong checksum');
  if (name === '') throw new TarFault('holds a file without a name');
  if (header.toString('latin1', 257, 263) === 'ustar\0' && header[345] !== 0)
    throw new TarFault(`holds a name in two parts: ${textOf(header, 345, 500)}/${name}`);
  return { name, size, type: String.fromCharCode(header[156]) };
}

function numberIn(header: Buffer, from: number, to: number): number {
  const digits = textOf(header, from, to).trim();
  if (!/^[0-7]{1,12}$/.test(digits)) throw new TarFault('holds a header that cannot be read');
  return parseInt(digits, 8);
}

function textOf(bytes: Buffer, from: number, to: number): string {
  const end = bytes.indexOf(0, from);
  return bytes.toString('utf8', from, end < 0 || end > to ? to : end);
}

/** Bytes as they come, taken in portions of any size. */
class ByteSource {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);
  taken = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  async *pieces(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0;) {
      const piece = await this.next(left);
      if (piece === undefined) throw new TarFault('is cut short');
      left -= piece.length;
      yield piece;
    }
  }

  async take(size: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(size)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async skip(size: number): Promise<void> {
    for await (const piece of this.pieces(size)) void piece;
  }

  /** Reads to the end, where only zeros may stand. */
  async expectZeros(most: number): Promise<void> {
    let count = 0;
    for (let piece = await this.next(most); piece; piece = await this.next(most)) {
      count += piece.length;
      if (count > most || piece.some((byte) => byte !== 0)) throw new TarFault('continues after its end');
    }
  }

  private async next(most: number): Promise<Buffer | undefined> {
    while (this.rest.length === 0) {
      const { done, value } = await this.source.next();
      if (done) return undefined;
      this.rest = value;
    }
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(piece.length);
    this.taken += piece.length;
    return piece;
  }
}

/** The header of a file or folder, in GNU's form; a name beyond 100 bytes stands in a member of its own before it. @param date of the file, in s */
export function tarHeader(name: string, size: number, type: '0' | '5', date: number): Buffer {
  const bytes = Buffer.from(name);
  if (bytes.length <= 100) return headerBlock(bytes, size, type, date);
  const long = Buffer.from(`${name}\0`);
  return Buffer.concat([
    headerBlock(Buffer.from('././@LongLink'), long.length, 'L', 0),
    long,
    tarPadding(long.length),
    headerBlock(bytes.subarray(0, 100), size, type, date),
  ]);
}

/** The zeros that fill up the last block of a content. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc(Math.ceil(size / block) * block - size);
}

/** What stands at the end of a tar. */
export const tarEnd: Buffer = Buffer.alloc(2 * block);

function headerBlock(name: Buffer, size: number, type: string, date: number): Buffer {
  const header = Buffer.alloc(block);
  header.set(name);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(octal(type === '5' ? 0o755 : 0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(date, 11), 136);
  header.fill(' ', 148, 156);
  header.write(type, 156);
  header.write('ustar  \0', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return header;
}
