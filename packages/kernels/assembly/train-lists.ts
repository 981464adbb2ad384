// Values of rectified layers are mostly zero too: lists of their non-zeros, by row or by column. Leaving zeros out of a
// sum changes no bit of it.
import { panel, panelCount, panelStride } from './train-plan';
import { ENTRY, RECORD, multiplySparseInput } from './train-sparse';

/** Rows sparse at once. */
const ROWS: i32 = 32;
/** Bytes before the entries in a thread's list buffer: begins and ends of the rows, or records of 16 columns. */
const HEAD: usize = 512;

/**
 * Lists the non-zeros of row `s` of panels as (column << 6, value) from `at` on; returns their end. Every number is written and the
 * place moves on past those that count: branches on which they are would be guessed wrong half the time.
 */
@inline
function listRow(values: usize, rows: i32, columns: i32, s: i32, at: usize): usize {
  const panels = panelCount(columns);
  for (let p = 0; p < panels; p++) {
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
  for (let first = from; first < to; first += ROWS) {
    const last = min(to, first + ROWS);
    const starts = lists - (<usize>first << 3);
    let at = lists + HEAD;
    for (let s = first; s < last; s++) {
      store<usize>(starts + (<usize>s << 3), at);
      at = listRow(x, xRows, k, s, at);
      store<usize>(starts + (<usize>s << 3), at, 4);
    }
    multiplySparseInput(starts, w, k + 1, k, columns, out, outRows, 0, panelCount(columns), first, last);
  }
}

/** Lists the `width` columns of a panel of `rows` rows as (row << 6, value); returns the first of their records. */
export function listColumns(values: usize, stride: i32, rows: i32, width: i32, lists: usize): usize {
  const room = <usize>rows * ENTRY;
  for (let j = 0; j < width; j++) {
    const begin = lists + HEAD + <usize>j * room;
    let at = begin;
    let p = values + (<usize>j << 2);
    for (let s = 0; s < rows; s++, p += stride) {
      const value = load<f32>(p);
      store<u32>(at, s << 6);
      store<f32>(at, value, 4);
      at += value != 0 ? ENTRY : 0;
    }
    const record = lists + <usize>j * RECORD;
    store<u32>(record, j << 6);
    store<usize>(record, begin, 4);
    store<usize>(record, at, 8);
  }
  return lists;
}
