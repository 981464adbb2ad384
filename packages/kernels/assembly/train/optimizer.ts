// One step of an optimiser on four weights, by the formulas of src/train/optimizers.ts.
import { Plan } from './plan';

export const SGD: i32 = 0;
export const RMSPROP: i32 = 1;
export const ADAM: i32 = 2;
export const ADAMW: i32 = 3;

let kind: i32 = 0;
let hasBeta2: bool = false;
let extra: f32 = 0;
let rate: v128 = i32x4(0, 0, 0, 0);
let beta1x4: v128 = i32x4(0, 0, 0, 0);
let oneMinusBeta1: v128 = i32x4(0, 0, 0, 0);
let beta2x4: v128 = i32x4(0, 0, 0, 0);
let oneMinusBeta2: v128 = i32x4(0, 0, 0, 0);
let epsilon: v128 = i32x4(0, 0, 0, 0);
let alpha: v128 = i32x4(0, 0, 0, 0);
let shrink: v128 = i32x4(0, 0, 0, 0);

/** Reads the optimiser's settings from the plan; each thread does so before its steps. */
export function loadOptimizer(plan: usize): void {
  kind = load<i32>(plan, Plan.OPTIMIZER);
  const a = load<f32>(plan, Plan.BETA1);
  const b = load<f32>(plan, Plan.BETA2);
  hasBeta2 = b > 0;
  extra = load<f32>(plan, Plan.EXTRA);
  beta1x4 = f32x4.splat(a);
  oneMinusBeta1 = f32x4.splat(load<f32>(plan, Plan.ONE_MINUS_BETA1));
  beta2x4 = f32x4.splat(b);
  oneMinusBeta2 = f32x4.splat(load<f32>(plan, Plan.ONE_MINUS_BETA2));
  epsilon = f32x4.splat(load<f32>(plan, Plan.EPSILON));
}

/** Takes the rate of step `t` of the epoch, and from it Adam's step size (by the powers of its two betas) and AdamW's decay. */
export function startStep(plan: usize, t: i32, power1: f64, power2: f64): void {
  const now = load<f32>(load<usize>(plan, Plan.RATES) + (<usize>t << 2));
  rate = f32x4.splat(now);
  shrink = f32x4.splat(1 - now * extra);
  alpha = f32x4.splat(<f32>(<f64>now * sqrt<f64>(1 - power2) / (1 - power1)));
}

/** What a slot that has missed no step is multiplied by. */
@inline
export function usualDecay(): f32 {
  return f32x4.extract_lane(beta1x4, 0);
}

/** Updates the weights of `bytes` bytes at `w` (slots at w + d1, w + d2) by the gradients at `g`; decay: of RMSprop's mean square. */
export function advance(w: usize, d1: usize, d2: usize, g: usize, bytes: i32, decay: f32): void {
  if (kind == RMSPROP) {
    if (extra != 0) rmspropRows(w, d1, d2, g, bytes, decay, true);
    else rmspropRows(w, d1, d2, g, bytes, decay, false);
  } else if (kind == ADAM) {
    for (let i = 0; i < bytes; i += 16) adam(w + i, d1, d2, v128.load(g + i));
  } else if (kind == ADAMW) {
    for (let i = 0; i < bytes; i += 16) {
      v128.store(w + i, f32x4.mul(v128.load(w + i), shrink));
      adam(w + i, d1, d2, v128.load(g + i));
    }
  } else if (d1 == 0) {
    for (let i = 0; i < bytes; i += 16) v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.mul(v128.load(g + i), rate)));
  } else {
    for (let i = 0; i < bytes; i += 16) heavyBall(w + i, d1, v128.load(g + i));
  }
}

/** `apart`, a constant of each call: whether epsilon is added to the root instead of under it. */
@inline
function rmspropRows(w: usize, d1: usize, d2: usize, g: usize, bytes: i32, decay: f32, apart: bool): void {
  const keep = f32x4.splat(decay);
  if (hasBeta2) for (let i = 0; i < bytes; i += 16) rmspropMomentum(w + i, d1, d2, v128.load(g + i), keep, apart);
  else for (let i = 0; i < bytes; i += 16) rmsprop(w + i, d1, v128.load(g + i), keep, apart);
}

@inline
function rmsprop(w: usize, d1: usize, g: v128, keep: v128, apart: bool): void {
  v128.store(w, f32x4.sub(v128.load(w), rmspropChange(w + d1, g, keep, apart)));
}

@inline
function rmspropMomentum(w: usize, d1: usize, d2: usize, g: v128, keep: v128, apart: bool): void {
  const m = f32x4.add(f32x4.mul(beta2x4, v128.load(w + d2)), rmspropChange(w + d1, g, keep, apart));
  v128.store(w + d2, m);
  v128.store(w, f32x4.sub(v128.load(w), m));
}

/** Updates the mean square at `s`; returns rate g over its root. */
@inline
function rmspropChange(s: usize, g: v128, keep: v128, apart: bool): v128 {
  const v = f32x4.add(f32x4.mul(keep, v128.load(s)), f32x4.mul(oneMinusBeta1, f32x4.mul(g, g)));
  v128.store(s, v);
  return f32x4.div(f32x4.mul(rate, g), apart ? f32x4.add(f32x4.sqrt(v), epsilon) : f32x4.sqrt(f32x4.add(v, epsilon)));
}

@inline
function adam(w: usize, d1: usize, d2: usize, g: v128): void {
  let m = v128.load(w + d1);
  let v = v128.load(w + d2);
  m = f32x4.add(m, f32x4.mul(f32x4.sub(g, m), oneMinusBeta1));
  v = f32x4.add(v, f32x4.mul(f32x4.sub(f32x4.mul(g, g), v), oneMinusBeta2));
  v128.store(w + d1, m);
  v128.store(w + d2, v);
  v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(m, alpha), f32x4.add(f32x4.sqrt(v), epsilon))));
}

/** SGD with momentum (Polyak), or Nesterov's look-ahead. */
@inline
function heavyBall(w: usize, d1: usize, g: v128): void {
  const change = f32x4.mul(g, rate);
  const m = f32x4.sub(f32x4.mul(v128.load(w + d1), beta1x4), change);
  v128.store(w + d1, m);
  v128.store(w, f32x4.add(v128.load(w), hasBeta2 ? f32x4.sub(f32x4.mul(m, beta1x4), change) : m));
}

/** Adds `decay` times the weights of `bytes` bytes to the gradients at `g`; returns the sum of their squares. */
export function penalise(w: usize, g: usize, bytes: i32, decay: f32): f64 {
  const d = f32x4.splat(decay);
  let sum = f32x4.splat(0);
  for (let i = 0; i < bytes; i += 16) {
    const x = v128.load(w + i);
    sum = f32x4.add(sum, f32x4.mul(x, x));
    v128.store(g + i, f32x4.add(v128.load(g + i), f32x4.mul(d, x)));
  }
  return <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1) + <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
}
