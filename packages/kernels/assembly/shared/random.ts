// xoshiro128** 1.1, the same words as src/random.ts. The state is four 32-bit words in memory.

/** The next 32 bits. */
@inline
export function nextU32(state: usize): u32 {
  let s0 = load<u32>(state);
  let s1 = load<u32>(state, 4);
  let s2 = load<u32>(state, 8);
  let s3 = load<u32>(state, 12);
  const result = rotl<u32>(s1 * 5, 7) * 9;
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotl<u32>(s3, 11);
  store<u32>(state, s0);
  store<u32>(state, s1, 4);
  store<u32>(state, s2, 8);
  store<u32>(state, s3, 12);
  return result;
}

/** Uniform in 0 … n-1 without bias; n >= 1. The same draws as `Random.below`. */
@inline
export function nextBelow(state: usize, n: u32): u32 {
  const last = <u32>0xffffffff - (0 - n) % n;
  let word = nextU32(state);
  while (word > last) word = nextU32(state);
  return word % n;
}

/** Uniform in [0, 1) with 24 bits. */
@inline
export function nextFloat(state: usize): f32 {
  return <f32>(nextU32(state) >> 8) / 16777216;
}
