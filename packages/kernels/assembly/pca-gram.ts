// Sums of products of columns (Gram matrix), exact integers for bytes, float64 for floats.

/**
 * Adds to the upper triangle of `gram` (uint32[D*D]) and to `sums` (uint32[D]) the products and values of
 * byte rows [from, to), by outer products of their non-zero entries. At most 66,051 rows (2^32 / 255^2) may be added to a cleared `gram`.
 * scratch: uint32[D].
 */
export function gramSparse(x: usize, from: i32, to: i32, D: i32, gram: usize, sums: usize, scratch: usize): void {
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

const CHUNK: i32 = 256; // rows packed at once; 256 pairs of products of bytes stay below 2^31

/**
 * As gramSparse, for dense rows: columns that are not all zero are packed as int16, 256 rows at a time,
 * and multiplied in 4 x 2 tiles. scratch: 512 * (D + 4) bytes for the panel, then int32[D + 4] for the columns.
 */
export function gramDense(x: usize, from: i32, to: i32, D: i32, gram: usize, sums: usize, scratch: usize): void {
  const columns = scratch + (<usize>CHUNK << 1) * (D + 4);
  for (let r = from; r < to; r += CHUNK) {
    const rows = min(CHUNK, to - r);
    const active = packChunk(x + <usize>r * D, rows, D, scratch, columns, sums);
    for (let a = 0; a < active; a += 4) {
      for (let b = a; b < active; b += 2) tile(scratch, columns, a, b, active, gram, D);
    }
  }
}

/** Packs `rows` rows column by column, skipping columns that are zero; pads to 256 rows and a multiple of 4 columns with zeros. */
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
  addCell(columns, a, b, active, c00, gram, D);
  addCell(columns, a, b + 1, active, c01, gram, D);
  addCell(columns, a + 1, b, active, c10, gram, D);
  addCell(columns, a + 1, b + 1, active, c11, gram, D);
  addCell(columns, a + 2, b, active, c20, gram, D);
  addCell(columns, a + 2, b + 1, active, c21, gram, D);
  addCell(columns, a + 3, b, active, c30, gram, D);
  addCell(columns, a + 3, b + 1, active, c31, gram, D);
}

@inline
function addCell(columns: usize, a: i32, b: i32, active: i32, c: v128, gram: usize, D: i32): void {
  if (b < a || b >= active) return;
  const sum = i32x4.extract_lane(c, 0) + i32x4.extract_lane(c, 1) + i32x4.extract_lane(c, 2) + i32x4.extract_lane(c, 3);
  const cell = gram + ((<usize>load<i32>(columns + (<usize>a << 2)) * D + load<i32>(columns + (<usize>b << 2))) << 2);
  store<u32>(cell, load<u32>(cell) + <u32>sum);
}
