import { deriveSeed } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import { write } from './hand.js';
import { Renderer, STROKES_SIZE } from './render.js';

export { STROKES_SIZE } from './render.js';

/** A run of rows of the generated data set. */
export interface StrokesJob {
  readonly seed: number;
  readonly part: 'train' | 'test';
  /** First row and the row after the last. */
  readonly from: number;
  readonly to: number;
  /** uint8[(to - from) * 784], overwritten: 0 is background, 255 ink. */
  readonly pixels: Uint8Array;
  /** uint16[to - from], overwritten: the digit. */
  readonly labels: Uint16Array;
}

/**
 * Draws handwritten-looking digits from stroke models. A row depends on (seed, part, row) alone, so any size is a
 * prefix of a larger one, and rows may be drawn in any order; the arithmetic is exact on every machine.
 */
export function drawStrokes({ seed, part, from, to, pixels, labels }: StrokesJob): void {
  const key = deriveSeed(seed, 'strokes', part);
  const renderer = new Renderer();
  const area = STROKES_SIZE * STROKES_SIZE;
  for (let row = from; row < to; row++) {
    const random = new Random(rowSeed(key, row));
    const digit = random.below(10);
    labels[row - from] = digit;
    renderer.draw(write(digit, random), pixels.subarray((row - from) * area, (row - from + 1) * area));
  }
}

/** Four well-mixed words of a key and a row number; the mixer is murmur3's 32-bit finaliser (Appleby). */
function rowSeed(key: Uint32Array, row: number): Uint32Array {
  const words = new Uint32Array(4);
  let carry = row;
  for (let i = 0; i < 4; i++) {
    carry = mix((carry + key[i] + 0x9e3779b9) >>> 0);
    words[i] = carry;
  }
  if (words.every((word) => word === 0)) words[0] = 1;
  return words;
}

function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
