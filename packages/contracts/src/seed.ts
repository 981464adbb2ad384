import { createHash } from 'node:crypto';

/**
 * Four uint32 words for one random stream, from SHA-256 of (study seed, stage id, stream name).
 * Streams with different names are independent; nothing else (clock, path, worker count) enters.
 *
 * @param seed the study's or the stage's integer seed
 * @param stage the stage's id, such as `train`
 * @param stream what the stream is for, such as `shuffle`
 * @returns uint32[4], never all zero
 */
export function deriveSeed(seed: number, stage: string, stream: string): Uint32Array {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, stage, stream]))
    .digest();
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = digest.readUInt32LE(4 * i);
  if (words.every((word) => word === 0)) words[0] = 1;
  return words;
}
