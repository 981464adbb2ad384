// The best split of a node on one feature, exact: class histograms of byte codes in large nodes, sorted codes in small ones.
// With T, L, R the class weights of node, left and right, the split is scored by sum(L^2)/|L| + sum(R^2)/|R|, and
// sum(R^2) = sum(T^2) - 2 sum(T L) + sum(L^2), so only sum(L^2) and sum(T L) are carried along: whole numbers throughout.
import { Job } from './records';

export let bestScore: f64 = 0;
export let bestFeature: i32 = -1;
/** The codes on either side of the best cut. */
export let bestLow: u32 = 0;
export let bestHigh: u32 = 0;

/** The node being split. */
let weight: u32 = 0;
let square: i64 = 0;

const SORT_BELOW: u32 = 40; // rows under which to sort; on MNIST 20, 40 and 80 take the same time to within noise, always the histogram 4% and 160 9% more

export function startNode(w: u32, s: i64): void {
  weight = w;
  square = s;
  bestScore = -1;
  bestFeature = -1;
}

/** Scores every cut of feature f over samples [start, end). @returns false if the feature is constant there */
export function scoreFeature(job: Job, f: u32, start: u32, end: u32): bool {
  const n = end - start;
  const wide = job.width != 1;
  const byRow = !wide && n < job.byRowBelow;
  const base = byRow ? job.byRow + f : job.byColumn + <usize>f * job.rows * job.width;
  const stride: usize = byRow ? job.columns : job.width;
  if (!wide && n >= SORT_BELOW && job.classes <= 16 && weight < 65536 && job.minLeaf <= 1) {
    fillHistogram(job, base, stride, start, end);
    return scanHistogram(job, f);
  }
  const varying = wide ? gatherWide(job, base, start, end) : gather(job, base, stride, start, end);
  if (!varying) return false;
  scanKeys(job, f, sortKeys(job, n, varying), n);
  return true;
}

function fillHistogram(job: Job, base: usize, stride: usize, start: u32, end: u32): void {
  const histogram = job.histogram;
  const flags = job.flags;
  const last = job.samples + (<usize>end << 3);
  for (let p = job.samples + (<usize>start << 3); p < last; p += 8) {
    const value = <usize>load<u8>(base + load<u32>(p) * stride);
    const tag = load<u32>(p, 4);
    const cell = histogram + (value << 6) + (<usize>(tag & 0xffff) << 2);
    store<u32>(cell, load<u32>(cell) + (tag >> 16));
    store<u8>(flags + value, 1);
  }
}

/** Adds the four lanes. */
@inline
function across(v: v128): u32 {
  const two = i32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return <u32>(i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1));
}

/** Weights are below 2^16, so every sum of squares is below 2^32 and wrapping 32-bit lanes are exact. Clears the histogram. */
function scanHistogram(job: Job, f: u32): bool {
  const zero = i32x4.splat(0);
  const totals = job.totals;
  const t0 = v128.load(totals), t1 = v128.load(totals, 16), t2 = v128.load(totals, 32), t3 = v128.load(totals, 48);
  let l0 = zero, l1 = zero, l2 = zero, l3 = zero;
  let squares = zero, products = zero, sizes = zero;
  let previous = -1;
  let bins = 0;
  for (let block = 0; block < 256; block += 16) {
    let mask = i8x16.bitmask(i8x16.ne(v128.load(job.flags + block), zero));
    if (!mask) continue;
    v128.store(job.flags + block, zero);
    while (mask) {
      const value = block + ctz(mask);
      mask &= mask - 1;
      if (previous >= 0) {
        const left = across(squares);
        score(f, previous, value, across(sizes), left, <u32>square + left - 2 * across(products));
      }
      const row = job.histogram + (<usize>value << 6);
      const h0 = v128.load(row), h1 = v128.load(row, 16), h2 = v128.load(row, 32), h3 = v128.load(row, 48);
      v128.store(row, zero);
      v128.store(row, zero, 16);
      v128.store(row, zero, 32);
      v128.store(row, zero, 48);
      sizes = i32x4.add(sizes, i32x4.add(i32x4.add(h0, h1), i32x4.add(h2, h3)));
      products = i32x4.add(products, i32x4.add(i32x4.add(i32x4.mul(h0, t0), i32x4.mul(h1, t1)), i32x4.add(i32x4.mul(h2, t2), i32x4.mul(h3, t3))));
      const n0 = i32x4.add(l0, h0), n1 = i32x4.add(l1, h1), n2 = i32x4.add(l2, h2), n3 = i32x4.add(l3, h3);
      const s01 = i32x4.add(i32x4.mul(h0, i32x4.add(l0, n0)), i32x4.mul(h1, i32x4.add(l1, n1)));
      const s23 = i32x4.add(i32x4.mul(h2, i32x4.add(l2, n2)), i32x4.mul(h3, i32x4.add(l3, n3)));
      squares = i32x4.add(squares, i32x4.add(s01, s23));
      l0 = n0;
      l1 = n1;
      l2 = n2;
      l3 = n3;
      previous = value;
      bins++;
    }
  }
  return bins > 1;
}

@inline
function score(f: u32, low: u32, high: u32, leftWeight: u32, leftSquare: i64, rightSquare: i64): void {
  const value = <f64>leftSquare / <f64>leftWeight + <f64>rightSquare / <f64>(weight - leftWeight);
  if (value > bestScore) {
    bestScore = value;
    bestFeature = f;
    bestLow = low;
    bestHigh = high;
  }
}

/** Lists the keys of a node; returns the bits in which codes differ, 0 if the feature is constant. */
function gather(job: Job, base: usize, stride: usize, start: u32, end: u32): u32 {
  const last = job.samples + (<usize>end << 3);
  let p = job.samples + (<usize>start << 3);
  const first = <u32>load<u8>(base + load<u32>(p) * stride);
  let out = job.keys;
  let varying: u32 = 0;
  for (; p < last; p += 8, out += 8) {
    const value = <u32>load<u8>(base + load<u32>(p) * stride);
    varying |= value ^ first;
    store<u32>(out, load<u32>(p, 4));
    store<u32>(out, value, 4);
  }
  return varying;
}

function gatherWide(job: Job, base: usize, start: u32, end: u32): u32 {
  const last = job.samples + (<usize>end << 3);
  let p = job.samples + (<usize>start << 3);
  const first = load<u32>(base + (<usize>load<u32>(p) << 2));
  let out = job.keys;
  let varying: u32 = 0;
  for (; p < last; p += 8, out += 8) {
    const value = load<u32>(base + (<usize>load<u32>(p) << 2));
    varying |= value ^ first;
    store<u32>(out, load<u32>(p, 4));
    store<u32>(out, value, 4);
  }
  return varying;
}

/** Sorts the keys by code: insertion for few, else by digits of 8 bits, only those that differ. Returns where they are. */
function sortKeys(job: Job, n: u32, varying: u32): usize {
  if (n < SORT_BELOW) {
    insertionSort(job.keys, n);
    return job.keys;
  }
  let from = job.keys;
  let to = job.sortedKeys;
  for (let shift: u32 = 0; shift < 32 && varying >> shift; shift += 8) {
    if (!((varying >> shift) & 255)) continue;
    digitPass(from, to, n, shift, job.digits);
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}

function insertionSort(keys: usize, n: u32): void {
  const end = keys + (<usize>n << 3);
  for (let p = keys + 8; p < end; p += 8) {
    const key = load<u64>(p);
    const code = <u32>(key >> 32);
    let q = p;
    while (q > keys && load<u32>(q - 8, 4) > code) {
      store<u64>(q, load<u64>(q - 8));
      q -= 8;
    }
    store<u64>(q, key);
  }
}

function digitPass(from: usize, to: usize, n: u32, shift: u32, digits: usize): void {
  memory.fill(digits, 0, 1024);
  const end = from + (<usize>n << 3);
  for (let p = from; p < end; p += 8) {
    const cell = digits + (<usize>((load<u32>(p, 4) >> shift) & 255) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
  let sum: u32 = 0;
  for (let cell = digits; cell < digits + 1024; cell += 4) {
    const count = load<u32>(cell);
    store<u32>(cell, sum);
    sum += count;
  }
  for (let p = from; p < end; p += 8) {
    const cell = digits + (<usize>((load<u32>(p, 4) >> shift) & 255) << 2);
    const at = load<u32>(cell);
    store<u32>(cell, at + 1);
    store<u64>(to + (<usize>at << 3), load<u64>(p));
  }
}

function scanKeys(job: Job, f: u32, keys: usize, n: u32): void {
  const totals = job.totals;
  const lefts = job.lefts;
  const minLeaf = job.minLeaf;
  memory.fill(lefts, 0, <usize>job.classes << 2);
  let squares: i64 = 0;
  let products: i64 = 0;
  let size: u32 = 0;
  let code = load<u32>(keys, 4);
  for (let k: u32 = 0; k < n; k++) {
    const p = keys + (<usize>k << 3);
    const next = load<u32>(p, 4);
    if (next != code) {
      if (k >= minLeaf && n - k >= minLeaf) score(f, code, next, size, squares, square + squares - 2 * products);
      code = next;
    }
    const tag = load<u32>(p);
    const at = <usize>(tag & 0xffff) << 2;
    const w = <i64>(tag >> 16);
    const l = <i64>load<u32>(lefts + at);
    squares += w * (2 * l + w);
    products += w * <i64>load<u32>(totals + at);
    store<u32>(lefts + at, <u32>(l + w));
    size += <u32>w;
  }
}

/** Moves the samples of [start, end) whose code of feature f is at most `low` to the front, keeping their order; returns where the others begin. */
export function partition(job: Job, f: u32, low: u32, start: u32, end: u32): u32 {
  const base = job.byColumn + <usize>f * job.rows * job.width;
  const wide = job.width != 1;
  const samples = job.samples;
  let left = samples + (<usize>start << 3);
  let right = job.spare;
  const last = samples + (<usize>end << 3);
  for (let p = left; p < last; p += 8) {
    const sample = load<u64>(p);
    const row = <usize>(sample & 0xffffffff);
    const code = wide ? load<u32>(base + (row << 2)) : <u32>load<u8>(base + row);
    const goesLeft: usize = code <= low ? 8 : 0;
    store<u64>(left, sample);
    store<u64>(right, sample);
    left += goesLeft;
    right += 8 - goesLeft;
  }
  memory.copy(left, job.spare, right - job.spare);
  return <u32>((left - samples) >> 3);
}
