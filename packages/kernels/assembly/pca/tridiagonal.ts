// Householder reduction of a symmetric matrix to tridiagonal form (Martin, Reinsch and Wilkinson 1968, tred),
// with the rank-2 update of one step and the matrix-vector product of the next fused into one pass.
import { madd2, nmadd2 } from '../shared/multiply-add';

const PARTS: i32 = 4; // parts of the rows of a step, of about equal work; each sums products of its own
const ALONE: i32 = 96; // rows up to which a step is not worth sharing
const OVER: i32 = -1;
const DONE: usize = 64; // bytes after the ticket: how many parts are finished
const SPINS: i32 = 20000;

/**
 * a: float64[n][ld], lower triangle, entries at most about 1 in size; ld even. On return row i holds the Householder
 * vector u_i of length i, tau[i] = |u_i|^2 / 2 (0: no reflection), d the diagonal, e[i] the entry left of d[i] (e[0] = 0).
 * work: float64[8 * ld]. ticket: 128 bytes where other threads learn of their parts, see helpTridiagonalize; the result does not depend on them.
 */
export function tridiagonalize(a: usize, n: i32, ld: i32, d: usize, e: usize, tau: usize, work: usize, ticket: usize): void {
  const bytes = <usize>ld << 3;
  memory.fill(work, 0, 4 * bytes);
  for (let i = n - 1; i >= 0; i--) {
    const row = a + <usize>i * bytes;
    const u = vector(work, i, ld), q = u + 2 * bytes;
    const lastU = vector(work, i + 1, ld);
    updateRow(row, i + 1, lastU, lastU + 2 * bytes);
    store<f64>(d + (<usize>i << 3), load<f64>(row + (<usize>i << 3)));
    const half = reflect(row, i, e + (<usize>i << 3));
    store<f64>(tau + (<usize>i << 3), half);
    if (half != 0) memory.copy(u, row, <usize>i << 3);
    else memory.fill(u, 0, bytes);
    if (i > ALONE) shareParts(a, i, ld, work, ticket);
    else for (let part = 0; part < PARTS; part++) updatePart(a, i, ld, work, part);
    addParts(q, i, ld, work);
    if (half != 0) finishVector(u, q, i, half);
  }
  atomic.store<i32>(ticket, OVER);
}

/** u of step i; the other of the two is that of the step before; q stands two vectors after u. */
@inline
function vector(work: usize, i: i32, ld: i32): usize {
  return work + <usize>(i & 1) * (<usize>ld << 3);
}

/** Where part `part` of m rows begins, even but for the end: the work of a row grows with its number. */
@inline
function partStart(m: i32, part: i32): i32 {
  return part == PARTS ? m : <i32>(<f64>m * sqrt<f64>(<f64>part / PARTS)) & ~1;
}

/** One part of step i: the rows' update, and their share of A u in a vector of its own. */
function updatePart(a: usize, i: i32, ld: i32, work: usize, part: i32): void {
  const bytes = <usize>ld << 3;
  const u = vector(work, i, ld), lastU = vector(work, i + 1, ld);
  const q = work + <usize>(4 + part) * bytes;
  memory.fill(q, 0, bytes);
  updateAndMultiply(a, bytes, partStart(i, part), partStart(i, part + 1), lastU, lastU + 2 * bytes, u, q);
}

/** q = the sum of the parts, in order. */
function addParts(q: usize, i: i32, ld: i32, work: usize): void {
  const bytes = <usize>ld << 3;
  const p = work + 4 * bytes;
  const end = <usize>i << 3;
  for (let k: usize = 0; k < end; k += 16) {
    const sum = f64x2.add(f64x2.add(v128.load(p + k), v128.load(p + bytes + k)), v128.load(p + 2 * bytes + k));
    v128.store(q + k, f64x2.add(sum, v128.load(p + 3 * bytes + k)));
  }
}

/** Offers the parts of step i to all threads, takes those that nobody else does, and waits for the last. */
function shareParts(a: usize, i: i32, ld: i32, work: usize, ticket: usize): void {
  atomic.store<i32>(ticket, 0, DONE);
  atomic.store<i32>(ticket, i << 3);
  while (takePart(a, ld, work, ticket)) {}
  for (let spins = 0; ; spins++) {
    const done = atomic.load<i32>(ticket, DONE);
    if (done == PARTS) return;
    if (spins > SPINS) atomic.wait<i32>(ticket + DONE, done, 100_000);
  }
}

/** Does the next part of the step that the ticket names (i * 8 + part), if one is left. */
function takePart(a: usize, ld: i32, work: usize, ticket: usize): bool {
  const found = atomic.load<i32>(ticket);
  if (found == OVER || (found & 7) >= PARTS) return false;
  if (atomic.cmpxchg<i32>(ticket, found, found + 1) == found) {
    updatePart(a, found >> 3, ld, work, found & 7);
    atomic.add<i32>(ticket, 1, DONE);
  }
  return true;
}

/**
 * What another thread does while one is in tridiagonalize: takes parts of its steps until it is over. A thread that is held up delays
 * the others by the part it has taken, no more. ticket: int32, PARTS (4) before the first step.
 */
export function helpTridiagonalize(a: usize, ld: i32, work: usize, ticket: usize): void {
  for (let spins = 0; ; spins++) {
    if (takePart(a, ld, work, ticket)) spins = 0;
    const found = atomic.load<i32>(ticket);
    if (found == OVER) return;
    if (spins > SPINS) atomic.wait<i32>(ticket, found, 200_000);
  }
}

/** Turns row[0 … m-1] into its Householder vector; stores the entry that is left in `off`; returns |u|^2 / 2. */
function reflect(row: usize, m: i32, off: usize): f64 {
  if (m == 0) {
    store<f64>(off, 0);
    return 0;
  }
  const last = row + (<usize>(m - 1) << 3);
  const alpha = load<f64>(last);
  let rest: f64 = 0;
  for (let p = row; p < last; p += 8) rest += load<f64>(p) * load<f64>(p);
  if (rest < 1e-300) {
    store<f64>(off, alpha);
    return 0;
  }
  const square = rest + alpha * alpha;
  const g = -copysign<f64>(sqrt<f64>(square), alpha);
  store<f64>(off, g);
  store<f64>(last, alpha - g);
  return square - alpha * g;
}

/** row[k] -= u[m-1] q[k] + q[m-1] u[k] for k < m. */
function updateRow(row: usize, m: i32, u: usize, q: usize): void {
  const last = <usize>(m - 1) << 3;
  const uj = load<f64>(u + last);
  const qj = load<f64>(q + last);
  for (let k: usize = 0; k <= last; k += 8) store<f64>(row + k, load<f64>(row + k) - (uj * load<f64>(q + k) + qj * load<f64>(u + k)));
}

/** On the rows [from, to) of the lower triangle: A -= lastU lastQ' + lastQ lastU', then q += A u, in one pass, two rows at a time. */
function updateAndMultiply(a: usize, bytes: usize, from: i32, to: i32, lastU: usize, lastQ: usize, u: usize, q: usize): void {
  let j = from;
  for (; j + 2 <= to; j += 2) rowPair(a + <usize>j * bytes, bytes, j, lastU, lastQ, u, q);
  if (j < to) lastRow(a + <usize>j * bytes, j, lastU, lastQ, u, q);
}

function rowPair(row: usize, bytes: usize, j: i32, lastU: usize, lastQ: usize, u: usize, q: usize): void {
  const next = row + bytes;
  const at = <usize>j << 3;
  const u0 = f64x2.splat(load<f64>(lastU + at)), u1 = f64x2.splat(load<f64>(lastU + at, 8));
  const q0 = f64x2.splat(load<f64>(lastQ + at)), q1 = f64x2.splat(load<f64>(lastQ + at, 8));
  const v0 = f64x2.splat(load<f64>(u + at)), v1 = f64x2.splat(load<f64>(u + at, 8));
  let dot0 = f64x2.splat(0), dot1 = dot0;
  for (let k: usize = 0; k < at; k += 16) {
    const lu = v128.load(lastU + k), lq = v128.load(lastQ + k), v = v128.load(u + k);
    const a0 = nmadd2(q0, lu, nmadd2(u0, lq, v128.load(row + k)));
    const a1 = nmadd2(q1, lu, nmadd2(u1, lq, v128.load(next + k)));
    v128.store(row + k, a0);
    v128.store(next + k, a1);
    dot0 = madd2(a0, v, dot0);
    dot1 = madd2(a1, v, dot1);
    v128.store(q + k, madd2(a1, v1, madd2(a0, v0, v128.load(q + k))));
  }
  const su0 = load<f64>(lastU + at), su1 = load<f64>(lastU + at, 8);
  const sq0 = load<f64>(lastQ + at), sq1 = load<f64>(lastQ + at, 8);
  const sv0 = load<f64>(u + at), sv1 = load<f64>(u + at, 8);
  const a00 = load<f64>(row + at) - (su0 * sq0 + sq0 * su0);
  const a10 = load<f64>(next + at) - (su1 * sq0 + sq1 * su0);
  const a11 = load<f64>(next + at, 8) - (su1 * sq1 + sq1 * su1);
  store<f64>(row + at, a00);
  store<f64>(next + at, a10);
  store<f64>(next + at, a11, 8);
  const p0 = f64x2.extract_lane(dot0, 0) + f64x2.extract_lane(dot0, 1) + a00 * sv0 + a10 * sv1;
  const p1 = f64x2.extract_lane(dot1, 0) + f64x2.extract_lane(dot1, 1) + a10 * sv0 + a11 * sv1;
  store<f64>(q + at, load<f64>(q + at) + p0);
  store<f64>(q + at, load<f64>(q + at, 8) + p1, 8);
}

function lastRow(row: usize, j: i32, lastU: usize, lastQ: usize, u: usize, q: usize): void {
  updateRow(row, j + 1, lastU, lastQ);
  const at = <usize>j << 3;
  const uj = load<f64>(u + at);
  let dot = load<f64>(row + at) * uj;
  for (let k: usize = 0; k < at; k += 8) {
    const value = load<f64>(row + k);
    dot += value * load<f64>(u + k);
    store<f64>(q + k, load<f64>(q + k) + value * uj);
  }
  store<f64>(q + at, load<f64>(q + at) + dot);
}

/** q = A u / half - u (u'A u) / (2 half^2). */
function finishVector(u: usize, q: usize, m: i32, half: f64): void {
  const end = <usize>m << 3;
  let dot: f64 = 0;
  for (let k: usize = 0; k < end; k += 8) {
    const p = load<f64>(q + k) / half;
    store<f64>(q + k, p);
    dot += p * load<f64>(u + k);
  }
  const share = dot / (2 * half);
  for (let k: usize = 0; k < end; k += 8) store<f64>(q + k, load<f64>(q + k) - share * load<f64>(u + k));
}

/**
 * Applies the reflections to the `count` rows of y, float64[.][ld]: eigenvectors of the tridiagonal matrix become those of the first one.
 * Each thread takes four of them at a time by the shared counter (int32).
 */
export function backTransform(a: usize, n: i32, ld: i32, tau: usize, y: usize, count: i32, counter: usize): void {
  for (;;) {
    const from = atomic.add<i32>(counter, 4);
    if (from >= count) return;
    if (from + 4 <= count) reflectRows(a, n, ld, tau, y, from, 1);
    else for (let v = from; v < count; v++) reflectRows(a, n, ld, tau, y, v, 0);
  }
}

/** Four rows of y, or (apart 0) one. */
function reflectRows(a: usize, n: i32, ld: i32, tau: usize, y: usize, v: i32, apart: i32): void {
  const bytes = <usize>ld << 3;
  const row = y + <usize>v * bytes;
  const next = bytes * apart;
  for (let i = 1; i < n; i++) {
    const half = load<f64>(tau + (<usize>i << 3));
    if (half != 0) reflectFour(a + <usize>i * bytes, i, half, row, row + next, row + 2 * next, row + 3 * next);
  }
}

/** x -= u (u'x / half) for four vectors of length m, or for one given four times. */
function reflectFour(u: usize, m: i32, half: f64, x0: usize, x1: usize, x2: usize, x3: usize): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const whole = <usize>(m & ~1) << 3;
  for (let k: usize = 0; k < whole; k += 16) {
    const value = v128.load(u + k);
    s0 = madd2(value, v128.load(x0 + k), s0);
    s1 = madd2(value, v128.load(x1 + k), s1);
    s2 = madd2(value, v128.load(x2 + k), s2);
    s3 = madd2(value, v128.load(x3 + k), s3);
  }
  const last = (m & 1) == 1 ? load<f64>(u + whole) : 0;
  const f0 = factor(s0, last, x0 + whole, half), f1 = factor(s1, last, x1 + whole, half);
  const f2 = factor(s2, last, x2 + whole, half), f3 = factor(s3, last, x3 + whole, half);
  subtract(x0, u, whole, f0, last);
  if (x1 == x0) return;
  subtract(x1, u, whole, f1, last);
  subtract(x2, u, whole, f2, last);
  subtract(x3, u, whole, f3, last);
}

/** u'x / half from the sums of the even and odd products and the product of the last entry of an odd length (0 for an even one). */
@inline
function factor(sums: v128, last: f64, x: usize, half: f64): f64 {
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (last != 0) sum += last * load<f64>(x);
  return sum / half;
}

@inline
function subtract(x: usize, u: usize, whole: usize, f: f64, last: f64): void {
  const four = f64x2.splat(f);
  for (let k: usize = 0; k < whole; k += 16) v128.store(x + k, nmadd2(v128.load(u + k), four, v128.load(x + k)));
  if (last != 0) store<f64>(x + whole, load<f64>(x + whole) - last * f);
}
