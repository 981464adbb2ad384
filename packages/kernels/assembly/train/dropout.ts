// Dropout masks by hashing (seed, step, layer, row, unit): the same for any order of work. Twin: src/train/dropout.ts.

/** Wellons' lowbias32: a well-mixing bijection of 32-bit words. */
@inline
function mix(x: u32): u32 {
  x ^= x >> 16;
  x *= 0x7feb352d;
  x ^= x >> 15;
  x *= 0x846ca68b;
  return x ^ (x >> 16);
}

@inline
function mix4(given: v128): v128 {
  let x = v128.xor(given, i32x4.shr_u(given, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** The key of one row of one layer at one step; `seed` holds two words, layer 0 is the input. */
export function rowKey(seed: usize, step: u32, layer: u32, row: u32): u32 {
  return mix(mix(mix(load<u32>(seed) + step) + layer) + row) ^ load<u32>(seed, 4);
}

/** All bits set in the lanes of the units `unit` … `unit + 3` that are kept. */
@inline
export function kept4(key: u32, unit: u32, threshold: u32): v128 {
  const units = i32x4.add(i32x4.splat(unit), i32x4(0, 1, 2, 3));
  return i32x4.ge_u(mix4(v128.xor(mix4(units), i32x4.splat(key))), i32x4.splat(threshold));
}

/** Whether one unit is kept. */
@inline
export function kept1(key: u32, unit: u32, threshold: u32): bool {
  return mix(mix(unit) ^ key) >= threshold;
}
