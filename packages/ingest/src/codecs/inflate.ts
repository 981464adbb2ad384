import { promisify } from 'node:util';
import { gunzip, type InputType, type Zlib, type ZlibOptions } from 'node:zlib';
import { LayerwiseError } from '@layerwise/contracts';

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: Zlib;
}

/** `gunzip` with `info: true`, which the type declarations of Node leave out. */
const gunzipInfo = promisify(gunzip) as unknown as (
  data: InputType,
  options: ZlibOptions & { info: true },
) => Promise<Inflated>;

/** No deflate stream unpacks to more than this many times its size (zlib's technical notes: 1032:1). */
const MAX_RATIO = 1032;

const TRAILING = 'must end after its data, but more bytes follow';

/** Whether the bytes start as a gzip file does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The most bytes that a gzip file of this size can hold. */
export function mostInflated(compressed: number): number {
  return compressed * MAX_RATIO;
}

/**
 * The first `wanted` bytes of a gzip file, or fewer if it is shorter; nothing beyond about `wanted` is unpacked.
 * A stream that breaks off is no error here: {@link inflate} reports it.
 */
export async function inflateStart(bytes: Uint8Array, wanted: number): Promise<Uint8Array> {
  const { createGunzip, constants } = await import('node:zlib');
  const stream = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 1024 });
  const parts: Uint8Array[] = [];
  let length = 0;
  // 64 KB of input hold the start of any file; a header field may be as long as 64 KB, hence twice that.
  stream.end(bytes.subarray(0, 131_072));
  try {
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      parts.push(part);
      length += part.length;
      if (length >= wanted) break;
    }
  } catch {
    // what came before the defect is enough to judge the header by
  }
  stream.destroy();
  return Buffer.concat(parts).subarray(0, wanted);
}

/**
 * Unpacks a whole gzip file of at most `limit` bytes, checksum verified.
 *
 * @param where the file, for messages
 * @param limit most bytes to unpack; a longer stream is an error, found without unpacking more
 * @returns the bytes
 * @throws LayerwiseError DATA_INVALID: not gzip, damaged, cut short, too long, or followed by other bytes
 */
export async function inflate(bytes: Uint8Array, where: string, limit: number): Promise<Uint8Array> {
  const invalid = (rule: string, remedy = 'fetch or copy the file again'): LayerwiseError =>
    new LayerwiseError('DATA_INVALID', `the gzip file ${rule}`, { where, remedy });
  let result: Inflated;
  try {
    result = await gunzipInfo(bytes, { maxOutputLength: Math.max(1, limit), info: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw invalid(
        `must unpack to ${limit} bytes, but holds more`,
        'it is not the file it says it is, or something was added at its end',
      );
    if (code === 'Z_BUF_ERROR') throw invalid(`must be complete, but ends early, after ${bytes.length} bytes`);
    if (message.includes('data check') || message.includes('length check'))
      throw invalid('must match its own checksum (CRC-32 and length), but does not: some of its bytes are changed');
    // The first two bytes are known to be right, so this is about a second stream after the first.
    if (message.includes('incorrect header check')) throw invalid(TRAILING);
    throw invalid(`must be readable, but is damaged (${message})`);
  }
  if (result.engine.bytesWritten < bytes.length) throw invalid(TRAILING);
  const { buffer, byteOffset, length } = result.buffer;
  return new Uint8Array(buffer, byteOffset, length);
}
