import { LayerwiseError } from '@layerwise/contracts';

/** What the first bytes of a picture say. */
export interface PictureHeader {
  readonly format: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Format and size of a picture, read from its header alone.
 *
 * @throws LayerwiseError DATA_INVALID if it is neither PNG nor JPEG, or its header is damaged
 */
export function readHeader(bytes: Uint8Array, name: string): PictureHeader {
  const size = PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)
    ? pngSize(bytes)
    : bytes[0] === 0xff && bytes[1] === 0xd8
      ? jpegSize(bytes)
      : null;
  if (size === null)
    throw new LayerwiseError(
      'DATA_INVALID',
      `picture ${name} must be a PNG or JPEG file, got ${bytes.length === 0 ? 'an empty file' : `one that begins with ${hex(bytes)}`}`,
      { remedy: 'Convert it to PNG or JPEG first.' },
    );
  if (!size || size.width === 0 || size.height === 0)
    throw new LayerwiseError(
      'DATA_INVALID',
      `picture ${name} must say its size in its header, but the header is damaged or cut short`,
      { remedy: 'Save or copy the file again.' },
    );
  return size;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** IHDR is always the first chunk (PNG specification, 11.2.2). */
function pngSize(bytes: Uint8Array): PictureHeader | undefined {
  if (bytes.length < 24) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** Walks the segments to the first start-of-frame marker (ITU-T T.81, annex B). */
function jpegSize(bytes: Uint8Array): PictureHeader | undefined {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (frame) return { format: 'jpeg', height: word(bytes, at + 5), width: word(bytes, at + 7) };
    at += 2 + word(bytes, at + 2);
  }
  return undefined;
}

function word(bytes: Uint8Array, at: number): number {
  return 256 * bytes[at] + bytes[at + 1];
}
