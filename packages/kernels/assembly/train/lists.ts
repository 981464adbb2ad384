// Values of rectified layers are mostly zero too: lists of their non-zeros, by row or by column. Leaving zeros out of a
// sum changes no bit of it.
import { SUM_BYTES, panel, panelCount, panelStride } from './plan';
import { gatherPanels } from '../shared/gather';
import { DEPTH, ENTRY, multiplySparseInput, partsOf } from './sparse';

/** Rows listed at once. */
const ROWS: i32 = 32;
/**
 * Lists the non-zeros of the panels [first, last) of row `s` as (column << 6, value) from `at` on; returns their end. Every number is
 * written and the place moves on past those that count: branches on which they are would be guessed wrong half the time.
 */
@inline
function listRow(values: usize, rows: i32, columns: i32, first: i32, last: i32, s: i32, at: usize): usize {
  for (let p = first; p < last; p++) {
    const stride = panelStride(columns, p);
    const row = panel(values, rows, p) + <usize>s * stride;
    let name = <u32>p << 10;
    for (let c = 0; c < stride; c += 16, name += 4 << 6) {
      at = listOne(load<u32>(row + c), name, at);
      at = listOne(load<u32>(row + c, 4), name + (1 << 6), at);
      at = listOne(load<u32>(row + c, 8), name + (2 << 6), at);
      at = listOne(load<u32>(row + c, 12), name + (3 << 6), at);
    }
  }
  return at;
}

@inline
function listOne(bits: u32, name: u32, at: usize): usize {
  store<u32>(at, name);
  store<u32>(at, bits, 4);
  return at + (<usize>(bits << 1 != 0) << 3); // both zeros are zero
}

/** All panels of out = x · w + bias (the row after the last of w) for rows [from, to) of x, sparse 32 rows at a time in `lists`. */
export function multiplySparse(x: usize, xRows: i32, k: i32, w: usize, columns: i32, out: usize, outRows: i32, from: i32, to: i32, lists: usize): void {
  const parts = partsOf(k);
  const row = <usize>(parts + 1) << 2;
  const panels = panelCount(k);
  for (let first = from; first < to; first += ROWS) {
    const last = min(to, first + ROWS);
    const bounds = lists - <usize>first * row;
    let at = lists + <usize>ROWS * row;
    let bound = lists;
    for (let s = first; s < last; s++) {
      store<usize>(bound, at);
      bound += 4;
      for (let part = 0; part < parts; part++, bound += 4) {
        at = listRow(x, xRows, k, part * (DEPTH >> 4), min(panels, (part + 1) * (DEPTH >> 4)), s, at);
        store<usize>(bound, at);
      }
    }
    multiplySparseInput(bounds, parts, w, k + 1, k, columns, out, outRows, 0, panelCount(columns), first, last);
  }
}

/**
 * Lists the `width` columns of a panel of `rows` rows as (row << 6, value). Writes to `lists` the bounds u32[width][parts + 1] of
 * their parts, then the lists.
 */
export function listColumns(values: usize, stride: i32, rows: i32, width: i32, lists: usize): void {
  const parts = partsOf(rows);
  const room = <usize>rows * ENTRY;
  let bound = lists;
  let begin = lists + <usize>(16 * (parts + 1) * 4);
  for (let j = 0; j < width; j++, begin += room) {
    let at = begin;
    store<usize>(bound, at);
    bound += 4;
    let p = values + (<usize>j << 2);
    for (let part = 0; part < parts; part++, bound += 4) {
      const end = min(rows, (part + 1) * DEPTH);
      for (let s = part * DEPTH; s < end; s++, p += stride) {
        const value = load<f32>(p);
        store<u32>(at, s << 6);
        store<f32>(at, value, 4);
        at += value != 0 ? ENTRY : 0;
      }
      store<usize>(bound, at);
    }
  }
}

/** The sums of listed columns over `count` panels of delta, to f32[width][3][16]. */
export function sumColumns(lists: usize, width: i32, rows: i32, count: i32, delta: usize, stride: i32, next: usize, sums: usize): void {
  const parts = partsOf(rows);
  const row = <usize>(parts + 1) << 2;
  for (let part = 0; part < parts; part++) {
    let bound = lists + (<usize>part << 2);
    let sum = sums;
    for (let j = 0; j < width; j++, bound += row, sum += SUM_BYTES) {
      gatherPanels(count, load<usize>(bound), load<usize>(bound, 4), delta, stride, next, part ? sum : 0, 64, sum, 64);
    }
  }
}
