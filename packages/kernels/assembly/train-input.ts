// Brings rows of the data into the form the first layer works on: lists of non-zeros, or panels of floats.
import { Plan, Rows, panel, panelStride } from './train-plan';
import { ENTRY } from './train-sparse';
import { kept1, kept4, rowKey } from './train-dropout';

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
  let e = load<usize>(starts + (<usize>s << 3));
  const bytes = load<i32>(set, Rows.KIND) == 2;
  const values = load<usize>(set, Rows.VALUES) + (bytes ? begin : begin << 2);
  const threshold = dropping ? load<u32>(plan, Plan.DROP) : 0;
  if (threshold == 0) {
    for (let i: usize = 0; i < count; i++, e += ENTRY) {
      const j = <usize>load<u16>(columns + (i << 1));
      const x: f32 = bytes ? <f32>load<u8>(values + i) : load<f32>(values + (i << 2));
      store<usize>(e, j << 6);
      store<f32>(e, x * load<f32>(factor + (j << 2)), 4);
    }
    return;
  }
  const scale = load<f32>(plan, Plan.DROP_SCALE);
  const key = rowKey(plan + Plan.DROP_SEED, step, 0, s);
  for (let i: usize = 0; i < count; i++) {
    const j = <usize>load<u16>(columns + (i << 1));
    if (!kept1(key, <u32>j, threshold)) continue;
    const x: f32 = bytes ? <f32>load<u8>(values + i) : load<f32>(values + (i << 2));
    store<usize>(e, j << 6);
    store<f32>(e, x * load<f32>(factor + (j << 2)) * scale, 4);
    e += ENTRY;
  }
  store<usize>(starts + (<usize>s << 3), e, 4);
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

/** Lists the non-zeros of `rows` staged rows into the set, as its rows from `first` on, whose list begins at `starts[first]`. */
export function listRows(set: usize, staged: usize, columns: i32, first: i32, rows: i32): void {
  const bytes = load<i32>(set, Rows.KIND) == 2;
  const values = load<usize>(set, Rows.VALUES);
  const names = load<usize>(set, Rows.COLUMNS);
  const starts = load<usize>(set, Rows.STARTS);
  let at = load<usize>(starts + (<usize>first << 2));
  for (let r = 0; r < rows; r++) {
    const x = staged + <usize>r * <usize>columns * (bytes ? 1 : 4);
    for (let j = 0; j < columns; j++) {
      if (bytes) {
        const value = load<u8>(x + j);
        if (!value) continue;
        store<u8>(values + at, value);
      } else {
        const value = load<f32>(x + (<usize>j << 2));
        if (value == 0) continue;
        store<f32>(values + (at << 2), value);
      }
      store<u16>(names + (at << 1), <u16>j);
      at++;
    }
    store<usize>(starts + (<usize>(first + r + 1) << 2), at);
  }
}
