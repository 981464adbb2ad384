import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { LayerwiseError } from '@layerwise/contracts';
import { mostInflated } from './inflate.js';
import { invalid } from '../samples/invalid.js';

/** A member of a zip file. */
export interface Member {
  readonly name: string;
  /** Bytes of its content, as the central directory says. */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  readonly crc: number;
  readonly flags: number;
  readonly offset: number;
}

const [STORED, DEFLATED] = [0, 8];
const UNKNOWN = 0xffffffff;
/** Most bytes of the list of members: room for thousands of them. */
const LONGEST_DIRECTORY = 1 << 20;

/** A zip file (APPNOTE.TXT 6.3.10), members stored or deflated, read through its central directory; nothing is unpacked until asked for. */
export class Zip {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly length: number,
    readonly members: readonly Member[],
  ) {}

  /** @throws LayerwiseError DATA_MISSING, DATA_INVALID */
  static async open(path: string): Promise<Zip> {
    const handle = await open(path, 'r').catch((error: Error) => {
      throw new LayerwiseError('DATA_MISSING', `the data file cannot be read: ${error.message}`, {
        where: path,
        cause: error,
      });
    });
    try {
      const { size } = await handle.stat();
      return new Zip(path, handle, size, await readDirectory(handle, size, path));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /**
   * The content of a member, piece by piece; size and CRC-32 are compared at the end.
   * @throws LayerwiseError DATA_INVALID
   */
  async *content(member: Member): AsyncGenerator<Uint8Array> {
    const where = `${this.path}:${member.name}`;
    const start = await this.dataStart(member);
    if (start + member.packed > this.length)
      throw invalid(where, `the member must end within the file, but is cut short`, 'copy the file again');
    if (member.flags & 1) throw invalid(where, 'the member must not be encrypted', 'save it without a password');
    if (member.method === STORED ? member.packed !== member.size : member.method !== DEFLATED)
      throw invalid(
        where,
        member.method === STORED
          ? `a stored member must be as long as it says, ${member.size}, got ${member.packed}`
          : `the member must be stored or deflated, got method ${member.method}`,
        'save it with numpy.savez or numpy.savez_compressed',
      );
    if (member.size > mostInflated(member.packed) + 64)
      throw invalid(
        where,
        `the member declares ${member.size} bytes, more than its ${member.packed} packed bytes can hold`,
        'copy the file again',
      );
    let [done, crc] = [0, 0];
    for await (const piece of member.method === STORED
      ? this.raw(start, member.packed)
      : this.inflated(start, member, where)) {
      done += piece.length;
      if (done > member.size) break;
      crc = crc32(piece, crc);
      yield piece;
    }
    if (done !== member.size)
      throw invalid(
        where,
        `the member must have ${member.size} bytes, but has ${done > member.size ? 'more' : done}`,
        'copy the file again',
      );
    if (crc !== member.crc)
      throw invalid(
        where,
        'the member must match its checksum (CRC-32), but does not: some of its bytes are changed',
        'copy the file again',
      );
  }

  private async *inflated(start: number, member: Member, where: string): AsyncGenerator<Uint8Array> {
    const packed = Readable.from(this.raw(start, member.packed));
    const inflate = createInflateRaw({ chunkSize: 1 << 18 });
    packed.on('error', (error) => inflate.destroy(error));
    try {
      yield* packed.pipe(inflate) as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw invalid(
        where,
        `the member must be sound, but unpacking it stopped with: ${(error as Error).message}`,
        'copy the file again',
        error,
      );
    } finally {
      packed.destroy();
      inflate.destroy();
    }
  }

  private async *raw(start: number, length: number): AsyncGenerator<Uint8Array> {
    for (let done = 0; done < length;) {
      const piece = new Uint8Array(Math.min(1 << 18, length - done));
      const { bytesRead } = await this.handle.read(piece, 0, piece.length, start + done);
      if (bytesRead === 0) return;
      done += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }

  /** Where a member's data begins: after its own header, whose name and extra field may differ from the directory's. */
  private async dataStart({ offset, name }: Member): Promise<number> {
    const header = await readAt(this.handle, offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50)
      throw invalid(
        `${this.path}:${name}`,
        'the member must begin with its header, but does not',
        'copy the file again',
      );
    return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

async function readDirectory(handle: FileHandle, size: number, path: string): Promise<Member[]> {
  const tail = await readAt(handle, Math.max(0, size - 65_557), Math.min(size, 65_557));
  const end = tail.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (end < 0 || end + 22 > tail.length)
    throw invalid(
      path,
      'the NumPy archive must be a zip file, but has no directory at its end',
      'it is cut short or not an .npz file: save or copy it again',
    );
  const [length, offset] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (offset === UNKNOWN || length === UNKNOWN)
    throw invalid(path, 'the NumPy archive must be smaller than 4 GB', 'save fewer arrays in it');
  if (length > LONGEST_DIRECTORY || offset + length > size)
    throw invalid(
      path,
      `the NumPy archive's list of members must lie within the file, but is said to be ${length} bytes from ${offset}`,
      'copy the file again',
    );
  const directory = await readAt(handle, offset, length);
  const members: Member[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50;) {
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    members.push({
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
      name: directory.subarray(at + 46, nameEnd).toString('utf8'),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  const declared = tail.readUInt16LE(end + 10);
  if (members.length !== declared)
    throw invalid(
      path,
      `the NumPy archive must list the ${declared} members that it says it has, got ${members.length}`,
      'copy the file again',
    );
  return members;
}
