import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** Bytes of an IDX file of unsigned bytes; `sizes` may declare what `data` does not hold. */
export function idxBytes(
  sizes: readonly number[],
  data: Uint8Array,
  magic: readonly number[] = [0, 0, 8, sizes.length],
): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  magic.forEach((byte, i) => header.setUint8(i, byte));
  sizes.forEach((size, i) => header.setUint32(4 + 4 * i, size));
  return Buffer.concat([new Uint8Array(header.buffer), data]);
}

/** A new temporary folder, deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'layerwise-ingest-'));
  made.push(folder);
  return folder;
}

const made: string[] = [];
afterEach(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));
