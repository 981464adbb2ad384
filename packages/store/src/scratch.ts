import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const piece = 1 << 16;

/** Bytes aside on disk, so that what is large takes no memory. The file has no name any more, so nothing is left of a process that was killed. */
export class Scratch {
  private size = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @param folder absolute path; it is made where it is not there */
  static async open(folder: string): Promise<Scratch> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, `.scratch-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await rm(path);
    return new Scratch(file);
  }

  get bytes(): number {
    return this.size;
  }

  /** Adds to the end; one call after another. */
  async write(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.size);
      at += bytesWritten;
      this.size += bytesWritten;
    }
  }

  /** The bytes from `from` to before `to`, in pieces. */
  async *read(from = 0, to = this.size): AsyncGenerator<Buffer> {
    for (let at = from; at < to;) {
      const buffer = Buffer.allocUnsafe(Math.min(piece, to - at));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error('the file ended early');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** The bytes from `from` to before `to`, at once. */
  async slice(from: number, to: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const bytes of this.read(from, to)) pieces.push(bytes);
    return Buffer.concat(pieces);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
