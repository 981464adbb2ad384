/** PNG and JPEG files as predict reads them. */
import { crc32 as nodeCrc, deflateSync } from 'node:zlib';
import { decodePicture, encodePng } from '@layerwise/images';
import { createRequire } from 'node:module';
import { cut, flipped, overwritten, words } from './bytes.mjs';

const jpegJs = createRequire(import.meta.resolve('@layerwise/images'))('jpeg-js');
const noise = Uint8Array.from({ length: 4 * 40 * 30 }, (_, i) => (i % 4 === 3 ? 255 : (i * 97) % 251));
export const png = Buffer.from(encodePng({ width: 40, height: 30, data: noise }));
export const jpeg = Buffer.from(jpegJs.encode({ width: 40, height: 30, data: noise }, 90).data);

const table = Array.from(
  { length: 256 },
  (_, n) => Array.from({ length: 8 }).reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n) >>> 0,
);
export const crcOf = (bytes) =>
  nodeCrc
    ? nodeCrc(bytes)
    : (bytes.reduce((c, byte) => table[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([words(data.length), body, words(crcOf(body))]);
};
/** A PNG of grey bytes (colour type 0, depth 8) with this compressed data. */
const greyPng = (width, height, data, { depth = 8, colour = 0, interlace = 0, before = [] } = {}) =>
  Buffer.concat([
    png.subarray(0, 8),
    chunk('IHDR', Buffer.concat([words(width, height), Buffer.from([depth, colour, 0, 0, interlace])])),
    ...before,
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);

/** A PNG whose checksums fit, as far as its chunks can be made out. */
export function mendPng(given) {
  const bytes = Buffer.from(given);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    bytes.writeUInt32BE(crcOf(bytes.subarray(at + 4, at + 8 + length)), at + 8 + length);
    at += 12 + length;
  }
  return bytes;
}

const rows = (width, height) => Buffer.alloc((width + 1) * height);

const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
const jpegOf = (width, height) => overwritten(jpeg, frame + 5, height >> 8, height & 255, width >> 8, width & 255);
const scan = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xda);

/** Made when it is asked for: packing hundreds of megabytes takes a while. */
const bad = () => ({
  'an empty file': Buffer.alloc(0),
  'a text': Buffer.from('not a picture'),
  'a GIF': Buffer.from('GIF89a\x01\0\x01\0'),
  'an SVG': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  'a WebP by the name of PNG': Buffer.from('RIFF\0\0\0\0WEBPVP8 '),
  'PNG: its signature alone': png.subarray(0, 8),
  'PNG: its header alone': png.subarray(0, 33),
  'PNG: the first half': cut(png, 0.5),
  'PNG: no end': png.subarray(0, -12),
  'PNG: a flipped bit in its data': flipped(png, 60, 2),
  'PNG: a wrong checksum': flipped(png, 30),
  'PNG: a chunk of 4 GB declared': overwritten(png, 33, 255, 255, 255, 255),
  'PNG: a width of 0': greyPng(0, 10, deflateSync(rows(0, 10))),
  'PNG: 60 megapixels declared': greyPng(10_000, 6_000, deflateSync(Buffer.alloc(10))),
  'PNG: 2^62 pixels declared': greyPng(0x7fffffff, 0x7fffffff, deflateSync(Buffer.alloc(10))),
  'PNG: 49 megapixels declared, ten bytes there': greyPng(7000, 7000, deflateSync(Buffer.alloc(10))),
  'PNG: a row too few': greyPng(20, 20, deflateSync(rows(20, 19))),
  'PNG: no data': greyPng(20, 20, Buffer.alloc(0)),
  'PNG: data cut off within': greyPng(20, 20, deflateSync(Buffer.from(noise)).subarray(0, 50)),
  'PNG: a decompression bomb of 300 MB': greyPng(20, 20, deflateSync(Buffer.alloc(300 << 20), { level: 9 })),
  'PNG: a bomb in its colour profile': greyPng(20, 20, deflateSync(rows(20, 20)).subarray(0, 4), {
    before: [chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(300 << 20), { level: 9 })]))],
  }),
  'PNG: a filter that is none': greyPng(20, 20, deflateSync(rows(20, 20).fill(9))),
  'PNG: a depth of 3': greyPng(20, 20, deflateSync(rows(20, 20)), { depth: 3 }),
  'PNG: a colour type of 5': greyPng(20, 20, deflateSync(rows(20, 20)), { colour: 5 }),
  'PNG: an interlacing of 2': greyPng(20, 20, deflateSync(rows(20, 20)), { interlace: 2 }),
  'PNG: a palette that is not there': greyPng(20, 20, deflateSync(rows(20, 20)), { colour: 3 }),
  'PNG: a colour past the palette': greyPng(
    20,
    20,
    deflateSync(Buffer.alloc(21 * 20).map((_, i) => (i % 21 ? 7 : 0))),
    { colour: 3, before: [chunk('PLTE', Buffer.from([1, 2, 3]))] },
  ),
  'JPEG: its marker alone': jpeg.subarray(0, 2),
  'JPEG: tables and no frame': jpeg.subarray(0, frame),
  'JPEG: no scan': jpeg.subarray(0, scan),
  'JPEG: the first half': cut(jpeg, 0.5),
  'JPEG: half of its data': jpeg.subarray(0, (scan + jpeg.length) >> 1),
  'JPEG: a segment of length 0': overwritten(jpeg, 4, 0, 0),
  'JPEG: a height of 0': jpegOf(40, 0),
  'JPEG: 4 gigapixels declared': jpegOf(65535, 65535),
  'JPEG: 49 megapixels declared, a kilobyte there': jpegOf(7000, 7000),
  'JPEG: arithmetic coding': overwritten(jpeg, frame + 1, 0xc9),
  'JPEG: a component of no samples': overwritten(jpeg, frame + 11, 0x00),
  'JPEG: 200 components': overwritten(jpeg, frame + 9, 200),
  'JPEG: no quantisation table': overwritten(jpeg, frame + 12, 7),
  'JPEG: no Huffman table': overwritten(jpeg, scan + 6, 0x33),
});

export function cases() {
  return Object.entries(bad()).map(([name, bytes]) => ({
    name,
    code: 'DATA_INVALID',
    says: /^picture bad/,
    run: async () => void decodePicture(bytes, 'bad'),
  }));
}
