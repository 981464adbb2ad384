// The first layer on rows that are mostly zero: lists of (row of the weights, value), 8 bytes each.
import { Plan, panel, panelStride } from './train-plan';
import { storeRow } from './train-dense';

/** One list entry: the weight's row times 64 (its byte offset in a full panel), then the value. */
export const ENTRY: usize = 8;
/** One record of a column: its row times 64, begin and end of its entries, what its slot decays by (f32). */
export const RECORD: usize = 16;

/** Panels [first, last) of out = x · w + bias for listed rows [from, to). starts: begin and end of each row's list. */
export function multiplyListed(starts: usize, w: usize, wRows: i32, k: i32, columns: i32, out: usize, outRows: i32, first: i32, last: i32, from: i32, to: i32): void {
  let p = first;
  while (p < last) {
    const wp = panel(w, wRows, p);
    const op = panel(out, outRows, p);
    if (p + 1 < last && panelStride(columns, p + 1) == 64) {
      const next = panel(0, wRows, 1);
      const outNext = panel(0, outRows, 1);
      for (let s = from; s < to; s++) listedRow2(starts, wp, next, k, op, outNext, s);
      p += 2;
      continue;
    }
    const stride = panelStride(columns, p);
    if (stride == 64) for (let s = from; s < to; s++) listedRow(4, starts, wp, k, op, s);
    else if (stride == 48) for (let s = from; s < to; s++) listedRow(3, starts, wp, k, op, s);
    else if (stride == 32) for (let s = from; s < to; s++) listedRow(2, starts, wp, k, op, s);
    else for (let s = from; s < to; s++) listedRow(1, starts, wp, k, op, s);
    p++;
  }
}

@inline
function listedRow(nv: i32, starts: usize, w: usize, k: i32, out: usize, s: i32): void {
  const bias = w + <usize>k * (nv << 4);
  let a0 = v128.load(bias), a1 = a0, a2 = a0, a3 = a0;
  if (nv > 1) a1 = v128.load(bias, 16);
  if (nv > 2) a2 = v128.load(bias, 32);
  if (nv > 3) a3 = v128.load(bias, 48);
  const end = load<usize>(starts + (<usize>s << 3), 4);
  for (let e = load<usize>(starts + (<usize>s << 3)); e < end; e += ENTRY) {
    const u = v128.load32_splat(e, 4);
    const p = w + (nv == 4 ? load<usize>(e) : (load<usize>(e) >> 6) * (nv << 4));
    a0 = f32x4.add(a0, f32x4.mul(u, v128.load(p)));
    if (nv > 1) a1 = f32x4.add(a1, f32x4.mul(u, v128.load(p, 16)));
    if (nv > 2) a2 = f32x4.add(a2, f32x4.mul(u, v128.load(p, 32)));
    if (nv > 3) a3 = f32x4.add(a3, f32x4.mul(u, v128.load(p, 48)));
  }
  storeRow(nv, out + <usize>s * (nv << 4), a0, a1, a2, a3);
}

@inline
function listedRow2(starts: usize, w: usize, next: usize, k: i32, out: usize, outNext: usize, s: i32): void {
  const bias = w + (<usize>k << 6);
  let a0 = v128.load(bias), a1 = v128.load(bias, 16), a2 = v128.load(bias, 32), a3 = v128.load(bias, 48);
  let b0 = v128.load(bias + next), b1 = v128.load(bias + next, 16), b2 = v128.load(bias + next, 32), b3 = v128.load(bias + next, 48);
  const end = load<usize>(starts + (<usize>s << 3), 4);
  for (let e = load<usize>(starts + (<usize>s << 3)); e < end; e += ENTRY) {
    const u = v128.load32_splat(e, 4);
    const p = w + load<usize>(e);
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
  const o = out + (<usize>s << 6);
  storeRow(4, o, a0, a1, a2, a3);
  storeRow(4, o + outNext, b0, b1, b2, b3);
}

/** The input columns that worker `w` of `workers` gathers. */
@inline
export function columnRange(columns: i32, w: i32, workers: i32): i32 {
  return <i32>((<i64>columns * w) / workers);
}

/**
 * Turns the lists of `rows` rows of a batch into lists by column, for the columns of one worker: entries
 * (row of the batch, value) and one record for each column that has any, or for all when no row may be left for later.
 */
export function gatherColumns(plan: usize, buffer: i32, worker: i32, rows: i32, step: u32): void {
  const columns = load<i32>(plan, Plan.INPUTS);
  const workers = load<i32>(plan, Plan.WORKERS);
  const low = columnRange(columns, worker, workers);
  const high = columnRange(columns, worker + 1, workers);
  const cursors = load<usize>(plan, Plan.CURSORS);
  const starts = load<usize>(plan + (<usize>buffer << 2), Plan.STARTS);
  const entries = load<usize>(plan + (<usize>buffer << 2), Plan.ENTRIES) + load<usize>(plan, Plan.ENTRIES_STRIDE) * worker;
  memory.fill(cursors + (<usize>low << 2), 0, <usize>(high - low) << 2);
  for (let s = 0; s < rows; s++) {
    const end = load<usize>(starts + (<usize>s << 3), 4);
    let e = firstFrom(load<usize>(starts + (<usize>s << 3)), end, low);
    const stop = <u32>high << 6;
    while (e < end && load<u32>(e) < stop) {
      const c = cursors + (load<usize>(e) >> 4);
      store<i32>(c, load<i32>(c) + 1);
      e += ENTRY;
    }
  }
  layRecords(plan, buffer, worker, low, high, entries, step);
  for (let s = 0; s < rows; s++) {
    const end = load<usize>(starts + (<usize>s << 3), 4);
    let e = firstFrom(load<usize>(starts + (<usize>s << 3)), end, low);
    const stop = <u32>high << 6;
    while (e < end && load<u32>(e) < stop) {
      const c = cursors + (load<usize>(e) >> 4);
      const at = load<usize>(c);
      store<u32>(at, s << 6);
      store<u32>(at, load<u32>(e, 4), 4);
      store<usize>(c, at + ENTRY);
      e += ENTRY;
    }
  }
}

/** Replaces counts by places of entries and writes the records. */
@inline
function layRecords(plan: usize, buffer: i32, worker: i32, low: i32, high: i32, entries: usize, step: u32): void {
  const cursors = load<usize>(plan, Plan.CURSORS);
  const last = load<usize>(plan, Plan.LAST);
  const powers = load<usize>(plan, Plan.POWERS);
  const lazy = load<i32>(plan, Plan.LAZY);
  const usual = load<f32>(plan, Plan.FIRST);
  const base = load<usize>(plan + (<usize>buffer << 2), Plan.RECORDS) + <usize>low * RECORD;
  let record = base;
  let at = entries;
  for (let j = low; j < high; j++) {
    const c = cursors + (<usize>j << 2);
    const count = load<usize>(c);
    if (count == 0 && lazy) continue;
    const end = at + count * ENTRY;
    store<u32>(record, j << 6);
    store<usize>(record, at, 4);
    store<usize>(record, end, 8);
    if (lazy) {
      const then = last + (<usize>j << 2);
      store<f32>(record, power(powers, step - load<u32>(then)), 12);
      store<u32>(then, step);
    } else {
      store<f32>(record, usual, 12);
    }
    store<usize>(c, at);
    at = end;
    record += RECORD;
  }
  const workers = load<i32>(plan, Plan.WORKERS);
  store<i32>(load<usize>(plan, Plan.RECORD_COUNTS) + (<usize>(buffer * workers + worker) << 2), <i32>((record - base) / RECORD));
}

/** rho^steps by the table of powers 0 … 4096. */
@inline
function power(powers: usize, steps: u32): f32 {
  let result: f32 = 1;
  while (steps > 4096) {
    result *= load<f32>(powers, 4096 << 2);
    steps -= 4096;
    if (result == 0) return 0;
  }
  return result * load<f32>(powers + (<usize>steps << 2));
}

/** The first entry of an ascending list whose row is at least `row`. */
@inline
function firstFrom(begin: usize, end: usize, row: i32): usize {
  const key = <u32>row << 6;
  let low = begin;
  let count = (end - begin) >> 3;
  while (count > 0) {
    const half = count >> 1;
    const middle = low + (half << 3);
    if (load<u32>(middle) < key) {
      low = middle + ENTRY;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return low;
}
