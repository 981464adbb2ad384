/**
 * exp, log, tanh and the logistic function in float32, rounded after every operation: the twin of packages/kernels/assembly/shared/math.ts,
 * equal to the last bit. Polynomials after Cephes (Moshier, expf.c and logf.c). Used wherever a value reaches an
 * artifact, since the engine's own Math.exp and Math.log may differ from one Node version to the next.
 */

const f = Math.fround;
const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

function fromBits(bits: number): number {
  words[0] = bits;
  return floats[0];
}

function toBits(x: number): number {
  floats[0] = x;
  return words[0];
}

/** To the nearest whole number, halves to even, as f32x4.nearest. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest < 0.5) return low;
  if (rest > 0.5) return low + 1;
  return low % 2 === 0 ? low : low + 1;
}

const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1].map(f);
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f);
const TANH = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1].map(f);
const LOG2E = f(1.4426950408889634);
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);

/** e^x in float32, within 2 units in the last place; 0 below -87.3, infinity above 88.7, NaN for NaN. */
export function exp32(given: number): number {
  if (Number.isNaN(given)) return NaN;
  if (given < f(-87.3)) return 0;
  const x = f(Math.min(Math.max(given, -88), 89));
  const n = nearest(f(x * LOG2E));
  const r = f(f(x - f(n * LN2_HIGH)) - f(n * LN2_LOW));
  let p = EXP[0];
  for (let i = 1; i < EXP.length; i++) p = f(f(p * r) + EXP[i]);
  p = f(f(f(p * f(r * r)) + r) + 1);
  const half = n >> 1;
  return f(f(p * fromBits((half + 127) << 23)) * fromBits((n - half + 127) << 23));
}

/** The natural logarithm in float32 of a positive, normal number, within 2 units in the last place. */
export function log32(x: number): number {
  const bits = toBits(x);
  let e = (bits >> 23) - 126;
  let m = fromBits((bits & 0x7fffff) | 0x3f000000);
  if (m < f(0.7071067811865475)) {
    e -= 1;
    m = f(f(m + m) - 1);
  } else {
    m = f(m - 1);
  }
  const z = f(m * m);
  let y = LOG[0];
  for (let i = 1; i < LOG.length; i++) y = f(f(y * m) + LOG[i]);
  y = f(f(y * m) * z);
  y = f(y + f(e * LN2_LOW));
  y = f(y - f(z * 0.5));
  return f(f(m + y) + f(e * LN2_HIGH));
}

/** 1 / (1 + e^-x) in float32. */
export function sigmoid32(x: number): number {
  return f(1 / f(1 + exp32(-x)));
}

/** The hyperbolic tangent in float32: an odd polynomial below 0.625, else by e^2x. */
export function tanh32(x: number): number {
  const size = Math.abs(x);
  if (!(size < 0.625)) {
    const far = f(1 - f(2 / f(exp32(f(size + size)) + 1)));
    return x < 0 ? -far : far;
  }
  const z = f(x * x);
  let p = TANH[0];
  for (let i = 1; i < TANH.length; i++) p = f(f(p * z) + TANH[i]);
  return f(f(f(p * z) * x) + x);
}

/** The elementary functions that activation functions are made of. */
export interface Mathematics {
  readonly exp: (x: number) => number;
  readonly tanh: (x: number) => number;
  /** 1 / (1 + e^-x). */
  readonly sigmoid: (x: number) => number;
}

/** In float32, bit for bit those of the training kernel: for whatever reaches an artifact. */
export const FLOAT32: Mathematics = { exp: exp32, tanh: tanh32, sigmoid: sigmoid32 };
/** The engine's own, in float64: for references. */
export const FLOAT64: Mathematics = { exp: Math.exp, tanh: Math.tanh, sigmoid: (x) => 1 / (1 + Math.exp(-x)) };
