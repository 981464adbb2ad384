// Sums of products of columns (Gram matrix), exact integers for bytes, float64 for floats.

/**
 * Adds to the upper triangle of `gram` (uint32[D*D]) and to `sums` (uint32[D]) the products and values of
 * byte rows [from, to), by outer products of their non-zero entries. At most 66,051 rows (2^32 / 255^2) may be added to a cleared `gram`.
 * scratch: uint32[D].
 */
function gramSparse(x: usize, from: i32, to: i32, D: i32, gram: usize, sums: usize, scratch: usize): void {
  for (let r = from; r < to; r++) {
    const count = listNonZero(x + <usize>r * D, D, scratch);
    const end = scratch + (<usize>count << 2);
    for (let p = scratch; p < end; p += 4) {
      const a = load<u32>(p);
      const value = a & 255;
      const column = a >> 8;
      const sum = sums + (<usize>column << 2);
      store<u32>(sum, load<u32>(sum) + value);
      const row = gram + ((<usize>column * D) << 2);
      let q = p;
      for (; q + 12 < end; q += 16) {
        addProduct(row, load<u32>(q), value);
        addProduct(row, load<u32>(q, 4), value);
        addProduct(row, load<u32>(q, 8), value);
        addProduct(row, load<u32>(q, 12), value);
      }
      for (; q < end; q += 4) addProduct(row, load<u32>(q), value);
    }
  }
}

@inline
function addProduct(row: usize, entry: u32, value: u32): void {
  const cell = row + ((<usize>entry >> 8) << 2);
  store<u32>(cell, load<u32>(cell) + value * (entry & 255));
}

/** Lists the non-zero bytes of a row as column * 256 + value; returns how many. */
@inline
function listNonZero(row: usize, D: i32, list: usize): i32 {
  let count = 0;
  let j = 0;
  for (; j + 8 <= D; j += 8) {
    let eight = load<u64>(row + j);
    while (eight) {
      const shift = ctz(eight) & 56;
      const value = (eight >> shift) & 255;
      store<u32>(list + (<usize>count << 2), ((j + <i32>(shift >> 3)) << 8) | <u32>value);
      count++;
      eight &= ~(<u64>255 << shift);
    }
  }
  for (; j < D; j++) {
    const value = load<u8>(row + j);
    if (value) {
      store<u32>(list + (<usize>count << 2), (j << 8) | <u32>value);
      count++;
    }
  }
  return count;
}

/** How many bytes of x[from, to) are not zero. */
export function countNonZero(x: usize, from: i32, to: i32): i32 {
  let count = 0;
  for (let i = from; i < to; i++) count += load<u8>(x + i) ? 1 : 0;
  return count;
}

const CHUNK: i32 = 128; // rows packed at once: fewer leave more columns all zero, more spread the cost of adding to memory

/**
 * As gramSparse, for dense rows: columns that are not all zero are packed as int16, 128 rows at a time,
 * and multiplied in 4 x 2 tiles. scratch: 256 * (D + 4) bytes for the panel, then int32[D + 4] for the columns.
 */
function gramDense(x: usize, from: i32, to: i32, D: i32, gram: usize, sums: usize, scratch: usize): void {
  const columns = scratch + (<usize>CHUNK << 1) * (D + 4);
  for (let r = from; r < to; r += CHUNK) {
    const rows = min(CHUNK, to - r);
    const active = packChunk(x + <usize>r * D, rows, D, scratch, columns, sums);
    for (let a = 0; a < active; a += 4) {
      for (let b = a; b < active; b += 2) tile(scratch, columns, a, b, active, gram, D);
    }
  }
}

/** gramSparse or gramDense of whichever `step` rows of `rows` are next by the shared counter (int32), until none are left. */
export function gramShare(dense: i32, x: usize, rows: i32, step: i32, counter: usize, D: i32, gram: usize, sums: usize, scratch: usize): void {
  for (;;) {
    const from = atomic.add<i32>(counter, step);
    if (from >= rows) return;
    const to = min(rows, from + step);
    if (dense) gramDense(x, from, to, D, gram, sums, scratch);
    else gramSparse(x, from, to, D, gram, sums, scratch);
  }
}

/** Packs `rows` rows column by column, skipping columns that are zero; pads to 128 rows and a multiple of 4 columns with zeros. */
function packChunk(x: usize, rows: i32, D: i32, panel: usize, columns: usize, sums: usize): i32 {
  let active = 0;
  for (let j = 0; j < D; j += 16) {
    const width = min(16, D - j);
    let lit = 0;
    if (j + 16 <= D) {
      let any = i8x16.splat(0);
      for (let r = 0; r < rows; r++) any = v128.or(any, v128.load(x + <usize>r * D + j));
      lit = ~i8x16.bitmask(i8x16.eq(any, i8x16.splat(0))) & 0xffff;
    } else {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < width; c++) lit |= (load<u8>(x + <usize>r * D + j + c) ? 1 : 0) << c;
      }
    }
    while (lit) {
      const c = ctz(lit);
      lit &= lit - 1;
      const out = panel + <usize>active * (CHUNK << 1);
      let sum: u32 = 0;
      for (let r = 0; r < rows; r++) {
        const value = load<u8>(x + <usize>r * D + j + c);
        sum += value;
        store<u16>(out + (<usize>r << 1), value);
      }
      memory.fill(out + (<usize>rows << 1), 0, <usize>(CHUNK - rows) << 1);
      const total = sums + (<usize>(j + c) << 2);
      store<u32>(total, load<u32>(total) + sum);
      store<i32>(columns + (<usize>active << 2), j + c);
      active++;
    }
  }
  memory.fill(panel + <usize>active * (CHUNK << 1), 0, <usize>4 * (CHUNK << 1));
  return active;
}

/** Adds the products of packed columns a … a+3 with b and b+1. */
function tile(panel: usize, columns: usize, a: i32, b: i32, active: i32, gram: usize, D: i32): void {
  const stride: usize = CHUNK << 1;
  const pa = panel + <usize>a * stride;
  const pb = panel + <usize>b * stride;
  let c00 = i32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let k: usize = 0; k < stride; k += 16) {
    const b0 = v128.load(pb + k);
    const b1 = v128.load(pb + k, CHUNK << 1);
    let v = v128.load(pa + k);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(v, b0));
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(v, b1));
    v = v128.load(pa + k, CHUNK << 1);
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(v, b0));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(v, b1));
    v = v128.load(pa + k, CHUNK << 2);
    c20 = i32x4.add(c20, i32x4.dot_i16x8_s(v, b0));
    c21 = i32x4.add(c21, i32x4.dot_i16x8_s(v, b1));
    v = v128.load(pa + k, CHUNK * 6);
    c30 = i32x4.add(c30, i32x4.dot_i16x8_s(v, b0));
    c31 = i32x4.add(c31, i32x4.dot_i16x8_s(v, b1));
  }
  const upper = laneSums(c00, c01, c10, c11);
  const lower = laneSums(c20, c21, c30, c31);
  const right = b + 1 < active;
  const base = gram + (<usize>load<i32>(columns + (<usize>b << 2)) << 2);
  const next = gram + (<usize>load<i32>(columns + (<usize>b << 2), 4) << 2);
  const row = columns + (<usize>a << 2);
  const bytes = <usize>D << 2;
  const r0 = <usize>load<i32>(row) * bytes;
  addTo(base + r0, i32x4.extract_lane(upper, 0));
  if (right) addTo(next + r0, i32x4.extract_lane(upper, 1));
  const past = b - a;
  if (past >= 3) {
    const r1 = <usize>load<i32>(row, 4) * bytes, r2 = <usize>load<i32>(row, 8) * bytes, r3 = <usize>load<i32>(row, 12) * bytes;
    addTo(base + r1, i32x4.extract_lane(upper, 2));
    addTo(base + r2, i32x4.extract_lane(lower, 0));
    addTo(base + r3, i32x4.extract_lane(lower, 2));
    if (right) {
      addTo(next + r1, i32x4.extract_lane(upper, 3));
      addTo(next + r2, i32x4.extract_lane(lower, 1));
      addTo(next + r3, i32x4.extract_lane(lower, 3));
    }
    return;
  }
  // on the diagonal b is a or a + 2: cells left of it belong to the other triangle
  if (right) addTo(next + <usize>load<i32>(row, 4) * bytes, i32x4.extract_lane(upper, 3));
  if (past == 2) {
    addTo(base + <usize>load<i32>(row, 4) * bytes, i32x4.extract_lane(upper, 2));
    addTo(base + <usize>load<i32>(row, 8) * bytes, i32x4.extract_lane(lower, 0));
    if (right) {
      addTo(next + <usize>load<i32>(row, 8) * bytes, i32x4.extract_lane(lower, 1));
      addTo(next + <usize>load<i32>(row, 12) * bytes, i32x4.extract_lane(lower, 3));
    }
  }
}

/** The sums of the lanes of four vectors. */
@inline
function laneSums(p: v128, q: v128, r: v128, s: v128): v128 {
  const one = i32x4.add(v128.shuffle<i32>(p, q, 0, 4, 1, 5), v128.shuffle<i32>(p, q, 2, 6, 3, 7));
  const two = i32x4.add(v128.shuffle<i32>(r, s, 0, 4, 1, 5), v128.shuffle<i32>(r, s, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(one, two, 0, 1, 4, 5), v128.shuffle<i32>(one, two, 2, 3, 6, 7));
}

@inline
function addTo(cell: usize, value: i32): void {
  store<i32>(cell, load<i32>(cell) + value);
}
