/*
 * Two complex Fourier transforms at once, one in each lane of f64x2: an element is 32 bytes, real parts then
 * imaginary parts. Self-sorting mixed radix 4, 3, 2 (Stockham; Van Loan 1992, Computational Frameworks for the FFT).
 */
import { madd2, nmadd2 } from '../shared/multiply-add';

/** table[j] = exp(-2 pi i j / n), float64 pairs: [n]. */
export function twiddles(table: usize, n: i32): void {
  for (let j = 0; j < n; j++) {
    const angle = (2.0 * Math.PI * <f64>j) / <f64>n;
    store<f64>(table + j * 16, Math.cos(angle));
    store<f64>(table + j * 16, -Math.sin(angle), 8);
  }
}

/** Forward transforms of length n = 2^a 3^b of the elements at x; y is scratch of the same size. Returns which of the two holds the result. */
export function transform(x: usize, y: usize, table: usize, n: i32): usize {
  let length = n;
  let stride = 1;
  while (length > 1) {
    if (length % 4 === 0) {
      pass4(x, y, table, length, stride);
      length /= 4;
      stride *= 4;
    } else if (length % 3 === 0) {
      pass3(x, y, table, length, stride);
      length /= 3;
      stride *= 3;
    } else {
      pass2(x, y, table, length, stride);
      length /= 2;
      stride *= 2;
    }
    const held = x;
    x = y;
    y = held;
  }
  return x;
}

@inline
function real(re: v128, im: v128, c: v128, s: v128): v128 {
  return nmadd2(im, s, f64x2.mul(re, c));
}

@inline
function imaginary(re: v128, im: v128, c: v128, s: v128): v128 {
  return madd2(im, c, f64x2.mul(re, s));
}

function pass2(x: usize, y: usize, table: usize, n: i32, s: i32): void {
  const m = n / 2;
  const hop = <usize>s * m * 32;
  for (let p = 0; p < m; p++) {
    const c1 = v128.load64_splat(table + <usize>p * s * 16);
    const s1 = v128.load64_splat(table + <usize>p * s * 16, 8);
    let from = x + <usize>s * p * 32;
    let to = y + <usize>s * (2 * p) * 32;
    const gap = <usize>s * 32;
    for (const end = from + gap; from < end; from += 32, to += 32) {
      const ar = v128.load(from), ai = v128.load(from, 16);
      const br = v128.load(from + hop), bi = v128.load(from + hop, 16);
      v128.store(to, f64x2.add(ar, br));
      v128.store(to, f64x2.add(ai, bi), 16);
      const dr = f64x2.sub(ar, br), di = f64x2.sub(ai, bi);
      v128.store(to + gap, real(dr, di, c1, s1));
      v128.store(to + gap, imaginary(dr, di, c1, s1), 16);
    }
  }
}

function pass3(x: usize, y: usize, table: usize, n: i32, s: i32): void {
  const m = n / 3;
  const hop = <usize>s * m * 32;
  const gap = <usize>s * 32;
  const half = f64x2.splat(0.5);
  const root = f64x2.splat(0.86602540378443864676);
  for (let p = 0; p < m; p++) {
    const w = table + <usize>p * s * 16;
    const c1 = v128.load64_splat(w), s1 = v128.load64_splat(w, 8);
    const c2 = v128.load64_splat(table + <usize>(2 * p * s) * 16), s2 = v128.load64_splat(table + <usize>(2 * p * s) * 16, 8);
    let from = x + <usize>s * p * 32;
    let to = y + <usize>s * (3 * p) * 32;
    for (const end = from + gap; from < end; from += 32, to += 32) {
      const ar = v128.load(from), ai = v128.load(from, 16);
      const br = v128.load(from + hop), bi = v128.load(from + hop, 16);
      const cr = v128.load(from + hop * 2), ci = v128.load(from + hop * 2, 16);
      const tr = f64x2.add(br, cr), ti = f64x2.add(bi, ci);
      v128.store(to, f64x2.add(ar, tr));
      v128.store(to, f64x2.add(ai, ti), 16);
      const er = nmadd2(half, tr, ar), ei = nmadd2(half, ti, ai);
      // -i sqrt(3)/2 (b - c)
      const fr = f64x2.mul(root, f64x2.sub(bi, ci)), fi = f64x2.mul(root, f64x2.sub(cr, br));
      const ur = f64x2.add(er, fr), ui = f64x2.add(ei, fi);
      const vr = f64x2.sub(er, fr), vi = f64x2.sub(ei, fi);
      v128.store(to + gap, real(ur, ui, c1, s1));
      v128.store(to + gap, imaginary(ur, ui, c1, s1), 16);
      v128.store(to + gap * 2, real(vr, vi, c2, s2));
      v128.store(to + gap * 2, imaginary(vr, vi, c2, s2), 16);
    }
  }
}

function pass4(x: usize, y: usize, table: usize, n: i32, s: i32): void {
  const m = n / 4;
  const hop = <usize>s * m * 32;
  const gap = <usize>s * 32;
  for (let p = 0; p < m; p++) {
    const w1 = table + <usize>(p * s) * 16, w2 = table + <usize>(2 * p * s) * 16, w3 = table + <usize>(3 * p * s) * 16;
    const c1 = v128.load64_splat(w1), s1 = v128.load64_splat(w1, 8);
    const c2 = v128.load64_splat(w2), s2 = v128.load64_splat(w2, 8);
    const c3 = v128.load64_splat(w3), s3 = v128.load64_splat(w3, 8);
    let from = x + <usize>s * p * 32;
    let to = y + <usize>s * (4 * p) * 32;
    for (const end = from + gap; from < end; from += 32, to += 32) {
      const ar = v128.load(from), ai = v128.load(from, 16);
      const br = v128.load(from + hop), bi = v128.load(from + hop, 16);
      const cr = v128.load(from + hop * 2), ci = v128.load(from + hop * 2, 16);
      const dr = v128.load(from + hop * 3), di = v128.load(from + hop * 3, 16);
      const pr = f64x2.add(ar, cr), pi = f64x2.add(ai, ci);
      const mr = f64x2.sub(ar, cr), mi = f64x2.sub(ai, ci);
      const qr = f64x2.add(br, dr), qi = f64x2.add(bi, di);
      // -i (b - d)
      const jr = f64x2.sub(bi, di), ji = f64x2.sub(dr, br);
      v128.store(to, f64x2.add(pr, qr));
      v128.store(to, f64x2.add(pi, qi), 16);
      const er = f64x2.add(mr, jr), ei = f64x2.add(mi, ji);
      v128.store(to + gap, real(er, ei, c1, s1));
      v128.store(to + gap, imaginary(er, ei, c1, s1), 16);
      const fr = f64x2.sub(pr, qr), fi = f64x2.sub(pi, qi);
      v128.store(to + gap * 2, real(fr, fi, c2, s2));
      v128.store(to + gap * 2, imaginary(fr, fi, c2, s2), 16);
      const gr = f64x2.sub(mr, jr), gi = f64x2.sub(mi, ji);
      v128.store(to + gap * 3, real(gr, gi, c3, s3));
      v128.store(to + gap * 3, imaginary(gr, gi, c3, s3), 16);
    }
  }
}
