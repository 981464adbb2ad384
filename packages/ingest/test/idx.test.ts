import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LayerwiseError } from '@layerwise/contracts';
import { pairLabels, parseIdx, readIdx, type IdxRule } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryFolder } from './files.js';

const images: IdxRule = { dimensions: 3, limit: 64 * 1024 * 1024 };
const labels: IdxRule = { dimensions: 1, limit: 1_000_000 };
const sound = idxBytes(
  [2, 3, 3],
  Uint8Array.from({ length: 18 }, (_, i) => 7 * i),
);

function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = byte;
  return copy;
}

async function errorOf(bytes: Uint8Array, rule: IdxRule = images): Promise<LayerwiseError> {
  const path = join(temporaryFolder(), 'some-images');
  writeFileSync(path, bytes);
  const error: unknown = await readIdx(path, rule).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LayerwiseError);
  expect((error as LayerwiseError).where).toBe(path);
  return error as LayerwiseError;
}

describe('readIdx', () => {
  it('reads plain and gzipped files alike, whatever their names', async () => {
    for (const bytes of [sound, gzipSync(sound)]) {
      const path = join(temporaryFolder(), 'x');
      writeFileSync(path, bytes);
      const idx = await readIdx(path, images);
      expect(idx.sizes).toEqual([2, 3, 3]);
      expect([...idx.data]).toEqual(Array.from({ length: 18 }, (_, i) => 7 * i));
    }
  });

  it('reads a file of no rows', async () => {
    const path = join(temporaryFolder(), 'x');
    writeFileSync(path, idxBytes([0, 28, 28], new Uint8Array(0)));
    expect((await readIdx(path, images)).sizes).toEqual([0, 28, 28]);
  });

  const defects: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(0), /must start with a 4-byte magic number, but has 0 bytes/],
    ['three bytes', sound.subarray(0, 3), /has 3 bytes/],
    ['a wrong magic', changed(sound, 0, 0x89), /must start with two zero bytes, got 0x89 0x00/],
    ['floats', changed(sound, 2, 0x0d), /must hold unsigned bytes \(type 0x08\), got type 0x0d \(float32\)/],
    ['an unknown type', changed(sound, 2, 0x77), /got type 0x77$/],
    ['labels for images', idxBytes([3], Uint8Array.of(1, 2, 3)), /must have 3 dimensions, got 1/],
    ['half a header', sound.subarray(0, 9), /must have a header of 16 bytes, but is cut short at 9/],
    ['a size of 0', idxBytes([5, 0, 28], new Uint8Array(0)), /must have no dimension of size 0, got 5 x 0 x 28/],
    [
      'missing rows',
      sound.subarray(0, sound.length - 5),
      /must have 18 bytes of data \(2 x 3 x 3\), but is cut short at 13/,
    ],
    [
      'trailing bytes',
      Buffer.concat([sound, Uint8Array.of(1, 2)]),
      /must end after 18 bytes of data \(2 x 3 x 3\), but 2 more follow/,
    ],
    [
      'a gigantic declared size',
      idxBytes([0xffffffff, 0xffff, 0xffff], new Uint8Array(4)),
      /must hold at most 67108864 bytes of data, but declares 4294967295 x 65535 x 65535/,
    ],
    [
      'a large declared size in few gzipped bytes',
      gzipSync(idxBytes([60_000, 28, 28], new Uint8Array(4))),
      /declares 47040016 bytes, more than its \d+ compressed bytes can hold/,
    ],
    [
      'a truncated gzip file',
      gzipSync(idxBytes([50, 28, 28], noise(39_200))).subarray(0, 20_000),
      /gzip file must be complete, but ends early/,
    ],
    [
      'a changed byte in a gzip file',
      changed(gzipSync(idxBytes([50, 28, 28], noise(39_200)), { level: 0 }), 20_000, 3),
      /must match its own checksum/,
    ],
    [
      'a changed gzip trailer',
      changed(gzipSync(sound), gzipSync(sound).length - 7, 0xee),
      /must match its own checksum/,
    ],
    [
      'gzip that unpacks to more than declared',
      gzipSync(idxBytes([2, 3, 3], new Uint8Array(90))),
      /must unpack to 34 bytes, but holds more/,
    ],
    ['gzip that unpacks to less than declared', gzipSync(sound.subarray(0, sound.length - 1)), /cut short at 17/],
    [
      'bytes after the gzip data',
      Buffer.concat([gzipSync(sound), Uint8Array.of(9, 9, 9)]),
      /gzip file must end after its data, but more bytes follow/,
    ],
    [
      'zeros after the gzip data',
      Buffer.concat([gzipSync(sound), new Uint8Array(5)]),
      /gzip file must end after its data, but more bytes follow/,
    ],
    ['a gzip header and no more', gzipSync(sound).subarray(0, 10), /gzip file must be complete, but ends early/],
    ['gzip of three bytes', gzipSync(Uint8Array.of(0, 0, 8)), /must start with a 4-byte magic number, but has 3 bytes/],
    [
      'gzip with an unknown method',
      changed(gzipSync(sound), 2, 3),
      /must be readable, but is damaged \(unknown compression method\)/,
    ],
  ];
  it.each(defects)('names the file and the defect: %s', async (_, bytes, message) => {
    const error = await errorOf(bytes);
    expect(error.code).toBe('DATA_INVALID');
    expect(error.message).toMatch(message);
  });

  it('unpacks no more of a gzip bomb than its header declares', async () => {
    const bomb = gzipSync(idxBytes([1000, 28, 28], new Uint8Array(200_000_000)), { level: 9 });
    const before = process.memoryUsage().rss;
    const started = performance.now();
    expect((await errorOf(bomb)).message).toMatch(/must unpack to 784016 bytes, but holds more/);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('says that a file cannot be opened', async () => {
    await expect(readIdx(join(temporaryFolder(), 'nothing'), labels)).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it('never fails with anything but a clear error, whichever byte is changed', async () => {
    const packed = gzipSync(sound);
    for (let at = 0; at < packed.length; at++) {
      const path = join(temporaryFolder(), 'x');
      writeFileSync(path, changed(packed, at, (packed[at] as number) ^ 0x41));
      const outcome = await readIdx(path, images).catch((error: unknown) => error);
      if (!(outcome instanceof LayerwiseError))
        expect([...(outcome as { data: Uint8Array }).data], `byte ${at}`).toEqual([...sound.subarray(16)]);
    }
  });
});

describe('pairLabels', () => {
  const pair = (count: number, values: number[]): Uint16Array => {
    const a = parseIdx(idxBytes([count, 1, 1], new Uint8Array(count)), 'images', images);
    const b = parseIdx(idxBytes([values.length], Uint8Array.from(values)), 'labels', labels);
    return pairLabels(a, 'images', b, 'labels', 10);
  };

  it('gives class indices', () => expect([...pair(3, [9, 0, 5])]).toEqual([9, 0, 5]));
  it('refuses another number of labels than images', () =>
    expect(() => pair(3, [1, 2])).toThrow(/one label per image, got 2 labels for the 3 images/));
  it('refuses a label out of range and names its row', () =>
    expect(() => pair(3, [1, 10, 2])).toThrow(/labels of 0 to 9, got 10 in row 1/));
});

function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24);
}
