/**
 * Unpacks an LZ4 frame (LZ4 Frame Format 1.6.1): blocks of up to 4 MB, linked or not; checksums are skipped, dictionaries
 * refused. Runs twice over the sequences: once to measure, so that room is made for what is really there.
 * @throws RangeError for a damaged frame, or one that unpacks to more than `most` bytes
 */
export function unpackLz4Frame(frame: Uint8Array, most: number): Uint8Array {
  const blocks = blocksOf(frame);
  const length = blocks.reduce(
    (at, block) =>
      block.stored ? at + block.to - block.from : unpackBlock(frame, block.from, block.to, undefined, at),
    0,
  );
  if (length > most) throw new RangeError(`an LZ4 frame must unpack to at most ${most} bytes, got ${length}`);
  const out = new Uint8Array(length);
  let at = 0;
  for (const { from, to, stored } of blocks) {
    if (!stored) at = unpackBlock(frame, from, to, out, at);
    else {
      out.set(frame.subarray(from, to), at);
      at += to - from;
    }
  }
  return out;
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly stored: boolean;
}

function blocksOf(frame: Uint8Array): Block[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== 0x184d2204)
    throw new RangeError('an LZ4 frame must begin with its magic number');
  const flags = frame[4];
  if (flags & 1) throw new RangeError('an LZ4 frame with a dictionary cannot be unpacked');
  const [checksums, sized] = [flags & 16 ? 4 : 0, flags & 8 ? 8 : 0];
  const blocks: Block[] = [];
  for (let at = 7 + sized; at + 4 <= frame.length;) {
    const word = view.getUint32(at, true);
    if (word === 0) return blocks;
    const [from, length] = [at + 4, word & 0x7fffffff];
    if (from + length > frame.length) break;
    blocks.push({ from, to: from + length, stored: word > 0x7fffffff });
    at = from + length + checksums;
  }
  throw new RangeError('an LZ4 frame must end with its end mark, but is cut short');
}

/** Unpacks a block to `out` at `at`, or without `out` measures it only; where it ends. */
function unpackBlock(bytes: Uint8Array, from: number, to: number, out: Uint8Array | undefined, at: number): number {
  let place = from;
  const longer = (length: number): number => {
    for (let byte = 255; byte === 255 && place < to; length += byte) byte = bytes[place++];
    return length;
  };
  while (place < to) {
    const token = bytes[place++];
    const literals = token >> 4 === 15 ? longer(15) : token >> 4;
    if (place + literals > to) throw new RangeError('an LZ4 block must hold its literals, but is cut short');
    out?.set(bytes.subarray(place, place + literals), at);
    at += literals;
    place += literals;
    if (place >= to) break;
    const distance = bytes[place] + 256 * bytes[place + 1];
    place += 2;
    const length = 4 + ((token & 15) === 15 ? longer(15) : token & 15);
    if (!(distance > 0 && distance <= at))
      throw new RangeError('an LZ4 match must lie in what is unpacked, and does not');
    if (out) for (let i = 0; i < length; i++) out[at + i] = out[at + i - distance];
    at += length;
  }
  return at;
}
