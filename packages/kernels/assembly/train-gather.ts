// Gradients of the first layer's weights from the batch's columns as lists.

/**
 * Sum over a record's entries of value x the entry's row of one panel of delta, into `out` (`stride` bytes); with
 * `next` not 0, of the panel `next` bytes further on too, into out + 64.
 */
export function sumListed(record: usize, delta: usize, stride: i32, next: usize, out: usize): void {
  const begin = load<usize>(record, 4);
  const end = load<usize>(record, 8);
  if (next) sumTwo(begin, end, delta, next, out);
  else if (stride == 64) sumOne(4, begin, end, delta, out);
  else if (stride == 48) sumOne(3, begin, end, delta, out);
  else if (stride == 32) sumOne(2, begin, end, delta, out);
  else sumOne(1, begin, end, delta, out);
}

@inline
function sumOne(nv: i32, begin: usize, end: usize, delta: usize, out: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  for (let e = begin; e < end; e += 8) {
    const u = v128.load32_splat(e, 4);
    const p = delta + (nv == 4 ? load<usize>(e) : (load<usize>(e) >> 6) * (nv << 4));
    a0 = f32x4.add(a0, f32x4.mul(u, v128.load(p)));
    if (nv > 1) a1 = f32x4.add(a1, f32x4.mul(u, v128.load(p, 16)));
    if (nv > 2) a2 = f32x4.add(a2, f32x4.mul(u, v128.load(p, 32)));
    if (nv > 3) a3 = f32x4.add(a3, f32x4.mul(u, v128.load(p, 48)));
  }
  v128.store(out, a0);
  if (nv > 1) v128.store(out, a1, 16);
  if (nv > 2) v128.store(out, a2, 32);
  if (nv > 3) v128.store(out, a3, 48);
}

@inline
function sumTwo(begin: usize, end: usize, delta: usize, next: usize, out: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero;
  let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  for (let e = begin; e < end; e += 8) {
    const u = v128.load32_splat(e, 4);
    const p = delta + load<usize>(e);
    const q = p + next;
    a0 = f32x4.add(a0, f32x4.mul(u, v128.load(p)));
    a1 = f32x4.add(a1, f32x4.mul(u, v128.load(p, 16)));
    a2 = f32x4.add(a2, f32x4.mul(u, v128.load(p, 32)));
    a3 = f32x4.add(a3, f32x4.mul(u, v128.load(p, 48)));
    b0 = f32x4.add(b0, f32x4.mul(u, v128.load(q)));
    b1 = f32x4.add(b1, f32x4.mul(u, v128.load(q, 16)));
    b2 = f32x4.add(b2, f32x4.mul(u, v128.load(q, 32)));
    b3 = f32x4.add(b3, f32x4.mul(u, v128.load(q, 48)));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, b0, 64);
  v128.store(out, b1, 80);
  v128.store(out, b2, 96);
  v128.store(out, b3, 112);
}
