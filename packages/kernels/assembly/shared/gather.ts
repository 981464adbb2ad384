// Sums of rows of a panel, each times a number, by a list of (row << 6, number): what products with sparse matrices and
// their gradients are made of. Kept out of line: inlined into its callers' loops a step took a tenth longer.
import { madd4 } from './multiply-add';

/**
 * start + sum over the entries [begin, end) of number x row, for one panel at `base` whose rows have `stride` bytes;
 * start may be 0. Written to `out`.
 */
export function gatherOne(begin: usize, end: usize, base: usize, stride: i32, start: usize, out: usize): void {
  if (stride == 64) gather(4, begin, end, base, start, out);
  else if (stride == 48) gather(3, begin, end, base, start, out);
  else if (stride == 32) gather(2, begin, end, base, start, out);
  else gather(1, begin, end, base, start, out);
}

@inline
function gather(nv: i32, begin: usize, end: usize, base: usize, start: usize, out: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  if (start) {
    a0 = v128.load(start);
    if (nv > 1) a1 = v128.load(start, 16);
    if (nv > 2) a2 = v128.load(start, 32);
    if (nv > 3) a3 = v128.load(start, 48);
  }
  for (let e = begin; e < end; e += 8) {
    const u = v128.load32_splat(e, 4);
    const p = base + (nv == 4 ? load<usize>(e) : (load<usize>(e) >> 6) * (nv << 4));
    a0 = madd4(u, v128.load(p), a0);
    if (nv > 1) a1 = madd4(u, v128.load(p, 16), a1);
    if (nv > 2) a2 = madd4(u, v128.load(p, 32), a2);
    if (nv > 3) a3 = madd4(u, v128.load(p, 48), a3);
  }
  v128.store(out, a0);
  if (nv > 1) v128.store(out, a1, 16);
  if (nv > 2) v128.store(out, a2, 32);
  if (nv > 3) v128.store(out, a3, 48);
}

/** As gatherOne for two full panels at once: what belongs to the second stands `next`, `startNext` and `outNext` bytes further on. */
export function gatherTwo(begin: usize, end: usize, base: usize, next: usize, start: usize, startNext: usize, out: usize, outNext: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  if (start) {
    a0 = v128.load(start);
    a1 = v128.load(start, 16);
    a2 = v128.load(start, 32);
    a3 = v128.load(start, 48);
    const secondStart = start + startNext;
    b0 = v128.load(secondStart);
    b1 = v128.load(secondStart, 16);
    b2 = v128.load(secondStart, 32);
    b3 = v128.load(secondStart, 48);
  }
  for (let e = begin; e < end; e += 8) {
    const u = v128.load32_splat(e, 4);
    const p = base + load<usize>(e);
    const q = p + next;
    a0 = madd4(u, v128.load(p), a0);
    a1 = madd4(u, v128.load(p, 16), a1);
    a2 = madd4(u, v128.load(p, 32), a2);
    a3 = madd4(u, v128.load(p, 48), a3);
    b0 = madd4(u, v128.load(q), b0);
    b1 = madd4(u, v128.load(q, 16), b1);
    b2 = madd4(u, v128.load(q, 32), b2);
    b3 = madd4(u, v128.load(q, 48), b3);
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  const secondOut = out + outNext;
  v128.store(secondOut, b0);
  v128.store(secondOut, b1, 16);
  v128.store(secondOut, b2, 32);
  v128.store(secondOut, b3, 48);
}

/** As gatherTwo for three full panels. */
export function gatherThree(begin: usize, end: usize, base: usize, next: usize, start: usize, startNext: usize, out: usize, outNext: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
  if (start) {
    a0 = v128.load(start);
    a1 = v128.load(start, 16);
    a2 = v128.load(start, 32);
    a3 = v128.load(start, 48);
    const secondStart = start + startNext;
    b0 = v128.load(secondStart);
    b1 = v128.load(secondStart, 16);
    b2 = v128.load(secondStart, 32);
    b3 = v128.load(secondStart, 48);
    const thirdStart = secondStart + startNext;
    c0 = v128.load(thirdStart);
    c1 = v128.load(thirdStart, 16);
    c2 = v128.load(thirdStart, 32);
    c3 = v128.load(thirdStart, 48);
  }
  for (let e = begin; e < end; e += 8) {
    const u = v128.load32_splat(e, 4);
    const p = base + load<usize>(e);
    const q = p + next;
    const r = q + next;
    a0 = madd4(u, v128.load(p), a0);
    a1 = madd4(u, v128.load(p, 16), a1);
    a2 = madd4(u, v128.load(p, 32), a2);
    a3 = madd4(u, v128.load(p, 48), a3);
    b0 = madd4(u, v128.load(q), b0);
    b1 = madd4(u, v128.load(q, 16), b1);
    b2 = madd4(u, v128.load(q, 32), b2);
    b3 = madd4(u, v128.load(q, 48), b3);
    c0 = madd4(u, v128.load(r), c0);
    c1 = madd4(u, v128.load(r, 16), c1);
    c2 = madd4(u, v128.load(r, 32), c2);
    c3 = madd4(u, v128.load(r, 48), c3);
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  const secondOut = out + outNext;
  v128.store(secondOut, b0);
  v128.store(secondOut, b1, 16);
  v128.store(secondOut, b2, 32);
  v128.store(secondOut, b3, 48);
  const thirdOut = secondOut + outNext;
  v128.store(thirdOut, c0);
  v128.store(thirdOut, c1, 16);
  v128.store(thirdOut, c2, 32);
  v128.store(thirdOut, c3, 48);
}

/** Of `full` full panels in a row how many to take at once: three, but two of the last four; one of a narrow panel. */
@inline
export function panelsAtOnce(full: i32): i32 {
  return full >= 3 && full != 4 ? 3 : full >= 2 ? 2 : 1;
}

/** As gatherOne for `count` panels at once, which are full where there are more than one. */
@inline
export function gatherPanels(
  count: i32,
  begin: usize,
  end: usize,
  base: usize,
  stride: i32,
  next: usize,
  start: usize,
  startNext: usize,
  out: usize,
  outNext: usize,
): void {
  if (count == 3) gatherThree(begin, end, base, next, start, startNext, out, outNext);
  else if (count == 2) gatherTwo(begin, end, base, next, start, startNext, out, outNext);
  else gatherOne(begin, end, base, stride, start, out);
}
