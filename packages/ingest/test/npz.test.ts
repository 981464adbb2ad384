import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './files.js';
import { goldens, load, write } from './custom-data.js';

const pixels = Array.from({ length: 12 }, (_, i) => Array.from({ length: 16 }, (_, p) => (i * 37 + p * 11) % 256));
const labels = pixels.map((_, i) => i % 3);

/** An .npy file of version 1. */
function npy(descr: string, shape: readonly number[], data: Uint8Array, order = 'False'): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')},), }\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text}`, 'latin1');
  head.writeUInt16LE(text.length, 8);
  return Buffer.concat([head, data]);
}

interface Fields {
  readonly size?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly flags?: number;
}

/** A zip of deflated members; `change` may write untrue fields into the directory. */
function zip(members: Readonly<Record<string, Uint8Array>>, change: (name: string) => Fields = () => ({})): Uint8Array {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const packed = deflateRawSync(content);
    const { size = content.length, method = 8, crc = crc32(content), flags = 0 } = change(name);
    const fields = Buffer.alloc(26);
    [20, flags, method, 0, 0].forEach((word, i) => fields.writeUInt16LE(word, 2 * i));
    [crc, packed.length, size].forEach((word, i) => fields.writeUInt32LE(word, 10 + 4 * i));
    fields.writeUInt16LE(name.length, 22);
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, end, Buffer.from(name)]));
    bodies.push(body);
    offset += body.length;
  }
  const list = Buffer.concat(directory);
  const tail = Buffer.alloc(22);
  tail.write('PK\x05\x06');
  tail.writeUInt16LE(directory.length, 8);
  tail.writeUInt16LE(directory.length, 10);
  tail.writeUInt32LE(list.length, 12);
  tail.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, list, tail]);
}

const y = npy('|u1', [4], Uint8Array.of(0, 1, 0, 1));
const x = npy(
  '|u1',
  [4, 2, 2],
  Uint8Array.from({ length: 16 }, (_, i) => i),
);

function read(content: Uint8Array): ReturnType<typeof load> {
  return load(write(temporaryFolder(), { 'a.npz': content }), { from: 'a.npz' });
}

describe('a NumPy archive', () => {
  it.each(['keras.npz', 'keras_deflated.npz', 'channel.npz', 'flat_unit.npz'])(
    'written by NumPy is read with its test rows: %s',
    async (from) => {
      const { info, train, test, warnings } = await load(goldens, { from });
      expect(train).toEqual({ labels, pixels });
      expect(test).toEqual({ labels: labels.slice(0, 6), pixels: pixels.slice(0, 6) });
      expect(info).toMatchObject({ name: from, width: 4, height: 4, classes: ['0', '1', '2'] });
      expect(warnings).toEqual([]);
    },
  );

  it.each([
    ['half.npz', ['circle', 'square', 'été']],
    ['version2.npz', ['0', '1', '2']],
    ['version3.npz', ['0', '1', '2']],
  ])('without test rows has some split off: %s', async (from, classes) => {
    const { info, train, test, warnings } = await load(goldens, { from });
    expect(info).toMatchObject({ classes, testSplitOff: 3 });
    expect(test.labels.slice().sort()).toEqual([0, 1, 2]);
    const byPixel = (a: readonly number[], b: readonly number[]): number => a[0]! - b[0]!;
    expect([...train.pixels, ...test.pixels].sort(byPixel)).toEqual(pixels.slice().sort(byPixel));
    expect(warnings).toMatchObject([{ code: 'TEST_SPLIT_OFF', message: expect.stringContaining('3 of its 12 rows') }]);
  });

  it('with validation rows has them last among the training rows', async () => {
    const { info, train } = await read(
      zip({
        'x_train.npy': x,
        'y_train.npy': y,
        'x_val.npy': npy('|u1', [1, 4], Uint8Array.of(9, 9, 9, 9)),
        'y_val.npy': npy('|u1', [1], Uint8Array.of(1)),
        'x_test.npy': x,
        'y_test.npy': y,
      }),
    );
    expect(info.validationRows).toBe(1);
    expect(train.pixels.at(-1)).toEqual([9, 9, 9, 9]);
    expect(train.labels).toEqual([0, 1, 0, 1, 1]);
  });
});

describe('a defect of a NumPy archive', () => {
  const members = { 'x_train.npy': x, 'y_train.npy': y };
  const cut = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 1);
  it.each<[string, Uint8Array, RegExp]>([
    ['no zip', Buffer.from('hello'), /must be a zip file, but has no directory/],
    ['cut short', zip(members).subarray(0, 200), /must be a zip file, but has no directory/],
    [
      'a directory beyond the file',
      (() => {
        const bytes = Buffer.from(zip(members));
        bytes.writeUInt32LE(bytes.length, bytes.length - 6);
        return bytes;
      })(),
      /list of members must lie within the file/,
    ],
    ['no such arrays', zip({ 'a.npy': x }), /arrays of images and labels called x_train and y_train, got a/],
    [
      'labels missing',
      zip({ 'x_train.npy': x }),
      /arrays of images and labels called x_train and y_train, got x_train/,
    ],
    [
      'half of a test set',
      zip({ ...members, 'x_test.npy': x }),
      /arrays of images and labels called x_test and y_test/,
    ],
    ['changed bytes', zip(members, () => ({ crc: 1 })), /must match its checksum \(CRC-32\)/],
    [
      'an untrue size',
      zip(members, (name) => (name === 'y_train.npy' ? {} : { size: 140 })),
      /must have 16 bytes of data \(4 x 2 x 2\), got/,
    ],
    [
      'fewer bytes than it says',
      zip({ ...members, 'y_train.npy': Buffer.concat([y, new Uint8Array(3)]) }, () => ({})),
      /must have 4 bytes of data \(4\), got 7/,
    ],
    [
      'a gigantic size',
      zip(members, () => ({ size: 4e9 })),
      /declares 4000000000 bytes, more than its \d+ packed bytes can hold/,
    ],
    ['another method', zip(members, () => ({ method: 12 })), /must be stored or deflated, got method 12/],
    ['a password', zip(members, () => ({ flags: 1 })), /must not be encrypted/],
    ['no array', zip({ ...members, 'x_train.npy': Buffer.alloc(40) }), /must begin as \.npy files do/],
    [
      'a gigantic shape',
      zip({ ...members, 'x_train.npy': npy('|u1', [1e9, 28, 28], new Uint8Array(4)) }),
      /at most 1073741824 values, but declares 1000000000 x 28 x 28/,
    ],
    ['a cut array', zip({ ...members, 'x_train.npy': cut(x) }), /must have 16 bytes of data \(4 x 2 x 2\), got 15/],
    [
      'fewer labels',
      zip({ ...members, 'y_train.npy': npy('|u1', [3], new Uint8Array(3)) }),
      /one image per label, got 4 images for the 3 labels/,
    ],
    [
      'one-hot labels',
      zip({ ...members, 'y_train.npy': npy('|u1', [4, 2], new Uint8Array(8)) }),
      /labels must have the shape \(n\) or \(n, 1\), got \(4, 2\)/,
    ],
    [
      'colour',
      zip({ ...members, 'x_train.npy': npy('|u1', [4, 2, 2, 3], new Uint8Array(48)) }),
      /images must have the shape .* got \(4, 2, 2, 3\)/,
    ],
    [
      'no squares',
      zip({ ...members, 'x_train.npy': npy('|u1', [4, 2, 3], new Uint8Array(24)) }),
      /images must have the shape .* got \(4, 2, 3\)/,
    ],
    [
      'complex numbers',
      zip({ ...members, 'x_train.npy': npy('<c8', [4, 2, 2], new Uint8Array(128)) }),
      /must hold numbers, or texts for labels, got type '<c8'/,
    ],
    [
      'NaN',
      zip({
        ...members,
        'x_train.npy': npy(
          '<f4',
          [4, 2, 2],
          new Uint8Array(Float32Array.from({ length: 16 }, (_, i) => (i === 5 ? NaN : 0)).buffer),
        ),
      }),
      /pixel 1 of row 1 must be in \[0, 255\], got NaN/,
    ],
    [
      'negative pixels',
      zip({ ...members, 'x_train.npy': npy('|i1', [4, 2, 2], new Uint8Array(16).fill(200)) }),
      /pixel 0 of row 0 must be in \[0, 255\], got -56/,
    ],
    [
      'no images',
      zip({
        'x_train.npy': npy('|u1', [0, 2, 2], new Uint8Array(0)),
        'y_train.npy': npy('|u1', [0], new Uint8Array(0)),
      }),
      /at least one image, got 0/,
    ],
  ])('is told: %s', async (_name, content, message) => {
    const failure = read(content);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({
      code: 'DATA_INVALID',
      where: expect.stringContaining('a.npz'),
      remedy: expect.any(String),
    });
  });

  it('is told of Fortran order and of Python objects, which are not read', async () => {
    await expect(load(goldens, { from: 'fortran.npz' })).rejects.toThrow('must be in C order, got Fortran order');
    await expect(load(goldens, { from: 'objects.npz' })).rejects.toThrow("got type '|O'");
  });

  it('is an error, or no defect, whichever byte is changed', async () => {
    const bytes = readFileSync(join(goldens, 'keras_deflated.npz'));
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 0x81 : byte));
      await read(changed).catch((error: Error) => expect(error.name).toBe('LayerwiseError'));
    }
  });
});
