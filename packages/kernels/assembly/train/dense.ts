// Products of dense matrices in panels (see train-plan.ts). Every sum runs in ascending order, whatever the blocking.
import { panel, panelStride } from './plan';
import { madd4 } from '../shared/multiply-add';

/**
 * One panel of out = x · w + bias for rows [from, to). x: panels of `xRows` rows, `k` columns; w: one panel of k rows
 * of `stride` bytes; bias: one row, or 0 for none; out: one panel.
 */
export function multiplyPanel(x: usize, xRows: i32, k: i32, w: usize, stride: i32, bias: usize, out: usize, from: i32, to: i32): void {
  let s = from;
  if (stride == 64) {
    for (; s + 2 <= to; s += 2) rowPair(4, x, xRows, k, w, bias, out, s);
    for (; s < to; s++) oneRow(4, x, xRows, k, w, bias, out, s);
  } else if (stride == 48) {
    for (; s + 2 <= to; s += 2) rowPair(3, x, xRows, k, w, bias, out, s);
    for (; s < to; s++) oneRow(3, x, xRows, k, w, bias, out, s);
  } else if (stride == 32) {
    for (; s + 2 <= to; s += 2) rowPair(2, x, xRows, k, w, bias, out, s);
    for (; s < to; s++) oneRow(2, x, xRows, k, w, bias, out, s);
  } else {
    for (; s + 2 <= to; s += 2) rowPair(1, x, xRows, k, w, bias, out, s);
    for (; s < to; s++) oneRow(1, x, xRows, k, w, bias, out, s);
  }
}

@inline
function rowPair(nv: i32, x: usize, xRows: i32, k: i32, w: usize, bias: usize, out: usize, s: i32): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  if (bias) {
    a0 = v128.load(bias);
    if (nv > 1) a1 = v128.load(bias, 16);
    if (nv > 2) a2 = v128.load(bias, 32);
    if (nv > 3) a3 = v128.load(bias, 48);
  }
  let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
  let p = w;
  for (let k0 = 0; k0 < k; k0 += 16) {
    const xs = panelStride(k, k0 >> 4);
    let q = panel(x, xRows, k0 >> 4) + <usize>s * xs;
    const r = xs;
    const end = q + (<usize>min(16, k - k0) << 2);
    while (q < end) {
      const u = v128.load32_splat(q);
      const v = v128.load32_splat(q + r);
      const w0 = v128.load(p);
      a0 = madd4(u, w0, a0);
      b0 = madd4(v, w0, b0);
      if (nv > 1) {
        const w1 = v128.load(p, 16);
        a1 = madd4(u, w1, a1);
        b1 = madd4(v, w1, b1);
      }
      if (nv > 2) {
        const w2 = v128.load(p, 32);
        a2 = madd4(u, w2, a2);
        b2 = madd4(v, w2, b2);
      }
      if (nv > 3) {
        const w3 = v128.load(p, 48);
        a3 = madd4(u, w3, a3);
        b3 = madd4(v, w3, b3);
      }
      q += 4;
      p += nv << 4;
    }
  }
  const o = out + <usize>s * (nv << 4);
  storeRow(nv, o, a0, a1, a2, a3);
  storeRow(nv, o + (nv << 4), b0, b1, b2, b3);
}

@inline
function oneRow(nv: i32, x: usize, xRows: i32, k: i32, w: usize, bias: usize, out: usize, s: i32): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  if (bias) {
    a0 = v128.load(bias);
    if (nv > 1) a1 = v128.load(bias, 16);
    if (nv > 2) a2 = v128.load(bias, 32);
    if (nv > 3) a3 = v128.load(bias, 48);
  }
  let p = w;
  for (let k0 = 0; k0 < k; k0 += 16) {
    let q = panel(x, xRows, k0 >> 4) + <usize>s * panelStride(k, k0 >> 4);
    const end = q + (<usize>min(16, k - k0) << 2);
    while (q < end) {
      const u = v128.load32_splat(q);
      a0 = madd4(u, v128.load(p), a0);
      if (nv > 1) a1 = madd4(u, v128.load(p, 16), a1);
      if (nv > 2) a2 = madd4(u, v128.load(p, 32), a2);
      if (nv > 3) a3 = madd4(u, v128.load(p, 48), a3);
      q += 4;
      p += nv << 4;
    }
  }
  storeRow(nv, out + <usize>s * (nv << 4), a0, a1, a2, a3);
}

@inline
function storeRow(nv: i32, o: usize, a0: v128, a1: v128, a2: v128, a3: v128): void {
  v128.store(o, a0);
  if (nv > 1) v128.store(o, a1, 16);
  if (nv > 2) v128.store(o, a2, 32);
  if (nv > 3) v128.store(o, a3, 48);
}

/**
 * Products of two columns of x (panel row `x`, `xStride` bytes from row to row) with one panel of delta, summed over
 * `rows` rows, into `out`: two rows of `stride` bytes.
 */
export function correlatePair(x: usize, xStride: usize, delta: usize, stride: i32, rows: i32, out: usize): void {
  if (stride == 64) pairSums(4, x, xStride, delta, rows, out);
  else if (stride == 48) pairSums(3, x, xStride, delta, rows, out);
  else if (stride == 32) pairSums(2, x, xStride, delta, rows, out);
  else pairSums(1, x, xStride, delta, rows, out);
}

@inline
function pairSums(nv: i32, x: usize, xStride: usize, delta: usize, rows: i32, out: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  let q = x;
  const end = delta + <usize>rows * (nv << 4);
  for (let p = delta; p < end; p += nv << 4) {
    const u = v128.load32_splat(q);
    const v = v128.load32_splat(q, 4);
    const w0 = v128.load(p);
    a0 = madd4(u, w0, a0);
    b0 = madd4(v, w0, b0);
    if (nv > 1) {
      const w1 = v128.load(p, 16);
      a1 = madd4(u, w1, a1);
      b1 = madd4(v, w1, b1);
    }
    if (nv > 2) {
      const w2 = v128.load(p, 32);
      a2 = madd4(u, w2, a2);
      b2 = madd4(v, w2, b2);
    }
    if (nv > 3) {
      const w3 = v128.load(p, 48);
      a3 = madd4(u, w3, a3);
      b3 = madd4(v, w3, b3);
    }
    q += xStride;
  }
  storeRow(nv, out, a0, a1, a2, a3);
  storeRow(nv, out + (nv << 4), b0, b1, b2, b3);
}

/** Sum of the rows of one panel of delta, into `out`. */
export function sumRows(delta: usize, stride: i32, rows: i32, out: usize): void {
  for (let c = 0; c < stride; c += 16) {
    let sum = f32x4.splat(0);
    let p = delta + c;
    for (let s = 0; s < rows; s++, p += stride) sum = f32x4.add(sum, v128.load(p));
    v128.store(out + c, sum);
  }
}
