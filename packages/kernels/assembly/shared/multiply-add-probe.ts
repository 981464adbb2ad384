// What tells whether a processor fuses, and what the two ways are compared by.
import { madd2, madd4, nmadd2, nmadd4 } from './multiply-add';

/** a b + c, or with `minus` c - a b, of n float32 each, for comparing the two ways. */
export function maddFloats(a: usize, b: usize, c: usize, out: usize, n: i32, minus: i32): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i), z = v128.load(c + i);
    v128.store(out + i, minus ? nmadd4(x, y, z) : madd4(x, y, z));
  }
}

/** The same of n float64 each. */
export function maddDoubles(a: usize, b: usize, c: usize, out: usize, n: i32, minus: i32): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i), z = v128.load(c + i);
    v128.store(out + i, minus ? nmadd2(x, y, z) : madd2(x, y, z));
  }
}
