/** Arrow files in artifacts. */
import { decodeArrow, encodeArrow } from '@layerwise/store';
import { Float64, Int64, makeVector, Table, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { artifactOf } from './artifact.mjs';
import { cut, flipped, overwritten } from './bytes.mjs';

const parts = [];
for await (const part of encodeArrow({
  rows: 40,
  columns: {
    id: { data: Uint32Array.from({ length: 40 }, (_, i) => i), width: 1 },
    x: { data: new Float32Array(40 * 8).fill(0.5), width: 8 },
  },
}))
  parts.push(part);
export const sound = Buffer.concat(parts);
const file = (table) => Buffer.from(tableToIPC(table, 'file'));
const footer = sound.readInt32LE(sound.length - 10);

const bad = {
  'an empty file': Buffer.alloc(0),
  'its first magic alone': sound.subarray(0, 8),
  'a wrong magic at the start': overwritten(sound, 0, 0x50),
  'a wrong magic at the end': overwritten(sound, -1, 0),
  'a stream, not a file': Buffer.from(tableToIPC(tableFromArrays({ a: Uint8Array.of(1) }), 'stream')),
  'the first half': cut(sound, 0.5),
  'the second half': sound.subarray(sound.length >> 1),
  'its middle taken out': Buffer.concat([sound.subarray(0, 200), sound.subarray(-200)]),
  'a footer longer than the file': overwritten(sound, -10, 255, 255, 255, 127),
  'a footer of negative length': overwritten(sound, -10, 255, 255, 255, 255),
  'a footer of zeros': Buffer.concat([
    sound.subarray(0, sound.length - 10 - footer),
    Buffer.alloc(footer),
    sound.subarray(-10),
  ]),
  'a footer of ones': Buffer.concat([
    sound.subarray(0, sound.length - 10 - footer),
    Buffer.alloc(footer, 255),
    sound.subarray(-10),
  ]),
  'text columns': file(new Table({ a: vectorFromArray(['a', 'b'], new Utf8()) })),
  '64-bit whole numbers': file(new Table({ a: makeVector({ type: new Int64(), data: BigInt64Array.of(1n, 2n) }) })),
  'missing numbers': file(new Table({ a: vectorFromArray([1, null, 3], new Float64()) })),
  'a Parquet file by the name of Arrow': Buffer.from('PAR1aaaaaaaaPAR1'),
  'zeros between two magics': Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(1 << 20), Buffer.from('ARROW1')]),
};

export function cases() {
  const made = Object.entries(bad).map(([name, bytes]) => ({
    name,
    code: 'ARTIFACT_CORRUPT',
    says: /artifact train-1: file must be readable as arrow: ./,
    run: async (folder) => (await artifactOf(folder, { 'x.arrow': bytes })).matrix('x'),
  }));
  // A flipped bit of the footer may go unnoticed by a decoder, not by the hash in the manifest.
  const damaged = {
    name: 'a bit flipped after it was published',
    code: 'ARTIFACT_CORRUPT',
    says: /must have SHA-256/,
    run: (folder) => replaced(folder, flipped(sound, 300)),
  };
  return [...made, damaged];
}

async function replaced(folder, bytes) {
  const { writeFileSync } = await import('node:fs');
  const artifact = await artifactOf(folder, { 'x.arrow': sound });
  writeFileSync(`${artifact.folder}/data/x.arrow`, bytes);
  await artifact.matrix('x');
}

export { decodeArrow as decode };
