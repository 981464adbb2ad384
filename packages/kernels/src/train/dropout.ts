/**
 * Dropout masks by hashing (seed, step, layer, row of the batch, unit), so that no order of work matters.
 * The hash is Wellons' lowbias32 (2018); the twin is assembly/train/dropout.ts.
 */

function mix(word: number): number {
  let x = word >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The rate as a threshold on 32-bit words: a unit is dropped when its word is below. */
export function dropThreshold(rate: number): number {
  return Math.min(4294967295, Math.round(rate * 4294967296));
}

/**
 * Whether a unit is kept.
 * @param seed its first two words are used
 * @param step from 1; @param layer 0 for the input, l for hidden layer l; @param row within the batch
 */
export function kept(seed: Uint32Array, step: number, layer: number, row: number, unit: number, rate: number): boolean {
  const key = mix(mix(mix(seed[0] + step) + layer) + row) ^ seed[1];
  return mix(mix(unit) ^ key) >= dropThreshold(rate);
}
