// The first layer on rows that are mostly zero: lists of (row of the weights, value), 8 bytes each.
import { Plan, fullPanels, panel, panelStride, share } from './plan';
import { gatherPanels, panelsAtOnce } from '../shared/gather';

/**
 * Rows of a matrix that its panels are taken by: of three panels 48 KB, much of which stays in the first-level cache. What a sum has come to
 * after one part is where the next goes on, so that the parts change no bit.
 */
export const DEPTH: i32 = 256;

/** How many parts `rows` rows have. */
@inline
export function partsOf(rows: i32): i32 {
  return max(1, (rows + DEPTH - 1) / DEPTH);
}

/** One list entry: the weight's row times 64 (its byte offset in a full panel), then the value. */
export const ENTRY: usize = 8;
/** Bytes of a column's record: its row times 64, begin and end of its entries, what its slot decays by (f32), where its other parts begin. */
@inline
export function recordBytes(batch: i32): usize {
  return 12 + (<usize>partsOf(batch) << 2);
}

/**
 * Panels [first, last) of out = x · w + bias for sparse rows [from, to). bounds: u32[rows][parts + 1], where each row's list begins,
 * where what multiplies the second DEPTH rows of w, and so on, and where it ends.
 */
export function multiplySparseInput(
  bounds: usize,
  parts: i32,
  w: usize,
  wRows: i32,
  k: i32,
  columns: i32,
  out: usize,
  outRows: i32,
  first: i32,
  last: i32,
  from: i32,
  to: i32,
): void {
  const row = <usize>(parts + 1) << 2;
  let p = first;
  while (p < last) {
    const base = panel(w, wRows, p);
    const stride = panelStride(columns, p);
    const bias = base + <usize>k * stride;
    const count = panelsAtOnce(fullPanels(columns, p, last));
    const next = panel(0, wRows, 1);
    const outNext = panel(0, outRows, 1);
    for (let part = 0; part < parts; part++) {
      let o = panel(out, outRows, p) + <usize>from * stride;
      let bound = bounds + <usize>from * row + (<usize>part << 2);
      const startNext = part ? outNext : next;
      for (let s = from; s < to; s++, o += stride, bound += row) {
        gatherPanels(count, load<usize>(bound), load<usize>(bound, 4), base, stride, next, part ? o : bias, startNext, o, outNext);
      }
    }
    p += count;
  }
}

/**
 * Turns the lists of `rows` rows of a batch into lists by column, for the columns of one worker: entries
 * (row of the batch, value) and one record for each column that has any, or for all when no row may be left for later.
 */
export function gatherColumns(plan: usize, buffer: i32, worker: i32, rows: i32, step: u32): void {
  const columns = load<i32>(plan, Plan.INPUTS);
  const workers = load<i32>(plan, Plan.WORKERS);
  const low = share(columns, worker, workers);
  const high = share(columns, worker + 1, workers);
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
    if (s > 0 && s % DEPTH == 0) beginPart(plan, buffer, worker, low, s / DEPTH);
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

/** Notes in the records of a worker's columns, of which `low` is the first, that their entries from here on are of part `part`. */
function beginPart(plan: usize, buffer: i32, worker: i32, low: i32, part: i32): void {
  const cursors = load<usize>(plan, Plan.CURSORS);
  const size = recordBytes(load<i32>(plan, Plan.BATCH));
  const count = load<i32>(load<usize>(plan, Plan.RECORD_COUNTS) + (<usize>(buffer * load<i32>(plan, Plan.WORKERS) + worker) << 2));
  let record = load<usize>(plan + (<usize>buffer << 2), Plan.RECORDS) + <usize>low * size;
  for (let i = 0; i < count; i++, record += size) {
    store<usize>(record + (<usize>part << 2), load<usize>(cursors + (load<usize>(record) >> 4)), 12);
  }
}

/** Replaces counts by places of entries and writes the records. */
@inline
function layRecords(plan: usize, buffer: i32, worker: i32, low: i32, high: i32, entries: usize, step: u32): void {
  const cursors = load<usize>(plan, Plan.CURSORS);
  const lazy = load<i32>(plan, Plan.LAZY);
  const usual = load<f32>(plan, Plan.BETA1);
  const size = recordBytes(load<i32>(plan, Plan.BATCH));
  const base = load<usize>(plan + (<usize>buffer << 2), Plan.RECORDS) + <usize>low * size;
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
      store<f32>(record, decaySince(plan, j, step), 12);
    } else {
      store<f32>(record, usual, 12);
    }
    store<usize>(c, at);
    at = end;
    record += size;
  }
  const workers = load<i32>(plan, Plan.WORKERS);
  store<i32>(load<usize>(plan, Plan.RECORD_COUNTS) + (<usize>(buffer * workers + worker) << 2), <i32>((record - base) / size));
}

/** What the mean squares of row `j` decay by for the steps since its last update, which is this one from now on. */
@inline
export function decaySince(plan: usize, j: i32, step: u32): f32 {
  const then = load<usize>(plan, Plan.LAST) + (<usize>j << 2);
  const steps = step - load<u32>(then);
  store<u32>(then, step);
  return power(load<usize>(plan, Plan.POWERS), steps);
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
