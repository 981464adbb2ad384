// Brings rows of the data into the form the first layer works on: lists of non-zeros, or panels of floats.
import { Plan, Rows, panel, panelStride } from './plan';
import { ENTRY } from './sparse';
import { kept1, kept4, rowKey } from './dropout';

/** Sets begin and end of the lists of a batch's rows; each list has room for all of its row's entries. */
export function layLists(set: usize, order: usize, first: i32, rows: i32, lists: usize, starts: usize): void {
  const rowStarts = load<usize>(set, Rows.STARTS);
  let at = lists;
  for (let s = 0; s < rows; s++) {
    const r = rowStarts + (rowOf(order, first + s) << 2);
    store<usize>(starts + (<usize>s << 3), at);
    at += (load<usize>(r, 4) - load<usize>(r)) * ENTRY;
    store<usize>(starts + (<usize>s << 3), at, 4);
  }
}

@inline
export function rowOf(order: usize, index: i32): usize {
  return order ? load<usize>(order + (<usize>index << 2)) : <usize>index;
}

/** Fills the list of row `s` of a batch from row `row` of the set; ends it early where dropout left values out. */
export function fillList(plan: usize, set: usize, row: usize, starts: usize, s: i32, dropping: bool, step: u32): void {
  const factor = load<usize>(plan, Plan.FACTOR);
  const r = load<usize>(set, Rows.STARTS) + (row << 2);
  const begin = load<usize>(r);
  const count = load<usize>(r, 4) - begin;
  const columns = load<usize>(set, Rows.COLUMNS) + (begin << 1);
  const values = load<usize>(set, Rows.VALUES);
  const list = load<usize>(starts + (<usize>s << 3));
  const threshold = dropping ? load<u32>(plan, Plan.DROP) : 0;
  if (load<i32>(set, Rows.KIND) == 2) fillEntries<u8>(list, columns, values + begin, count, factor);
  else fillEntries<f32>(list, columns, values + (begin << 2), count, factor);
  if (threshold) {
    store<usize>(
      starts + (<usize>s << 3),
      dropEntries(
        list,
        count,
        rowKey(plan + Plan.DROP_SEED, step, 0, s),
        threshold,
        load<f32>(plan, Plan.DROP_SCALE),
      ),
      4,
    );
  }
}

@inline
function fillEntries<T>(list: usize, columns: usize, values: usize, count: usize, factor: usize): void {
  let e = list;
  let v = values;
  const end = columns + (count << 1);
  for (let c = columns; c < end; c += 2, v += sizeof<T>(), e += ENTRY) {
    const j = <usize>load<u16>(c);
    store<usize>(e, j << 6);
    store<f32>(e, <f32>load<T>(v) * load<f32>(factor + (j << 2)), 4);
  }
}

/** Leaves the dropped entries out and scales the others; returns the new end. */
function dropEntries(list: usize, count: usize, key: u32, threshold: u32, scale: f32): usize {
  let out = list;
  const end = list + count * ENTRY;
  for (let e = list; e < end; e += ENTRY) {
    const j = load<u32>(e);
    if (!kept1(key, j >> 6, threshold)) continue;
    store<u32>(out, j);
    store<f32>(out, load<f32>(e, 4) * scale, 4);
    out += ENTRY;
  }
  return out;
}

/**
 * Reads a word of every cache line that rows [first + from, first + to) of an order occupy: independent loads, so that
 * the lines come from memory side by side and not one row after the other. Returns a sum nobody needs.
 */
export function touchRows(set: usize, order: usize, first: i32, from: i32, to: i32): u32 {
  const starts = load<usize>(set, Rows.STARTS);
  const columns = load<usize>(set, Rows.COLUMNS);
  const values = load<usize>(set, Rows.VALUES);
  const shift: usize = load<i32>(set, Rows.KIND) == 2 ? 0 : 2;
  let sum: u32 = 0;
  for (let s = from; s < to; s++) {
    const r = starts + (rowOf(order, first + s) << 2);
    const begin = load<usize>(r);
    const end = load<usize>(r, 4);
    for (let c = columns + (begin << 1); c < columns + (end << 1); c += 64) sum += load<u8>(c);
    for (let v = values + (begin << shift); v < values + (end << shift); v += 64) sum += load<u8>(v);
  }
  return sum;
}

/** Fills row `s` of panels of `outRows` rows from row `row` of the set. */
export function fillPanels(plan: usize, set: usize, row: usize, out: usize, outRows: i32, s: i32, dropping: bool, step: u32): void {
  const inputs = load<i32>(plan, Plan.INPUTS);
  const bytes = load<i32>(set, Rows.KIND) == 0;
  const values = load<usize>(set, Rows.VALUES) + row * <usize>inputs * (bytes ? 1 : 4);
  const factor = load<usize>(plan, Plan.FACTOR);
  const offset = load<usize>(plan, Plan.OFFSET);
  const threshold = dropping ? load<u32>(plan, Plan.DROP) : 0;
  const scale = f32x4.splat(load<f32>(plan, Plan.DROP_SCALE));
  const key = rowKey(plan + Plan.DROP_SEED, step, 0, s);
  for (let j = 0; j < inputs; j += 4) {
    const p = j >> 4;
    const o = panel(out, outRows, p) + <usize>s * panelStride(inputs, p) + ((j & 15) << 2);
    let x: v128;
    if (bytes) x = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(values + j))));
    else x = v128.load(values + (<usize>j << 2));
    x = f32x4.add(f32x4.mul(x, v128.load(factor + (<usize>j << 2))), v128.load(offset + (<usize>j << 2)));
    if (threshold) x = v128.and(f32x4.mul(x, scale), kept4(key, j, threshold));
    v128.store(o, x);
  }
}

/** How many of the `columns` numbers of each staged row are not zero: u32[rows]. kind: 0 bytes, 1 floats. */
export function countRows(kind: i32, staged: usize, columns: i32, rows: i32, counts: usize): void {
  let x = staged;
  for (let r = 0; r < rows; r++) {
    let count = 0;
    if (kind == 0) {
      let j = 0;
      for (; j + 16 <= columns; j += 16) count += popcnt(i8x16.bitmask(i8x16.ne(v128.load(x + j), i8x16.splat(0))));
      for (; j < columns; j++) count += load<u8>(x + j) != 0 ? 1 : 0;
      x += columns;
    } else {
      let j = 0;
      for (; j + 4 <= columns; j += 4) count += popcnt(i32x4.bitmask(f32x4.ne(v128.load(x + (<usize>j << 2)), f32x4.splat(0))));
      for (; j < columns; j++) count += load<f32>(x + (<usize>j << 2)) != 0 ? 1 : 0;
      x += <usize>columns << 2;
    }
    store<i32>(counts + (<usize>r << 2), count);
  }
}

/** Lists the non-zeros of `rows` staged rows into the set, as its rows from `first` on; the starts of its rows are known. */
export function listRows(set: usize, staged: usize, columns: i32, first: i32, rows: i32): void {
  if (load<i32>(set, Rows.KIND) == 2) listBytes(set, staged, columns, first, rows);
  else listFloats(set, staged, columns, first, rows);
}

function listBytes(set: usize, staged: usize, columns: i32, first: i32, rows: i32): void {
  let at = load<usize>(load<usize>(set, Rows.STARTS) + (<usize>first << 2));
  let value = load<usize>(set, Rows.VALUES) + at;
  let name = load<usize>(set, Rows.COLUMNS) + (at << 1);
  let x = staged;
  for (let r = 0; r < rows; r++, x += columns) {
    for (let j = 0; j < columns; j += 16) {
      let mask = i8x16.bitmask(i8x16.ne(v128.load(x + j), i8x16.splat(0)));
      if (j + 16 > columns) mask &= (1 << (columns - j)) - 1;
      while (mask) {
        const k = j + ctz(mask);
        mask &= mask - 1;
        store<u8>(value++, load<u8>(x + k));
        store<u16>(name, <u16>k);
        name += 2;
      }
    }
  }
}

function listFloats(set: usize, staged: usize, columns: i32, first: i32, rows: i32): void {
  let at = load<usize>(load<usize>(set, Rows.STARTS) + (<usize>first << 2));
  let value = load<usize>(set, Rows.VALUES) + (at << 2);
  let name = load<usize>(set, Rows.COLUMNS) + (at << 1);
  let x = staged;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++, x += 4) {
      const v = load<f32>(x);
      if (v == 0) continue;
      store<f32>(value, v);
      store<u16>(name, <u16>j);
      value += 4;
      name += 2;
    }
  }
}
