/** Parquet files in artifacts. */
import { decodeParquet, encodeParquet } from '@layerwise/store';
import { artifactOf } from './artifact.mjs';
import { cut, overwritten } from './bytes.mjs';

export const sound = Buffer.from(
  await encodeParquet({
    epoch: { type: 'int32', values: [1, 2, 3] },
    loss: { type: 'float64', values: [0.5, NaN, 0.25] },
    name: { type: 'string', values: ['a', 'b', 'c'] },
    best: { type: 'boolean', values: [false, false, true] },
  }),
);
const footer = sound.readInt32LE(sound.length - 8);
const start = sound.length - 8 - footer;

const bad = {
  'an empty file': Buffer.alloc(0),
  'its magic alone': Buffer.from('PAR1'),
  'two magics and nothing between': Buffer.from('PAR1PAR1'),
  'a wrong magic at the start': overwritten(sound, 0, 0x51),
  'a wrong magic at the end': overwritten(sound, -1, 0),
  'the first half': cut(sound, 0.5),
  'a footer longer than the file': overwritten(sound, -8, 255, 255, 255, 127),
  'a footer of negative length': overwritten(sound, -8, 255, 255, 255, 255),
  'a footer of length 0': overwritten(sound, -8, 0, 0, 0, 0),
  'a footer of zeros': Buffer.concat([sound.subarray(0, start), Buffer.alloc(footer), sound.subarray(-8)]),
  'a footer of ones': Buffer.concat([sound.subarray(0, start), Buffer.alloc(footer, 255), sound.subarray(-8)]),
  'a list of 2 billion in the footer': Buffer.concat([
    sound.subarray(0, start),
    Buffer.from([0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07]),
    Buffer.alloc(footer - 9),
    sound.subarray(-8),
  ]),
  'its data zeroed': Buffer.concat([sound.subarray(0, 4), Buffer.alloc(start - 4), sound.subarray(start)]),
  'an Arrow file by the name of Parquet': Buffer.from('ARROW1\0\0ARROW1'),
};

export function cases() {
  return Object.entries(bad).map(([name, bytes]) => ({
    name,
    code: 'ARTIFACT_CORRUPT',
    says: /artifact train-1: file must be readable as parquet: ./,
    run: async (folder) => (await artifactOf(folder, { 'x.parquet': bytes })).table('x'),
  }));
}

export { decodeParquet as decode };
