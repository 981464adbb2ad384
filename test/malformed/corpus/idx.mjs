/** The four MNIST files, one of them wrong, read by the stage ingest. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/ingest';
import { cut, flipped, overwritten, words } from './bytes.mjs';

const magic = (type, dimensions) => Buffer.from([0, 0, type, dimensions]);
const images = (rows, height = 28, width = 28) =>
  Buffer.concat([magic(8, 3), words(rows, height, width), Buffer.alloc(rows * height * width, 9)]);
const labels = (rows, label = 3) => Buffer.concat([magic(8, 1), words(rows), Buffer.alloc(rows, label)]);
const names = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];
const sound = [images(12), labels(12), images(6), labels(6)];
const bomb = gzipSync(Buffer.alloc(200 << 20), { level: 9 });
const zipped = gzipSync(sound[0]);

/** What is said of which file. @type {[name: string, index: number, bytes: Buffer, says: RegExp][]} */
const bad = [
  ['an empty file', 0, Buffer.alloc(0), /must start with a 4-byte magic number, but has 0 bytes/],
  ['one byte', 1, Buffer.from([0]), /but has 1 bytes/],
  ['a wrong magic', 0, overwritten(sound[0], 0, 0x50, 0x4b), /must start with two zero bytes, got 0x50 0x4b/],
  ['little-endian magic', 0, overwritten(sound[0], 0, 3, 8, 0, 0), /must start with two zero bytes/],
  ['a text', 0, Buffer.from('label,1x1,1x2\n5,0,0\n'), /must start with two zero bytes/],
  ['an HTML page in its place', 3, Buffer.from('<!DOCTYPE html><title>404</title>'), /must start with two zero bytes/],
  ['signed bytes', 0, overwritten(sound[0], 2, 9), /type 0x09 \(signed byte\)/],
  ['doubles', 0, overwritten(sound[0], 2, 0x0e), /type 0x0e \(float64\)/],
  ['a type that is none', 0, overwritten(sound[0], 2, 0xff), /type 0xff/],
  ['no dimensions', 0, overwritten(sound[0], 3, 0), /must have 3 dimensions, got 0/],
  ['255 dimensions', 0, overwritten(sound[0], 3, 255), /must have 3 dimensions, got 255/],
  ['images and labels exchanged', 0, sound[1], /must have 3 dimensions, got 1/],
  ['images for labels', 1, sound[0], /must have 1 dimension, got 3/],
  ['a header cut short', 0, sound[0].subarray(0, 10), /must have a header of 16 bytes/],
  ['a row too few', 0, sound[0].subarray(0, -784), /is cut short at/],
  ['a byte too few', 2, sound[2].subarray(0, -1), /is cut short at/],
  ['a byte too many', 2, Buffer.concat([sound[2], Buffer.of(0)]), /but 1 more follow/],
  ['more rows declared than there are', 0, overwritten(sound[0], 7, 13), /is cut short at/],
  ['fewer rows declared than there are', 0, overwritten(sound[0], 7, 11), /784 more follow/],
  ['a height of 0', 0, overwritten(sound[0], 11, 0), /no dimension of size 0/],
  [
    '4 billion rows declared',
    0,
    overwritten(sound[0], 4, 255, 255, 255, 255),
    /must hold at most \d+ bytes of data, but declares 4294967295/,
  ],
  ['sizes whose product is past 2^64', 0, overwritten(sound[0], 4, ...Array(12).fill(255)), /must hold at most/],
  ['images of 20 x 20', 0, images(12, 20, 20), /must be 28 x 28, got 20 x 20/],
  ['fewer labels than images', 1, labels(11), /must have one label per image, got 11 labels for the 12 images/],
  ['a label past the last class', 1, labels(12, 10), /must have labels of 0 to 9, got 10 in row 0/],
  ['gzip cut short', 0, cut(zipped, 0.6), /gzip file/],
  ['gzip of its header alone', 0, zipped.subarray(0, 10), /gzip file/],
  ['gzip with a flipped bit', 0, flipped(zipped, zipped.length >> 1, 3), /file/],
  ['gzip with a wrong checksum', 0, flipped(zipped, -6), /must match its own checksum/],
  ['gzip with a wrong length', 0, flipped(zipped, -2), /must match its own checksum/],
  ['gzip followed by other bytes', 0, Buffer.concat([zipped, Buffer.from('extra')]), /more bytes follow/],
  ['gzip of another method', 0, overwritten(zipped, 2, 7), /gzip file/],
  ['gzip with reserved flags', 0, overwritten(zipped, 3, 0xe0), /gzip file/],
  ['gzip within gzip', 0, gzipSync(zipped), /must start with two zero bytes, got 0x1f 0x8b/],
  ['a gzip bomb of 200 MB of zeros', 0, bomb, /must hold unsigned bytes/],
  [
    'a gzip bomb behind a sound header',
    0,
    gzipSync(Buffer.concat([sound[0].subarray(0, 16), Buffer.alloc(120 << 20)]), { level: 9 }),
    /must unpack to \d+ bytes, but holds more/,
  ],
  [
    'a large size declared in few gzipped bytes',
    0,
    gzipSync(overwritten(sound[0].subarray(0, 20), 4, 0, 0, 255, 0)),
    /more than its \d+ compressed bytes can hold/,
  ],
];

export function cases() {
  return [
    ...bad.map(([name, index, bytes, says]) => ({
      name,
      code: 'DATA_INVALID',
      says,
      run: (folder) => ingest(folder, index, (path) => writeFileSync(path, bytes)),
    })),
    {
      name: 'a folder in the place of a file',
      code: 'DATA_MISSING',
      says: /cannot be read/,
      run: (folder) => ingest(folder, 0, (path) => mkdirSync(path)),
    },
    {
      name: 'a link to itself',
      code: 'DATA_MISSING',
      says: /./,
      run: (folder) => ingest(folder, 0, (path) => symlinkSync(path, path)),
    },
    {
      name: 'a device without end',
      code: 'DATA_INVALID',
      says: /magic number, but has 0 bytes/,
      run: (folder) => ingest(folder, 0, (path) => symlinkSync('/dev/zero', path)),
    },
  ];
}

/** Writes the files, that of `index` in another way, and reads them. */
async function ingest(folder, index, write) {
  mkdirSync(join(folder, 'mnist'));
  names.forEach((name, i) =>
    i === index ? write(join(folder, 'mnist', name)) : writeFileSync(join(folder, 'mnist', name), sound[i]),
  );
  const mirrors = ['http://127.0.0.1:9/mnist'];
  await runInMemory(stage, { params: { use: 'mnist', mirrors }, places: { data: [folder], download: folder } });
}
