// Eigenvalues of a symmetric tridiagonal matrix by implicit QL (Bowdler, Martin, Reinsch and Wilkinson 1968),
// eigenvectors along with it or, for a few, by inverse iteration (Peters and Wilkinson 1971).
import { nextFloat } from '../shared/random';
import { madd2, nmadd2 } from '../shared/multiply-add';

const EPSILON: f64 = 2.220446049250313e-16;

@inline
function at(p: usize, i: i32): f64 {
  return load<f64>(p + (<usize>i << 3));
}

@inline
function put(p: usize, i: i32, value: f64): void {
  store<f64>(p + (<usize>i << 3), value);
}

/**
 * Overwrites the diagonal d with the eigenvalues, unordered; destroys e, where e[i] stands between d[i] and d[i+1].
 * If z is not 0, the rotations are applied to its n rows of ld float64: from the identity they become the eigenvectors.
 * @returns 0, or 1 when an eigenvalue needs more than 80 steps
 */
export function implicitQl(d: usize, e: usize, n: i32, z: usize, ld: i32): i32 {
  put(e, n - 1, 0);
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      let m = l;
      for (; m < n - 1; m++) {
        if (abs(at(e, m)) <= EPSILON * (abs(at(d, m)) + abs(at(d, m + 1))) + 1e-19) break;
      }
      if (m == l) break;
      if (step == 80) return 1;
      qlStep(d, e, l, m, z, ld);
    }
  }
  return 0;
}

function qlStep(d: usize, e: usize, l: i32, m: i32, z: usize, ld: i32): void {
  const half = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
  let g = at(d, m) - at(d, l) + at(e, l) / (half + copysign<f64>(sqrt<f64>(half * half + 1), half));
  let s: f64 = 1, c: f64 = 1, p: f64 = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * at(e, i);
    const b = c * at(e, i);
    let r = sqrt<f64>(f * f + g * g);
    put(e, i + 1, r);
    if (r == 0) {
      put(d, i + 1, at(d, i + 1) - p);
      put(e, m, 0);
      return;
    }
    s = f / r;
    c = g / r;
    g = at(d, i + 1) - p;
    r = (at(d, i) - g) * s + 2 * c * b;
    p = s * r;
    put(d, i + 1, g + p);
    g = c * r - b;
    if (z) rotate(z + <usize>i * (<usize>ld << 3), <usize>ld << 3, s, c);
  }
  put(d, l, at(d, l) - p);
  put(e, l, g);
  put(e, m, 0);
}

/** Rotates a row with the one after it. */
function rotate(row: usize, bytes: usize, s: f64, c: f64): void {
  const next = row + bytes;
  const vs = f64x2.splat(s), vc = f64x2.splat(c);
  for (let k: usize = 0; k < bytes; k += 16) {
    const one = v128.load(row + k), two = v128.load(next + k);
    v128.store(next + k, madd2(vc, two, f64x2.mul(vs, one)));
    v128.store(row + k, nmadd2(vs, two, f64x2.mul(vc, one)));
  }
}

/**
 * Eigenvectors of the tridiagonal matrix (d, e as in implicitQl, not changed) for `count` eigenvalues in descending order,
 * written to the rows of y, float64[count][ld]. Vectors whose eigenvalues are chained by gaps below 2e-5 of `norm`
 * are kept orthogonal by two passes of Gram-Schmidt in every step. The first step that leaves a residual below 1e-13 of `norm`, after
 * the one from the random start, is the last. work: float64[5 * n]; seed: uint32[4], changed.
 */
export function inverseIteration(d: usize, e: usize, n: i32, values: usize, count: i32, norm: f64, y: usize, ld: i32, work: usize, seed: usize): void {
  const bytes = <usize>ld << 3;
  let cluster = 0;
  for (let v = 0; v < count; v++) {
    const value = at(values, v);
    if (v > 0 && at(values, v - 1) - value > 2e-5 * norm) cluster = v;
    factorize(d, e, n, value, EPSILON * norm, work);
    const row = y + <usize>v * bytes;
    memory.fill(row, 0, bytes);
    for (let i = 0; i < n; i++) put(row, i, <f64>nextFloat(seed) - 0.5);
    for (let step = 0; step < 4; step++) {
      solve(n, work, row);
      const growth = normalize(row, n);
      for (let pass = 0; pass < 2 && cluster < v; pass++) {
        for (let other = cluster; other < v; other++) removePart(row, y + <usize>other * bytes, bytes);
        normalize(row, n);
      }
      if (step > 0 && growth * norm > 1e13) break;
    }
  }
}

/** LU of T - value I with partial pivoting: work = diagonal, first and second superdiagonal, multipliers, 1 where rows were swapped. */
function factorize(d: usize, e: usize, n: i32, value: f64, tiny: f64, work: usize): void {
  const bytes = <usize>n << 3;
  const diagonal = work, above = work + bytes, second = work + 2 * bytes, factor = work + 3 * bytes, swapped = work + 4 * bytes;
  let pivot = at(d, 0) - value;
  let right = n > 1 ? at(e, 0) : 0;
  for (let i = 0; i < n - 1; i++) {
    const below = at(e, i);
    const nextPivot = at(d, i + 1) - value;
    const nextRight = i + 2 < n ? at(e, i + 1) : 0;
    if (abs(below) > abs(pivot)) {
      const f = pivot / below;
      put(diagonal, i, below);
      put(above, i, nextPivot);
      put(second, i, nextRight);
      put(factor, i, f);
      put(swapped, i, 1);
      pivot = right - f * nextPivot;
      right = -f * nextRight;
    } else {
      if (abs(pivot) < tiny) pivot = tiny;
      const f = below / pivot;
      put(diagonal, i, pivot);
      put(above, i, right);
      put(second, i, 0);
      put(factor, i, f);
      put(swapped, i, 0);
      pivot = nextPivot - f * right;
      right = nextRight;
    }
  }
  put(diagonal, n - 1, abs(pivot) < tiny ? tiny : pivot);
  put(above, n - 1, 0);
  put(second, n - 1, 0);
}

function solve(n: i32, work: usize, x: usize): void {
  const bytes = <usize>n << 3;
  const diagonal = work, above = work + bytes, second = work + 2 * bytes, factor = work + 3 * bytes, swapped = work + 4 * bytes;
  for (let i = 0; i < n - 1; i++) {
    const one = at(x, i), two = at(x, i + 1);
    if (at(swapped, i) != 0) {
      put(x, i, two);
      put(x, i + 1, one - at(factor, i) * two);
    } else put(x, i + 1, two - at(factor, i) * one);
  }
  let x1: f64 = 0, x2: f64 = 0;
  for (let i = n - 1; i >= 0; i--) {
    const value = (at(x, i) - at(above, i) * x1 - at(second, i) * x2) / at(diagonal, i);
    put(x, i, value);
    x2 = x1;
    x1 = value;
  }
}

/** Divides a vector by its length, which it returns; a vector of zeros stays. */
function normalize(x: usize, n: i32): f64 {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) largest = max(largest, abs(at(x, i)));
  if (largest == 0) return 0;
  const inverse = 1 / largest;
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) {
    const value = at(x, i) * inverse;
    sum += value * value;
  }
  const length = largest * sqrt<f64>(sum);
  const scale = 1 / length;
  for (let i = 0; i < n; i++) put(x, i, at(x, i) * scale);
  return length;
}

@inline
function dot(x: usize, y: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) sum = madd2(v128.load(x + k), v128.load(y + k), sum);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** x -= (x'y) y */
function removePart(x: usize, y: usize, bytes: usize): void {
  const part = f64x2.splat(dot(x, y, bytes));
  for (let k: usize = 0; k < bytes; k += 16) v128.store(x + k, nmadd2(part, v128.load(y + k), v128.load(x + k)));
}

/** The larger of max |T y - value y| / norm and max |y_i'y_j - delta_ij| over `count` rows of y. */
export function defect(d: usize, e: usize, n: i32, values: usize, count: i32, norm: f64, y: usize, ld: i32): f64 {
  const bytes = <usize>ld << 3;
  let worst: f64 = 0;
  for (let v = 0; v < count; v++) {
    const row = y + <usize>v * bytes;
    const value = at(values, v);
    for (let i = 0; i < n; i++) {
      let r = (at(d, i) - value) * at(row, i);
      if (i > 0) r += at(e, i - 1) * at(row, i - 1);
      if (i + 1 < n) r += at(e, i) * at(row, i + 1);
      if (!(abs(r) / norm <= worst)) worst = abs(r) / norm;
    }
    for (let other = 0; other <= v; other++) {
      const off = abs(dot(row, y + <usize>other * bytes, bytes) - (other == v ? 1 : 0));
      if (!(off <= worst)) worst = off;
    }
  }
  return worst;
}
