/* Gradient descent of t-SNE, all threads in step. */
import { barrierWait } from '../shared/barrier';
import { BLOCK, CHUNKS, State } from './state';
import { convolve, gather, gatherExact, prepareGrid, rowsForward, rowsInverse, spread } from './field';
import { madd4 } from '../shared/multiply-add';

export { projectRows, largestNorm, packTiles, search, searchScratch } from './neighbours';
export { conditional, transpose, rowSizes, rowStarts, joint } from './affinities';

/** Bounds of a block's positions, and their float32 copies. */
function survey(s: State, block: i32): void {
  const last = min(s.rows, (block + 1) * BLOCK);
  let lowX = Infinity, highX = -Infinity, lowY = Infinity, highY = -Infinity;
  for (let i = block * BLOCK; i < last; i++) {
    const x = load<f64>(s.y + <usize>i * 16), y = load<f64>(s.y + <usize>i * 16, 8);
    lowX = min(lowX, x);
    highX = max(highX, x);
    lowY = min(lowY, y);
    highY = max(highY, y);
    store<f32>(s.y32 + <usize>i * 8, <f32>x);
    store<f32>(s.y32 + <usize>i * 8, <f32>y, 4);
  }
  const at = s.stats + <usize>block * 64;
  store<f64>(at, lowX, 8);
  store<f64>(at, highX, 16);
  store<f64>(at, lowY, 24);
  store<f64>(at, highY, 32);
}

/** Attraction of a block's rows, sum_j p(ij) (y_i - y_j) / (1 + d^2), four neighbours at a time in float32. */
function attract(s: State, block: i32): void {
  const last = min(s.rows, (block + 1) * BLOCK);
  const y = s.y32;
  const one = f32x4.splat(1);
  for (let i = block * BLOCK; i < last; i++) {
    const xi = v128.load32_splat(y + <usize>i * 8);
    const yi = v128.load32_splat(y + <usize>i * 8, 4);
    let ax = f32x4.splat(0), ay = f32x4.splat(0);
    let e = <usize>load<u32>(s.rowStart + i * 4) * 4;
    for (const end = <usize>load<u32>(s.rowStart + i * 4, 4) * 4; e < end; e += 16) {
      const c = s.columns + e;
      const ab = v128.load64_lane(y + <usize>load<u32>(c, 4) * 8, v128.load64_zero(y + <usize>load<u32>(c) * 8), 1);
      const cd = v128.load64_lane(y + <usize>load<u32>(c, 12) * 8, v128.load64_zero(y + <usize>load<u32>(c, 8) * 8), 1);
      const dx = f32x4.sub(xi, v128.shuffle<f32>(ab, cd, 0, 2, 4, 6));
      const dy = f32x4.sub(yi, v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
      const w = f32x4.div(v128.load(s.p + e), f32x4.add(one, madd4(dy, dy, f32x4.mul(dx, dx))));
      ax = madd4(w, dx, ax);
      ay = madd4(w, dy, ay);
    }
    store<f64>(s.attraction + <usize>i * 16, <f64>total(ax));
    store<f64>(s.attraction + <usize>i * 16, <f64>total(ay), 8);
  }
}

@inline
function total(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2) + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3));
}

/** Attraction, repulsion and Z of the present positions. */
function forces(s: State, thread: i32): f64 {
  const T = s.threads;
  const scratch = s.scratch + <usize>thread * s.scratchStride;
  for (let b = thread; b < s.blocks; b += T) survey(s, b);
  barrierWait(s.barrier, s.threads);
  if (!s.exact && thread === 0) prepareGrid(s);
  barrierWait(s.barrier, s.threads);
  const grid = !s.exact && !s.outgrown;
  if (grid) for (let c = thread; c < CHUNKS; c += T) spread(s, c);
  for (let b = thread; b < s.blocks; b += T) attract(s, b);
  if (grid) {
    barrierWait(s.barrier, s.threads);
    for (let g = thread; g < s.nodes / 4; g += T) rowsForward(s, g, scratch);
    barrierWait(s.barrier, s.threads);
    for (let pair = thread; pair <= s.size / 4; pair += T) convolve(s, pair, scratch);
    barrierWait(s.barrier, s.threads);
    for (let g = thread; g < s.nodes / 4; g += T) rowsInverse(s, g, scratch);
    barrierWait(s.barrier, s.threads);
    for (let b = thread; b < s.blocks; b += T) gather(s, b);
  } else {
    for (let b = thread; b < s.blocks; b += T) gatherExact(s, b);
  }
  barrierWait(s.barrier, s.threads);
  let Z: f64 = -(<f64>s.rows);
  for (let b = 0; b < s.blocks; b++) Z += load<f64>(s.stats + <usize>b * 64);
  return max(Z, f64.MIN_NORMAL_VALUE);
}

/** Momentum, gains (Jacobs 1988) and steps no longer than 5, as openTSNE does. */
function move(s: State, block: i32, Z: f64): void {
  const last = <usize>min(s.rows, (block + 1) * BLOCK);
  for (let i = <usize>block * BLOCK; i < last; i++) {
    const at = i * 16;
    const x = advance(s, at, Z);
    const y = advance(s, at + 8, Z);
    const norm = Math.sqrt(x * x + y * y);
    const cut = norm > 5 ? 5 / norm : 1;
    store<f64>(s.update + at, x * cut);
    store<f64>(s.update + at, y * cut, 8);
    store<f64>(s.y + at, load<f64>(s.y + at) + x * cut);
    store<f64>(s.y + at, load<f64>(s.y + at, 8) + y * cut, 8);
  }
}

@inline
function advance(s: State, at: usize, Z: f64): f64 {
  const gradient = s.exaggeration * load<f64>(s.attraction + at) - load<f64>(s.repulsion + at) / Z;
  const update = load<f64>(s.update + at);
  let gain = load<f64>(s.gains + at);
  const same = (update > 0 && gradient > 0) || (update < 0 && gradient < 0) || (update === 0 && gradient === 0);
  gain = same ? gain * 0.8 + 0.01 : gain + 0.2;
  store<f64>(s.gains + at, gain);
  // Any finite bound will do: it keeps an overflow from becoming NaN.
  return max(-1e100, min(1e100, s.momentum * update - s.rate * gain * gradient));
}

/** `iterations` steps; every thread of the state calls it at once. */
export function descend(state: usize, thread: i32, iterations: i32): void {
  const s = changetype<State>(state);
  for (let n = 0; n < iterations; n++) {
    const Z = forces(s, thread);
    for (let b = thread; b < s.blocks; b += s.threads) move(s, b, Z);
    barrierWait(s.barrier, s.threads);
  }
}

/** Forces, Z and the blocks' parts of sum p log(p (1 + d^2)) at the present positions; every thread calls it at once. */
export function measure(state: usize, thread: i32): void {
  const s = changetype<State>(state);
  const Z = forces(s, thread);
  if (thread === 0) s.Z = Z;
  for (let b = thread; b < s.blocks; b += s.threads) diverge(s, b);
  barrierWait(s.barrier, s.threads);
}

function diverge(s: State, block: i32): void {
  const last = min(s.rows, (block + 1) * BLOCK);
  let sum: f64 = 0;
  for (let i = block * BLOCK; i < last; i++) {
    const own = v128.load(s.y + <usize>i * 16);
    const end = load<u32>(s.rowStart + i * 4, 4);
    for (let e = load<u32>(s.rowStart + i * 4); e < end; e++) {
      const p = <f64>load<f32>(s.p + <usize>e * 4);
      if (p === 0) continue;
      const d = f64x2.sub(own, v128.load(s.y + <usize>load<u32>(s.columns + <usize>e * 4) * 16));
      const square = f64x2.mul(d, d);
      sum += p * Math.log(p * (1 + f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1)));
    }
  }
  store<f64>(s.stats + <usize>block * 64, sum, 40);
}

/** Natural logarithm, the same on every engine. */
export function logarithm(x: f64): f64 {
  return Math.log(x);
}
