import { inflateSync } from 'node:zlib';

/** Chunks that a picture needs; profiles, texts and times are left out unread. */
const NEEDED = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
/** Samples per pixel by colour type (PNG specification, table 11.1). */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column and row, and distances, of each pass of Adam7 (section 8.2). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * The chunks of a PNG file that make the picture, its data unpacked once to see that it is as long as the header says:
 * a decoder that trusts it would unpack gigabytes from a file of megabytes, or fill what is missing with black.
 *
 * @throws Error saying what is wrong
 */
export function essentialPng(bytes: Uint8Array): Uint8Array {
  const chunks = chunksOf(bytes);
  const [header] = chunks;
  if (header?.type !== 'IHDR' || header.data.length !== 13)
    throw new Error('its first chunk is not a header of 13 bytes');
  const expected = unpackedLength(header.data);
  if (header.data[9] === 3 && !chunks.some(({ type }) => type === 'PLTE')) throw new Error('it has no palette');
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const actual = unpack(packed, expected);
  if (actual !== expected) throw new Error(`its data must unpack to ${expected} bytes, got ${actual}`);
  return Buffer.concat([
    bytes.subarray(0, 8),
    ...chunks.filter(({ type }) => NEEDED.includes(type)).map(({ whole }) => whole),
  ]);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; chunks.at(-1)?.type !== 'IEND';) {
    if (at + 12 > bytes.length) throw new Error('it ends before its last chunk');
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) throw new Error(`its chunk ${JSON.stringify(type)} ends after the file`);
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

/** Bytes of the unpacked data: for each row of each pass a filter type and its pixels, packed. */
function unpackedLength(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, , , interlace] = header.subarray(8) as unknown as [number, number, number, number, number];
  const channels = CHANNELS[colour];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth))
    throw new Error(`there are no pixels of colour type ${colour} and ${depth} bits`);
  if (interlace > 1) throw new Error(`its interlace method must be 0 or 1, got ${interlace}`);
  const bytesOf = (columns: number, rows: number): number =>
    columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * channels * depth) / 8)) : 0;
  if (interlace === 0) return bytesOf(width, height);
  return PASSES.reduce(
    (sum, [x, y, dx, dy]) => sum + bytesOf(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  );
}

/** How many bytes come out, at most one more than expected. */
function unpack(packed: Uint8Array, expected: number): number {
  try {
    return inflateSync(packed, { maxOutputLength: expected }).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Error(`its data must unpack to ${expected} bytes, got more`, { cause: error });
    throw error;
  }
}
