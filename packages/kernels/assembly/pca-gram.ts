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
 * As gramSparse, for dense rows, here those at the offsets list[from … to-1]: columns that are not all zero are packed as int16,
 * 128 rows at a time, and multiplied in 4 x 2 tiles. scratch: 256 * (D + 5) bytes for the panel, then int32[D + 4] for the columns.
 */
function gramDense(x: usize, list: usize, from: i32, to: i32, D: i32, gram: usize, sums: usize, scratch: usize): void {
  const columns = scratch + (<usize>CHUNK << 1) * (D + 5);
  for (let r = from; r < to; r += CHUNK) {
    const active = packChunk(x, list + (<usize>r << 2), min(CHUNK, to - r), D, scratch, columns, sums);
    for (let a = 0; a < active; a += 4) {
      for (let b = a; b < active; b += 2) tile(scratch, columns, a, b, active, gram, D);
    }
  }
}

/**
 * gramDense (where there is a list of rows) or gramSparse of whichever `step` rows of `rows` are next by the shared counter (int32),
 * until none are left. x may be read up to 16 bytes past its end.
 */
export function gramShare(x: usize, list: usize, rows: i32, step: i32, counter: usize, D: i32, gram: usize, sums: usize, scratch: usize): void {
  for (;;) {
    const from = atomic.add<i32>(counter, step);
    if (from >= rows) return;
    const to = min(rows, from + step);
    if (list) gramDense(x, list, from, to, D, gram, sums, scratch);
    else gramSparse(x, from, to, D, gram, sums, scratch);
  }
}

/** Packs `rows` rows column by column, skipping columns that are zero; pads to 128 rows and a multiple of 4 columns with zeros. */
function packChunk(x: usize, list: usize, rows: i32, D: i32, panel: usize, columns: usize, sums: usize): i32 {
  let active = 0;
  for (let j = 0; j < D; j += 16) {
    let any = i8x16.splat(0);
    for (let r = 0; r < rows; r++) any = v128.or(any, v128.load(x + j + load<u32>(list + (<usize>r << 2))));
    let lit = ~i8x16.bitmask(i8x16.eq(any, i8x16.splat(0))) & 0xffff;
    if (D - j < 16) lit &= (1 << (D - j)) - 1;
    if (lit == 0) continue;
    const first = panel + <usize>active * (CHUNK << 1);
    for (let r = 0; r < CHUNK; r += 8) packEight(x + j, list + (<usize>r << 2), rows - r, lit, first + (<usize>r << 1));
    for (; lit; lit &= lit - 1, active++) {
      const column = j + ctz(lit);
      store<i32>(columns + (<usize>active << 2), column);
      const total = sums + (<usize>column << 2);
      store<u32>(total, load<u32>(total) + sumColumn(panel + <usize>active * (CHUNK << 1)));
    }
  }
  memory.fill(panel + <usize>active * (CHUNK << 1), 0, <usize>4 * (CHUNK << 1));
  return active;
}

@inline
function rowAt(x: usize, list: usize, i: i32, rows: i32): v128 {
  return i < rows ? v128.load(x + load<u32>(list + (<usize>i << 2))) : i8x16.splat(0);
}

@inline
function low(p: v128, q: v128): v128 {
  return v128.shuffle<i8>(p, q, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function high(p: v128, q: v128): v128 {
  return v128.shuffle<i8>(p, q, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Transposes 16 bytes of 8 rows (zeros past `rows`) and stores the columns of `lit` one after the other. */
function packEight(x: usize, list: usize, rows: i32, lit: i32, out: usize): void {
  const r0 = rowAt(x, list, 0, rows), r1 = rowAt(x, list, 1, rows), r2 = rowAt(x, list, 2, rows), r3 = rowAt(x, list, 3, rows);
  const r4 = rowAt(x, list, 4, rows), r5 = rowAt(x, list, 5, rows), r6 = rowAt(x, list, 6, rows), r7 = rowAt(x, list, 7, rows);
  const a0 = low(r0, r4), a1 = low(r1, r5), a2 = low(r2, r6), a3 = low(r3, r7);
  const b0 = low(a0, a2), b1 = low(a1, a3), b2 = high(a0, a2), b3 = high(a1, a3);
  let to = packTwo(low(b0, b1), lit, out);
  to = packTwo(high(b0, b1), lit >> 2, to);
  to = packTwo(low(b2, b3), lit >> 4, to);
  to = packTwo(high(b2, b3), lit >> 6, to);
  const c0 = high(r0, r4), c1 = high(r1, r5), c2 = high(r2, r6), c3 = high(r3, r7);
  const d0 = low(c0, c2), d1 = low(c1, c3), d2 = high(c0, c2), d3 = high(c1, c3);
  to = packTwo(low(d0, d1), lit >> 8, to);
  to = packTwo(high(d0, d1), lit >> 10, to);
  to = packTwo(low(d2, d3), lit >> 12, to);
  packTwo(high(d2, d3), lit >> 14, to);
}

/** Stores the columns of the lowest two bits of `lit`; returns where the next one goes. */
@inline
function packTwo(pair: v128, lit: i32, out: usize): usize {
  const next = out + ((lit & 1) ? <usize>CHUNK << 1 : 0);
  if (lit & 1) v128.store(out, i16x8.extend_low_i8x16_u(pair));
  if (lit & 2) v128.store(next, i16x8.extend_high_i8x16_u(pair));
  return next + ((lit & 2) ? <usize>CHUNK << 1 : 0);
}

function sumColumn(column: usize): u32 {
  const ones = i16x8.splat(1);
  let sum = i32x4.splat(0);
  for (let k: usize = 0; k < <usize>CHUNK << 1; k += 16) sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(column + k), ones));
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
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
