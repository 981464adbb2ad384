// Gram matrix of centred float32 columns in float64. Every element is one sum in row order
// (two lanes per 128-row chunk, then added), whatever part of the columns a call is given.
import { madd2 } from '../shared/multiply-add';

/** sums[j] += sum of column j of x, float32[N][D], for columns [from, to), rows in order. */
export function addColumnSums(x: usize, N: i32, D: i32, from: i32, to: i32, sums: usize): void {
  for (let r = 0; r < N; r++) {
    const row = x + ((<usize>r * D) << 2);
    for (let j = from; j < to; j++) {
      const cell = sums + (<usize>j << 3);
      store<f64>(cell, load<f64>(cell) + <f64>load<f32>(row + (<usize>j << 2)));
    }
  }
}

const CHUNK: i32 = 128;
const STRIDE: usize = 1024; // bytes of a packed column

/**
 * gram[a][b] (float64, row stride D) for a in [from, to), b in [a, D): plus sum over rows of (x_a - mean_a)(x_b - mean_b).
 * scratch: 1024 * (D - from + 4) bytes. `from` is a multiple of 4. Rows given in
 * several calls, each but the last a multiple of 128, give the same bytes as in one.
 */
export function addGramFloat(x: usize, N: i32, D: i32, mean: usize, from: i32, to: i32, gram: usize, scratch: usize): void {
  memory.fill(scratch + <usize>(D - from) * STRIDE, 0, 4 * STRIDE);
  for (let r = 0; r < N; r += CHUNK) {
    packFloat(x + ((<usize>r * D) << 2), min(CHUNK, N - r), D, mean, from, scratch);
    for (let a = from; a < to; a += 4) {
      for (let b = a; b < D; b += 2) tileFloat(scratch + <usize>(a - from) * STRIDE, scratch + <usize>(b - from) * STRIDE, a, b, to, D, gram);
    }
  }
}

function packFloat(x: usize, rows: i32, D: i32, mean: usize, from: i32, panel: usize): void {
  for (let j = from; j < D; j++) {
    const out = panel + <usize>(j - from) * STRIDE;
    const centre = load<f64>(mean + (<usize>j << 3));
    let cell = x + (<usize>j << 2);
    for (let r = 0; r < rows; r++, cell += <usize>D << 2) store<f64>(out + (<usize>r << 3), <f64>load<f32>(cell) - centre);
    memory.fill(out + (<usize>rows << 3), 0, <usize>(CHUNK - rows) << 3);
  }
}

function tileFloat(pa: usize, pb: usize, a: i32, b: i32, to: i32, D: i32, gram: usize): void {
  let c00 = f64x2.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let k: usize = 0; k < STRIDE; k += 16) {
    const b0 = v128.load(pb + k);
    const b1 = v128.load(pb + k, 1024);
    let v = v128.load(pa + k);
    c00 = madd2(v, b0, c00);
    c01 = madd2(v, b1, c01);
    v = v128.load(pa + k, 1024);
    c10 = madd2(v, b0, c10);
    c11 = madd2(v, b1, c11);
    v = v128.load(pa + k, 2048);
    c20 = madd2(v, b0, c20);
    c21 = madd2(v, b1, c21);
    v = v128.load(pa + k, 3072);
    c30 = madd2(v, b0, c30);
    c31 = madd2(v, b1, c31);
  }
  addFloat(a, b, to, D, gram, c00);
  addFloat(a, b + 1, to, D, gram, c01);
  addFloat(a + 1, b, to, D, gram, c10);
  addFloat(a + 1, b + 1, to, D, gram, c11);
  addFloat(a + 2, b, to, D, gram, c20);
  addFloat(a + 2, b + 1, to, D, gram, c21);
  addFloat(a + 3, b, to, D, gram, c30);
  addFloat(a + 3, b + 1, to, D, gram, c31);
}

@inline
function addFloat(a: i32, b: i32, to: i32, D: i32, gram: usize, c: v128): void {
  if (b < a || b >= D || a >= to) return;
  const cell = gram + ((<usize>a * D + b) << 3);
  store<f64>(cell, load<f64>(cell) + (f64x2.extract_lane(c, 0) + f64x2.extract_lane(c, 1)));
}
