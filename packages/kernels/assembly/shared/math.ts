// exp, log, tanh and the logistic function in float32: the twin of src/math.ts, equal to the last bit.
// Range reduction and polynomials after Cephes (Moshier, expf.c and logf.c, single precision).

/** e^x of four numbers, within 2 units in the last place; 0 below -87.3, infinity above 88.7, NaN for NaN. */
@inline
export function exp4(given: v128): v128 {
  const x = f32x4.min(f32x4.max(given, f32x4.splat(-88.0)), f32x4.splat(89.0));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // In two halves, since 2^128 is no float32 though e^88.7 is.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  const y = f32x4.mul(f32x4.mul(p, low), high);
  return v128.andnot(y, f32x4.lt(given, f32x4.splat(-87.3)));
}

/** e^x of one number; as exp4. */
@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

/** The natural logarithm of a positive, normal number, within 2 units in the last place. */
@inline
export function log1(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  let e: f32 = <f32>((bits >> 23) - 126);
  let m: f32 = reinterpret<f32>((bits & 0x7fffff) | 0x3f000000);
  if (m < <f32>0.70710678118654752) {
    e -= 1;
    m = m + m - 1;
  } else {
    m -= 1;
  }
  const z: f32 = m * m;
  let y: f32 = 7.0376836292e-2;
  y = y * m - <f32>1.1514610310e-1;
  y = y * m + <f32>1.1676998740e-1;
  y = y * m - <f32>1.2420140846e-1;
  y = y * m + <f32>1.4249322787e-1;
  y = y * m - <f32>1.6668057665e-1;
  y = y * m + <f32>2.0000714765e-1;
  y = y * m - <f32>2.4999993993e-1;
  y = y * m + <f32>3.3333331174e-1;
  y = y * m * z;
  y += e * <f32>-2.12194440e-4;
  y -= z * <f32>0.5;
  return m + y + e * <f32>0.693359375;
}

/** 1 / (1 + e^-x) of four numbers. */
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** The hyperbolic tangent of four numbers: odd polynomial below 0.625, else by e^2x. */
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const size = f32x4.abs(x);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(size, size)), one)));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** One function of src/math.ts on n numbers, for comparing the two. which: 0 exp, 1 log, 2 tanh, 3 sigmoid. */
export function mapFloats(which: i32, from: usize, to: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    const x = load<f32>(from + at);
    const four = f32x4.splat(x);
    if (which == 1) store<f32>(to + at, log1(x));
    else store<f32>(to + at, f32x4.extract_lane(which == 0 ? exp4(four) : which == 2 ? tanh4(four) : sigmoid4(four), 0));
  }
}
