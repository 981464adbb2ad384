import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ByteBuffer } from 'flatbuffers';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Twelve bytes with the length of a vector in the middle. */
function bufferOf(length: number): ByteBuffer {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setInt32(4, 4, true);
  new DataView(bytes.buffer).setInt32(8, length, true);
  return new ByteBuffer(bytes);
}

it('refuses a vector of more entries than there are bytes, and no other', async () => {
  const plain = ByteBuffer.prototype.__vector_len;
  expect(bufferOf(1 << 30).__vector_len(4)).toBe(1 << 30);
  await import('@layerwise/contracts/arrow');
  const bounded = ByteBuffer.prototype.__vector_len;
  expect(bounded).not.toBe(plain);
  expect(bufferOf(12).__vector_len(4)).toBe(12);
  expect(bufferOf(0).__vector_len(4)).toBe(0);
  expect(() => bufferOf(13).__vector_len(4)).toThrow('declares 13 entries in 12 bytes');
  expect(() => bufferOf(-1).__vector_len(4)).toThrow(RangeError);
  await import('@layerwise/store/arrow');
  expect(ByteBuffer.prototype.__vector_len).toBe(bounded);
});

it('is the one place where the method is replaced', () => {
  const files = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^[^/]+\/src\/.*\.(ts|mjs)$/.test(file),
  );
  const patching = files.filter((file) => /__vector_len\s*=/.test(readFileSync(join(root, 'packages', file), 'utf8')));
  expect(patching).toEqual(['contracts/src/bounded-vectors.ts']);
});
