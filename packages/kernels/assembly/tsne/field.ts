/*
 * The potential of all points, phi(y) = sum_j 1 / (1 + |y - y_j|^2), and its gradient, on a grid: particle-mesh
 * with cubic B-splines, as the smooth particle-mesh Ewald method (Essmann et al. 1995, doi:10.1063/1.470117) does for
 * the Coulomb kernel. The repulsion of t-SNE is - grad phi / 2 and its normalisation the sum of phi, so one charge
 * and one kernel are enough, where interpolating both kernels of the gradient (Linderman et al. 2019) takes four.
 */
import { CHUNKS, State, BLOCK } from './state';
import { transform, twiddles } from './fft';
import { madd2 } from '../shared/multiply-add';

/** Cells that a map is wide at least, lest all points share one and its error. */
const FEWEST_CELLS: i32 = 16;

/** Chooses the grid for the present bounds, and makes its kernel if spacing or length of the transforms changed. */
export function prepareGrid(s: State): void {
  let lowX = Infinity, highX = -Infinity, lowY = Infinity, highY = -Infinity;
  for (let b = 0; b < s.blocks; b++) {
    const at = s.stats + <usize>b * 64;
    lowX = min(lowX, load<f64>(at, 8));
    highX = max(highX, load<f64>(at, 16));
    lowY = min(lowY, load<f64>(at, 24));
    highY = max(highY, load<f64>(at, 32));
  }
  const span = max(highX - lowX, highY - lowY);
  let spacing = s.wantedSpacing;
  while (span < spacing * <f64>FEWEST_CELLS && spacing > 1e-9) spacing *= 0.5;
  s.outgrown = span > spacing * <f64>(s.maxNodes - 8) ? 1 : 0;
  if (s.outgrown) return;
  s.originX = lowX;
  s.originY = lowY;
  s.nodes = ((<i32>(span / spacing) + 4) + 3) & ~3;
  const size = fittingSize(2 * s.nodes + 14);
  if (size === s.size && spacing === s.spacing) return;
  s.spacing = spacing;
  if (size !== s.size) twiddles(s.table, size);
  s.size = size;
  makeKernel(s);
}

/** The least 2^a 3^b, a >= 2 and b <= 2, that is not below n. */
function fittingSize(n: i32): i32 {
  let best = 4;
  while (best < n) best *= 2;
  for (let odd = 3; odd <= 9; odd *= 3) {
    let size = 4 * odd;
    while (size < n) size *= 2;
    best = min(best, size);
  }
  return best;
}

/** Transform of the sampled kernel 1 / (1 + d^2), divided by the splines of spreading and gathering, real. */
function makeKernel(s: State): void {
  const F = s.size;
  const half = F / 2;
  const x = s.scratch;
  const y = x + <usize>F * 32;
  const square = s.spacing * s.spacing;
  for (let i = 0; i <= half; i += 2) {
    for (let j = 0; j < F; j++) {
      const d = <f64>min(j, F - j);
      store<f64>(x + j * 32, 1 / (1 + square * (<f64>i * <f64>i + d * d)));
      store<f64>(x + j * 32, 1 / (1 + square * (<f64>(i + 1) * <f64>(i + 1) + d * d)), 8);
      v128.store(x + j * 32, f64x2.splat(0), 16);
    }
    const z = transform(x, y, s.table, F);
    for (let k = 0; k <= half; k++) v128.store(s.kernel + (<usize>k * F + i) * 8, v128.load(z + k * 32));
  }
  for (let k = 0; k <= half; k += 2) {
    const column = s.kernel + <usize>k * F * 8;
    for (let i = 0; i < F; i++) {
      const d = min(i, F - i);
      store<f64>(x + i * 32, load<f64>(column + d * 8));
      store<f64>(x + i * 32, k < half ? load<f64>(column + (F + d) * 8) : 0, 8);
      v128.store(x + i * 32, f64x2.splat(0), 16);
    }
    const z = transform(x, y, s.table, F);
    const c0 = spline(s.table, k), c1 = spline(s.table, min(k + 1, half));
    for (let l = 0; l < F; l++) {
      const cl = spline(s.table, l);
      const factor = 0.5 / (<f64>F * <f64>F * cl * cl);
      store<f64>(column + l * 16, load<f64>(z + l * 32) * (factor / (c0 * c0)));
      store<f64>(column + l * 16, load<f64>(z + l * 32, 8) * (factor / (c1 * c1)), 8);
    }
  }
}

/** Transform of the cubic B-spline sampled at whole numbers: (2 + cos t) / 3. */
@inline
function spline(table: usize, k: i32): f64 {
  return (2 + load<f64>(table + <usize>k * 16)) / 3;
}

/** Spreads the unit charges of chunk c on its grid. */
export function spread(s: State, c: i32): void {
  const M = s.nodes;
  const grid = s.charges + <usize>c * M * M * 8;
  memory.fill(grid, 0, <usize>M * M * 8);
  const first = <i32>((<i64>s.rows * c) / CHUNKS);
  const last = <i32>((<i64>s.rows * (c + 1)) / CHUNKS);
  const inverse = 1 / s.spacing;
  for (let i = first; i < last; i++) {
    const u = (load<f64>(s.y + <usize>i * 16) - s.originX) * inverse;
    const v = (load<f64>(s.y + <usize>i * 16, 8) - s.originY) * inverse;
    const iu = <i32>u, iv = <i32>v;
    const f = u - <f64>iu, g = v - <f64>iv;
    const wa = f64x2(w0(f), w1(f)), wb = f64x2(w2(f), w3(f));
    let at = grid + (<usize>iv * M + iu) * 8;
    const stride = <usize>M * 8;
    at = deposit(at, stride, w0(g), wa, wb);
    at = deposit(at, stride, w1(g), wa, wb);
    at = deposit(at, stride, w2(g), wa, wb);
    deposit(at, stride, w3(g), wa, wb);
  }
}

@inline
function deposit(at: usize, stride: usize, weight: f64, wa: v128, wb: v128): usize {
  const w = f64x2.splat(weight);
  v128.store(at, madd2(w, wa, v128.load(at)));
  v128.store(at, madd2(w, wb, v128.load(at, 16)), 16);
  return at + stride;
}

// Cubic B-spline about the nodes -1, 0, 1, 2 at f in [0, 1), and its derivative.
@inline
function w0(f: f64): f64 {
  const e = 1 - f;
  return e * e * e * (1.0 / 6);
}
@inline
function w1(f: f64): f64 {
  return (0.5 * f - 1) * f * f + 2.0 / 3;
}
@inline
function w2(f: f64): f64 {
  return ((0.5 - 0.5 * f) * f + 0.5) * f + 1.0 / 6;
}
@inline
function w3(f: f64): f64 {
  return f * f * f * (1.0 / 6);
}
@inline
function d0(f: f64): f64 {
  return -0.5 * (1 - f) * (1 - f);
}
@inline
function d1(f: f64): f64 {
  return (1.5 * f - 2) * f;
}
@inline
function d2(f: f64): f64 {
  return (1 - 1.5 * f) * f + 0.5;
}
@inline
function d3(f: f64): f64 {
  return 0.5 * f * f;
}

/** Transforms four real rows of the charges, two in each lane, into spectrum[k][row], times 2. */
export function rowsForward(s: State, group: i32, scratch: usize): void {
  const M = s.nodes;
  const F = s.size;
  const x = scratch;
  const stride = <usize>M * 8;
  const all = stride * M;
  for (let c = 0; c < M; c += 2) {
    let a = f64x2.splat(0), b = f64x2.splat(0), d = f64x2.splat(0), e = f64x2.splat(0);
    let at = s.charges + (<usize>group * 4 * M + c) * 8;
    for (let chunk = 0; chunk < CHUNKS; chunk++, at += all) {
      a = f64x2.add(a, v128.load(at));
      b = f64x2.add(b, v128.load(at + stride));
      d = f64x2.add(d, v128.load(at + stride * 2));
      e = f64x2.add(e, v128.load(at + stride * 3));
    }
    const to = x + <usize>c * 32;
    v128.store(to, v128.shuffle<f64>(a, d, 0, 2));
    v128.store(to, v128.shuffle<f64>(b, e, 0, 2), 16);
    v128.store(to, v128.shuffle<f64>(a, d, 1, 3), 32);
    v128.store(to, v128.shuffle<f64>(b, e, 1, 3), 48);
  }
  memory.fill(x + <usize>M * 32, 0, <usize>(F - M) * 32);
  const z = transform(x, x + <usize>F * 32, s.table, F);
  for (let k = 0; k <= F / 2; k++) {
    const p = z + <usize>k * 32;
    const n = z + <usize>(k === 0 ? 0 : F - k) * 32;
    const pr = v128.load(p), pi = v128.load(p, 16), nr = v128.load(n), ni = v128.load(n, 16);
    const ar = f64x2.add(pr, nr), ai = f64x2.sub(pi, ni);
    const br = f64x2.add(pi, ni), bi = f64x2.sub(nr, pr);
    const to = s.spectrum + (<usize>k * M + group * 4) * 16;
    v128.store(to, v128.shuffle<f64>(ar, ai, 0, 2));
    v128.store(to, v128.shuffle<f64>(br, bi, 0, 2), 16);
    v128.store(to, v128.shuffle<f64>(ar, ai, 1, 3), 32);
    v128.store(to, v128.shuffle<f64>(br, bi, 1, 3), 48);
  }
}

/** Convolves the columns 2 pair and 2 pair + 1 of the spectrum with the kernel. */
export function convolve(s: State, pair: i32, scratch: usize): void {
  const M = s.nodes;
  const F = s.size;
  const x = scratch;
  const y = x + <usize>F * 32;
  const a = s.spectrum + <usize>(2 * pair) * M * 16;
  const b = a + <usize>M * 16;
  for (let r = 0; r < M; r++) {
    const p = v128.load(a + r * 16), q = v128.load(b + r * 16);
    v128.store(x + r * 32, v128.shuffle<f64>(p, q, 0, 2));
    v128.store(x + r * 32, v128.shuffle<f64>(p, q, 1, 3), 16);
  }
  memory.fill(x + <usize>M * 32, 0, <usize>(F - M) * 32);
  const z = transform(x, y, s.table, F);
  const kernel = s.kernel + <usize>pair * F * 16;
  for (let l = 0; l < F; l++) {
    const g = v128.load(kernel + l * 16);
    const re = f64x2.mul(g, v128.load(z + l * 32)), im = f64x2.mul(g, v128.load(z + l * 32, 16));
    // Real and imaginary parts changed over, before and after, make the forward transform the inverse one.
    v128.store(z + l * 32, im);
    v128.store(z + l * 32, re, 16);
  }
  const w = transform(z, z === x ? y : x, s.table, F);
  for (let r = 0; r < M; r++) {
    const im = v128.load(w + r * 32), re = v128.load(w + r * 32, 16);
    v128.store(a + r * 16, v128.shuffle<f64>(re, im, 0, 2));
    v128.store(b + r * 16, v128.shuffle<f64>(re, im, 1, 3));
  }
}

/** Transforms four rows of the spectrum back into rows of the potential. */
export function rowsInverse(s: State, group: i32, scratch: usize): void {
  const M = s.nodes;
  const F = s.size;
  const x = scratch;
  for (let k = 0; k <= F / 2; k++) {
    const from = s.spectrum + (<usize>k * M + group * 4) * 16;
    const r0 = v128.load(from), r1 = v128.load(from, 16), r2 = v128.load(from, 32), r3 = v128.load(from, 48);
    const ar = v128.shuffle<f64>(r0, r2, 0, 2), ai = v128.shuffle<f64>(r0, r2, 1, 3);
    const br = v128.shuffle<f64>(r1, r3, 0, 2), bi = v128.shuffle<f64>(r1, r3, 1, 3);
    const n = x + <usize>(k === 0 ? 0 : F - k) * 32;
    v128.store(n, f64x2.sub(br, ai));
    v128.store(n, f64x2.add(ar, bi), 16);
    const p = x + <usize>k * 32;
    v128.store(p, f64x2.add(ai, br));
    v128.store(p, f64x2.sub(ar, bi), 16);
  }
  const z = transform(x, x + <usize>F * 32, s.table, F);
  const stride = <usize>M * 8;
  for (let c = 0; c < M; c += 2) {
    const i0 = v128.load(z + <usize>c * 32), a0 = v128.load(z + <usize>c * 32, 16);
    const i1 = v128.load(z + <usize>c * 32, 32), a1 = v128.load(z + <usize>c * 32, 48);
    const to = s.potential + (<usize>group * 4 * M + c) * 8;
    v128.store(to, v128.shuffle<f64>(a0, a1, 0, 2));
    v128.store(to + stride, v128.shuffle<f64>(i0, i1, 0, 2));
    v128.store(to + stride * 2, v128.shuffle<f64>(a0, a1, 1, 3));
    v128.store(to + stride * 3, v128.shuffle<f64>(i0, i1, 1, 3));
  }
}

/** Repulsion (before division by Z) of the rows of a block, and the block's part of the potential. */
export function gather(s: State, block: i32): void {
  const M = s.nodes;
  const inverse = 1 / s.spacing;
  const stride = <usize>M * 8;
  const last = min(s.rows, (block + 1) * BLOCK);
  let sum: f64 = 0;
  for (let i = block * BLOCK; i < last; i++) {
    const u = (load<f64>(s.y + <usize>i * 16) - s.originX) * inverse;
    const v = (load<f64>(s.y + <usize>i * 16, 8) - s.originY) * inverse;
    const iu = <i32>u, iv = <i32>v;
    const f = u - <f64>iu, g = v - <f64>iv;
    const wa = f64x2(w0(f), w1(f)), wb = f64x2(w2(f), w3(f));
    const da = f64x2(d0(f), d1(f)), db = f64x2(d2(f), d3(f));
    let at = s.potential + (<usize>iv * M + iu) * 8;
    let value = f64x2.splat(0), alongX = f64x2.splat(0), alongY = f64x2.splat(0);
    for (let row = 0; row < 4; row++, at += stride) {
      const a = v128.load(at), b = v128.load(at, 16);
      const w = f64x2.splat(row === 0 ? w0(g) : row === 1 ? w1(g) : row === 2 ? w2(g) : w3(g));
      const d = f64x2.splat(row === 0 ? d0(g) : row === 1 ? d1(g) : row === 2 ? d2(g) : d3(g));
      const along = madd2(b, wb, f64x2.mul(a, wa));
      value = madd2(w, along, value);
      alongY = madd2(d, along, alongY);
      alongX = madd2(w, madd2(b, db, f64x2.mul(a, da)), alongX);
    }
    sum += f64x2.extract_lane(value, 0) + f64x2.extract_lane(value, 1);
    const scale = -0.5 * inverse;
    store<f64>(s.repulsion + <usize>i * 16, scale * (f64x2.extract_lane(alongX, 0) + f64x2.extract_lane(alongX, 1)));
    store<f64>(s.repulsion + <usize>i * 16, scale * (f64x2.extract_lane(alongY, 0) + f64x2.extract_lane(alongY, 1)), 8);
  }
  store<f64>(s.stats + <usize>block * 64, sum);
}

/** The same by the sum over all pairs. */
export function gatherExact(s: State, block: i32): void {
  const last = min(s.rows, (block + 1) * BLOCK);
  let sum: f64 = 0;
  for (let i = block * BLOCK; i < last; i++) {
    const own = v128.load(s.y + <usize>i * 16);
    let force = f64x2.splat(0);
    for (let j = 0; j < s.rows; j++) {
      const d = f64x2.sub(own, v128.load(s.y + <usize>j * 16));
      const square = f64x2.mul(d, d);
      const q = 1 / (1 + f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1));
      sum += q;
      force = madd2(f64x2.splat(q * q), d, force);
    }
    v128.store(s.repulsion + <usize>i * 16, force);
  }
  store<f64>(s.stats + <usize>block * 64, sum);
}
