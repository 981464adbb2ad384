// Sums of products of byte columns (Gram matrix): exact integers, so that rows may be added in any order by any thread.
//
// Columns stand in groups of 4, rows in fours. A group that is zero in all of four rows is left out; of the others each pair
// gives a tile of 4 x 4 products, two rows at a time by i32x4.dot_i16x8_s. Taking the rows of one group through 256 rows
// before those of the next keeps its tiles in the first-level cache.

const FOURS: i32 = 64; // fours of rows packed at once
const TILE: usize = 64; // bytes: 4 x 4 words
const PACKED: usize = 32; // bytes of a group in four rows: two pairs of rows, int16, the rows of a pair side by side

/** Groups of 4 columns. */
@inline
function groups(D: i32): usize {
  return <usize>((D + 3) >> 2);
}

/**
 * Adds the products of whichever 256 of the `rows` rows at the offsets list[0 … rows-1] in x (uint8, D columns) are next by the shared
 * counter (int32) to `gram`, until none are left. gram: tiles uint32[4][4] of the group pairs [G][G], G = ceil(D / 4), of which those
 * with the first group up to the second are written; sums: uint32[4 G]. At most 66,051 rows (2^32 / 255^2) may be added to a cleared
 * `gram`. x may be read up to 16 bytes past its end. scratch: 64 * (36 * G + 12) bytes.
 */
export function gramShare(x: usize, list: usize, rows: i32, counter: usize, D: i32, gram: usize, sums: usize, scratch: usize): void {
  const step = FOURS << 2;
  for (;;) {
    const from = atomic.add<i32>(counter, step);
    if (from >= rows) return;
    addRows(x, list + (<usize>from << 2), min(step, rows - from), D, gram, sums, scratch);
  }
}

function addRows(x: usize, list: usize, rows: i32, D: i32, gram: usize, sums: usize, scratch: usize): void {
  const G = groups(D);
  const fours = (rows + 3) >> 2;
  const panels = scratch + <usize>FOURS * 12;
  const names = panels + <usize>FOURS * PACKED * G;
  for (let f = 0; f < fours; f++) {
    const cursor = scratch + <usize>f * 12;
    const name = names + <usize>f * (G << 2);
    const panel = panels + <usize>f * (PACKED * G);
    store<usize>(cursor, name);
    store<usize>(cursor, panel, 4);
    store<usize>(cursor, packFour(x, list + (<usize>f << 4), min(4, rows - (f << 2)), D, panel, name, sums), 8);
  }
  for (let I: usize = 0; I < G; I++) {
    const row = gram + I * G * TILE;
    for (let cursor = scratch; cursor < scratch + <usize>fours * 12; cursor += 12) {
      const name = load<usize>(cursor);
      const end = load<usize>(cursor, 8);
      if (name == end || load<usize>(name) != I * TILE) continue;
      const panel = load<usize>(cursor, 4);
      multiplyGroup(row, name, end, panel);
      store<usize>(cursor, name + 4);
      store<usize>(cursor, panel + PACKED, 4);
    }
  }
}

/** Adds the products of the first listed group of four rows with itself and with each that follows to the tiles of its row. */
function multiplyGroup(row: usize, first: usize, end: usize, packed: usize): void {
  const a0 = v128.load32_splat(packed), a1 = v128.load32_splat(packed, 4), a2 = v128.load32_splat(packed, 8), a3 = v128.load32_splat(packed, 12);
  const b0 = v128.load32_splat(packed, 16), b1 = v128.load32_splat(packed, 20), b2 = v128.load32_splat(packed, 24), b3 = v128.load32_splat(packed, 28);
  let panel = packed;
  for (let name = first; name < end; name += 4, panel += PACKED) {
    const tile = row + load<u32>(name);
    const u = v128.load(panel), v = v128.load(panel, 16);
    v128.store(tile, i32x4.add(i32x4.add(v128.load(tile), i32x4.dot_i16x8_s(a0, u)), i32x4.dot_i16x8_s(b0, v)));
    v128.store(tile, i32x4.add(i32x4.add(v128.load(tile, 16), i32x4.dot_i16x8_s(a1, u)), i32x4.dot_i16x8_s(b1, v)), 16);
    v128.store(tile, i32x4.add(i32x4.add(v128.load(tile, 32), i32x4.dot_i16x8_s(a2, u)), i32x4.dot_i16x8_s(b2, v)), 32);
    v128.store(tile, i32x4.add(i32x4.add(v128.load(tile, 48), i32x4.dot_i16x8_s(a3, u)), i32x4.dot_i16x8_s(b3, v)), 48);
  }
}

/** Packs up to four rows and adds them to the sums; lists the groups that are not zero in all, as offsets of tiles; returns the list's end. */
function packFour(x: usize, list: usize, rows: i32, D: i32, panel: usize, names: usize, sums: usize): usize {
  let to = panel;
  let name = names;
  for (let j = 0; j < D; j += 16) {
    let r0 = rowAt(x + j, list, 0, rows), r1 = rowAt(x + j, list, 1, rows), r2 = rowAt(x + j, list, 2, rows), r3 = rowAt(x + j, list, 3, rows);
    if (D - j < 16) {
      const within = i8x16.lt_u(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>(D - j)));
      r0 = v128.and(r0, within);
      r1 = v128.and(r1, within);
      r2 = v128.and(r2, within);
      r3 = v128.and(r3, within);
    }
    const lit = i32x4.bitmask(i32x4.ne(v128.or(v128.or(r0, r1), v128.or(r2, r3)), i32x4.splat(0)));
    if (lit == 0) continue;
    const firstLow = low(r0, r1), firstHigh = high(r0, r1), secondLow = low(r2, r3), secondHigh = high(r2, r3);
    const sum = sums + (<usize>j << 2);
    const number = <u32>(j >> 2) * <u32>TILE;
    if (lit & 1) {
      packGroup(i16x8.extend_low_i8x16_u(firstLow), i16x8.extend_low_i8x16_u(secondLow), to, sum);
      store<u32>(name, number);
      to += PACKED;
      name += 4;
    }
    if (lit & 2) {
      packGroup(i16x8.extend_high_i8x16_u(firstLow), i16x8.extend_high_i8x16_u(secondLow), to, sum + 16);
      store<u32>(name, number + <u32>TILE);
      to += PACKED;
      name += 4;
    }
    if (lit & 4) {
      packGroup(i16x8.extend_low_i8x16_u(firstHigh), i16x8.extend_low_i8x16_u(secondHigh), to, sum + 32);
      store<u32>(name, number + 2 * <u32>TILE);
      to += PACKED;
      name += 4;
    }
    if (lit & 8) {
      packGroup(i16x8.extend_high_i8x16_u(firstHigh), i16x8.extend_high_i8x16_u(secondHigh), to, sum + 48);
      store<u32>(name, number + 3 * <u32>TILE);
      to += PACKED;
      name += 4;
    }
  }
  return name;
}

@inline
function packGroup(first: v128, second: v128, to: usize, sum: usize): void {
  const ones = i16x8.splat(1);
  v128.store(to, first);
  v128.store(to, second, 16);
  v128.store(sum, i32x4.add(v128.load(sum), i32x4.dot_i16x8_s(i16x8.add(first, second), ones)));
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
