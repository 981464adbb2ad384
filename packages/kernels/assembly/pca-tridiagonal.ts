// Householder reduction of a symmetric matrix to tridiagonal form (Martin, Reinsch and Wilkinson 1968, tred),
// with the rank-2 update of one step and the matrix-vector product of the next fused into one pass.

/**
 * a: float64[n][ld], lower triangle, entries at most about 1 in size; ld even. On return row i holds the Householder
 * vector u_i of length i, tau[i] = |u_i|^2 / 2 (0: no reflection), d the diagonal, e[i] the entry left of d[i] (e[0] = 0).
 * work: float64[5 * ld].
 */
export function tridiagonalize(a: usize, n: i32, ld: i32, d: usize, e: usize, tau: usize, work: usize): void {
  const bytes = <usize>ld << 3;
  let u = work;
  let lastU = work + bytes;
  let q = work + 2 * bytes;
  let lastQ = work + 3 * bytes;
  memory.fill(work, 0, 4 * bytes);
  for (let i = n - 1; i >= 0; i--) {
    const row = a + <usize>i * bytes;
    updateRow(row, i + 1, lastU, lastQ);
    store<f64>(d + (<usize>i << 3), load<f64>(row + (<usize>i << 3)));
    const half = reflect(row, i, e + (<usize>i << 3));
    store<f64>(tau + (<usize>i << 3), half);
    if (half != 0) memory.copy(u, row, <usize>i << 3);
    else memory.fill(u, 0, bytes);
    memory.fill(q, 0, bytes);
    updateAndMultiply(a, bytes, i, lastU, lastQ, u, q);
    if (half != 0) finishVector(u, q, i, half);
    let swap = u;
    u = lastU;
    lastU = swap;
    swap = q;
    q = lastQ;
    lastQ = swap;
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

/** On the lower triangle of the leading m rows: A -= lastU lastQ' + lastQ lastU', then q = A u, in one pass, two rows at a time. */
function updateAndMultiply(a: usize, bytes: usize, m: i32, lastU: usize, lastQ: usize, u: usize, q: usize): void {
  let j = 0;
  for (; j + 2 <= m; j += 2) rowPair(a + <usize>j * bytes, bytes, j, lastU, lastQ, u, q);
  if (j < m) lastRow(a + <usize>j * bytes, j, lastU, lastQ, u, q);
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
    const a0 = f64x2.sub(v128.load(row + k), f64x2.add(f64x2.mul(u0, lq), f64x2.mul(q0, lu)));
    const a1 = f64x2.sub(v128.load(next + k), f64x2.add(f64x2.mul(u1, lq), f64x2.mul(q1, lu)));
    v128.store(row + k, a0);
    v128.store(next + k, a1);
    dot0 = f64x2.add(dot0, f64x2.mul(a0, v));
    dot1 = f64x2.add(dot1, f64x2.mul(a1, v));
    v128.store(q + k, f64x2.add(v128.load(q + k), f64x2.add(f64x2.mul(a0, v0), f64x2.mul(a1, v1))));
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

/** Applies the reflections to the rows [from, to) of y, float64[.][ld]: eigenvectors of the tridiagonal matrix become those of the first one. */
export function backTransform(a: usize, n: i32, ld: i32, tau: usize, y: usize, from: i32, to: i32): void {
  const bytes = <usize>ld << 3;
  for (let v = from; v < to; v += 2) {
    const one = y + <usize>v * bytes;
    const two = v + 1 < to ? one + bytes : one;
    for (let i = 1; i < n; i++) {
      const half = load<f64>(tau + (<usize>i << 3));
      if (half != 0) reflectPair(a + <usize>i * bytes, i, half, one, two);
    }
  }
}

function reflectPair(u: usize, m: i32, half: f64, one: usize, two: usize): void {
  let sum1 = f64x2.splat(0), sum2 = sum1;
  const whole = <usize>(m & ~1) << 3;
  for (let k: usize = 0; k < whole; k += 16) {
    const value = v128.load(u + k);
    sum1 = f64x2.add(sum1, f64x2.mul(value, v128.load(one + k)));
    sum2 = f64x2.add(sum2, f64x2.mul(value, v128.load(two + k)));
  }
  let s1 = f64x2.extract_lane(sum1, 0) + f64x2.extract_lane(sum1, 1);
  let s2 = f64x2.extract_lane(sum2, 0) + f64x2.extract_lane(sum2, 1);
  const odd = (m & 1) == 1;
  if (odd) {
    s1 += load<f64>(u + whole) * load<f64>(one + whole);
    s2 += load<f64>(u + whole) * load<f64>(two + whole);
  }
  s1 /= half;
  s2 /= half;
  const f1 = f64x2.splat(s1), f2 = f64x2.splat(s2);
  if (two != one) {
    for (let k: usize = 0; k < whole; k += 16) {
      const value = v128.load(u + k);
      v128.store(one + k, f64x2.sub(v128.load(one + k), f64x2.mul(value, f1)));
      v128.store(two + k, f64x2.sub(v128.load(two + k), f64x2.mul(value, f2)));
    }
  } else {
    for (let k: usize = 0; k < whole; k += 16) v128.store(one + k, f64x2.sub(v128.load(one + k), f64x2.mul(v128.load(u + k), f1)));
  }
  if (odd) {
    const value = load<f64>(u + whole);
    store<f64>(one + whole, load<f64>(one + whole) - value * s1);
    if (two != one) store<f64>(two + whole, load<f64>(two + whole) - value * s2);
  }
}
