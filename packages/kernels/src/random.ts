/**
 * xoshiro128** 1.1 (Blackman and Vigna 2018, doi:10.1145/3460772): the one generator of all kernels,
 * in TypeScript here and in AssemblyScript in `assembly/shared/random.ts`, giving equal words from equal seeds.
 */
export class Random {
  private readonly s: Uint32Array;

  /** @param seed uint32[4], not all zero; copied */
  constructor(seed: Uint32Array) {
    if (seed.length !== 4 || seed.every((word) => word === 0))
      throw new RangeError('a seed is four 32-bit words, not all zero');
    this.s = Uint32Array.from(seed);
  }

  /** The next 32 bits, 0 to 2^32 - 1. */
  u32(): number {
    const s = this.s;
    const r = Math.imul(s[1], 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1) with 24 bits: exact as float32. */
  float(): number {
    return (this.u32() >>> 8) / 16777216;
  }

  /** Uniform in 0 … n-1 without bias, by rejection (Lemire's threshold on 32-bit words); 1 <= n <= 2^32. */
  below(n: number): number {
    const limit = 4294967296 - (4294967296 % n);
    let word = this.u32();
    while (word >= limit) word = this.u32();
    return word % n;
  }

  /** Fisher-Yates, from the end, in place. */
  shuffle(values: { [index: number]: number; readonly length: number }): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = values[i];
      values[i] = values[j];
      values[j] = held;
    }
  }

  /** The state, to continue from later: uint32[4]. */
  state(): Uint32Array {
    return Uint32Array.from(this.s);
  }
}
