// a b + c with one rounding. The module compiled for processors that fuse the two has the instruction; the other one, for
// those that do not, computes the same bits. docs/decisions/132-fused-multiply-add.md

/** a b + c of four float32, rounded once. */
@inline
export function madd4(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return exact4(a, b, c);
}

/** a b + c of two float64, rounded once. */
@inline
export function madd2(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return exact2(a, b, c);
}

/** c - a b of four float32, rounded once. */
@inline
export function nmadd4(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return exact4(f32x4.neg(a), b, c);
}

/** c - a b of two float64, rounded once. */
@inline
export function nmadd2(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_nmadd(a, b, c);
  return exact2(f64x2.neg(a), b, c);
}

/**
 * By float64, where a product of float32 is exact. The sum rounded to float64 and then to float32 is the right one but where
 * the first rounding ends between two float32, or the second gives a subnormal: those sums are rounded to odd.
 */
function exact4(a: v128, b: v128, c: v128): v128 {
  const low = f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b));
  const high = f64x2.mul(f64x2.promote_low_f32x4(upper(a)), f64x2.promote_low_f32x4(upper(b)));
  const cLow = f64x2.promote_low_f32x4(c);
  const cHigh = f64x2.promote_low_f32x4(upper(c));
  let sumLow = f64x2.add(low, cLow);
  let sumHigh = f64x2.add(high, cHigh);
  if (v128.any_true(v128.or(doubtful(sumLow), doubtful(sumHigh)))) {
    sumLow = addToOdd(low, cLow);
    sumHigh = addToOdd(high, cHigh);
  }
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(sumLow), f32x4.demote_f64x2_zero(sumHigh), 0, 1, 4, 5);
}

@inline
function upper(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 2, 3, 2, 3);
}

/** Whether a sum lies halfway between two float32, or below the normal ones. */
@inline
function doubtful(sum: v128): v128 {
  const halfway = i64x2.eq(v128.and(sum, i64x2.splat(0x1fffffff)), i64x2.splat(0x10000000));
  return v128.or(halfway, f64x2.lt(f64x2.abs(sum), f64x2.splat(1.1754943508222875e-38)));
}

/** x + y rounded to odd (Boldo and Melquiond 2008): if it is not exact, the neighbour whose last bit is 1. */
@inline
function addToOdd(x: v128, y: v128): v128 {
  const sum = f64x2.add(x, y);
  return toOdd(sum, lost(x, y, sum));
}

/** What x + y loses by rounding to `sum` (Knuth 1969, Møller 1965); NaN where it is not finite. */
@inline
function lost(x: v128, y: v128, sum: v128): v128 {
  const y2 = f64x2.sub(sum, x);
  return f64x2.add(f64x2.sub(x, f64x2.sub(sum, y2)), f64x2.sub(y, y2));
}

/** `sum` less its rounding error, rounded to odd. */
@inline
function toOdd(sum: v128, error: v128): v128 {
  const zero = f64x2.splat(0);
  // 1 for a neighbour above, -1 for one below; the words of negative numbers run the other way.
  const direction = i64x2.sub(f64x2.lt(error, zero), f64x2.gt(error, zero));
  const negative = i64x2.shr_s(sum, 63);
  const step = i64x2.sub(v128.xor(direction, negative), negative);
  const even = i64x2.eq(v128.and(sum, i64x2.splat(1)), i64x2.splat(0));
  return i64x2.add(sum, v128.and(step, even));
}

/** Numbers between these, and their products, are far from both ends of float64. */
const LEAST: f64 = 3.8725919148493183e-121; // 2^-400
const MOST: f64 = 2.582249878086909e120; // 2^400

/**
 * By the product and its rounding error (Veltkamp 1968, Dekker 1971), added to c by the algorithm of Boldo and Melquiond 2008;
 * very large and very small numbers as integers.
 */
function exact2(a: v128, b: v128, c: v128): v128 {
  const far = v128.or(v128.or(outOfRange(a), outOfRange(b)), outOfRange(c));
  if (v128.any_true(far)) {
    const x = exact1(f64x2.extract_lane(a, 0), f64x2.extract_lane(b, 0), f64x2.extract_lane(c, 0));
    const y = exact1(f64x2.extract_lane(a, 1), f64x2.extract_lane(b, 1), f64x2.extract_lane(c, 1));
    return f64x2.replace_lane(f64x2.splat(x), 1, y);
  }
  const product = f64x2.mul(a, b);
  const rest = productError(a, b, product);
  const small = f64x2.add(c, rest);
  const sum = f64x2.add(product, small);
  const exact = f64x2.add(sum, addToOdd(lost(c, rest, small), lost(product, small, sum)));
  // With a zero among the three nothing but one of the two operations rounds, and the zero's sign comes out right.
  const zero = f64x2.splat(0);
  const anyZero = v128.or(v128.or(f64x2.eq(a, zero), f64x2.eq(b, zero)), f64x2.eq(c, zero));
  return v128.bitselect(f64x2.add(product, c), exact, anyZero);
}

@inline
function outOfRange(x: v128): v128 {
  const size = f64x2.abs(x);
  const within = v128.and(f64x2.ge(size, f64x2.splat(LEAST)), f64x2.le(size, f64x2.splat(MOST)));
  return v128.not(v128.or(within, f64x2.eq(x, f64x2.splat(0))));
}

/** a b - product, exact. */
@inline
function productError(a: v128, b: v128, product: v128): v128 {
  const aHigh = half(a);
  const bHigh = half(b);
  const aLow = f64x2.sub(a, aHigh);
  const bLow = f64x2.sub(b, bHigh);
  const first = f64x2.sub(f64x2.mul(aHigh, bHigh), product);
  const middle = f64x2.add(f64x2.add(first, f64x2.mul(aHigh, bLow)), f64x2.mul(aLow, bHigh));
  return f64x2.add(middle, f64x2.mul(aLow, bLow));
}

/** The upper 26 bits of a number. */
@inline
function half(x: v128): v128 {
  const scaled = f64x2.mul(x, f64x2.splat(134217729));
  return f64x2.sub(scaled, f64x2.sub(scaled, x));
}

// The words of one number as an integer: its size is whole 2^exponent, with whole below 2^53.
@inline
function wholeOf(x: f64): u64 {
  const bits = reinterpret<u64>(x);
  const fraction = bits & 0xfffffffffffff;
  return (bits >> 52) & 0x7ff ? fraction | (<u64>1 << 52) : fraction;
}

@inline
function exponentOf(x: f64): i32 {
  return max(1, <i32>((reinterpret<u64>(x) >> 52) & 0x7ff)) - 1075;
}

/** One number by integers of 128 bits; what is shifted out of them is kept as a last bit of 1. */
function exact1(a: f64, b: f64, c: f64): f64 {
  if (!isFinite<f64>(a) || !isFinite<f64>(b)) return a * b + c;
  if (!isFinite<f64>(c)) return c;
  const x = wholeOf(a);
  const y = wholeOf(b);
  if (x == 0 || y == 0) return a * b + c;
  // The product: 106 bits.
  const xLow = x & 0xffffffff, xHigh = x >> 32, yLow = y & 0xffffffff, yHigh = y >> 32;
  const cross = xHigh * yLow + ((xLow * yLow) >> 32);
  const carried = xLow * yHigh + (cross & 0xffffffff);
  let low = x * y;
  let high = xHigh * yHigh + (cross >> 32) + (carried >> 32);
  let exponent = exponentOf(a) + exponentOf(b);
  let negative = (reinterpret<i64>(a) ^ reinterpret<i64>(b)) < 0;
  // The other: as far left as 128 bits allow, less one for the sum; then the lower of the two goes right.
  let otherLow: u64 = 0;
  let otherHigh = wholeOf(c);
  if (otherHigh != 0) {
    const otherNegative = reinterpret<i64>(c) < 0;
    let otherExponent = exponentOf(c) - 64;
    const up = <i32>clz(otherHigh) - 2;
    otherHigh <<= up;
    otherExponent -= up;
    const lift = high ? <i32>clz(high) - 2 : <i32>clz(low) + 62;
    if (lift >= 64) {
      high = low << (lift - 64);
      low = 0;
    } else {
      high = (high << lift) | (low >> (64 - lift));
      low <<= lift;
    }
    exponent -= lift;
    if (exponent < otherExponent) {
      const d = otherExponent - exponent;
      low = shiftedLow(high, low, d);
      high = d < 64 ? high >> d : 0;
      exponent = otherExponent;
    } else {
      const d = exponent - otherExponent;
      otherLow = shiftedLow(otherHigh, otherLow, d);
      otherHigh = d < 64 ? otherHigh >> d : 0;
    }
    if (negative == otherNegative) {
      const sum = low + otherLow;
      high += otherHigh + (sum < low ? 1 : 0);
      low = sum;
    } else {
      if (high < otherHigh || (high == otherHigh && low < otherLow)) {
        negative = otherNegative;
        const h = high, l = low;
        high = otherHigh;
        low = otherLow;
        otherHigh = h;
        otherLow = l;
      }
      high -= otherHigh + (low < otherLow ? 1 : 0);
      low -= otherLow;
      if ((high | low) == 0) return 0;
    }
  }
  return rounded(high, low, exponent, negative);
}

/** The lower word of 128 bits shifted right by d > 0 or 0, its last bit 1 if any bit was lost. */
@inline
function shiftedLow(high: u64, low: u64, d: i32): u64 {
  if (d == 0) return low;
  if (d < 64) return (high << (64 - d)) | (low >> d) | (low << (64 - d) ? 1 : 0);
  if (d == 64) return high | (low ? 1 : 0);
  if (d < 128) return (high >> (d - 64)) | ((high << (128 - d)) | low ? 1 : 0);
  return high | low ? 1 : 0;
}

/** The float64 nearest to (high, low) 2^exponent, of two the even one. */
function rounded(high: u64, low: u64, exponent: i32, negative: bool): f64 {
  const zeros = high ? <i32>clz(high) : 64 + <i32>clz(low);
  // The place of the last bit that is kept: 53 bits, fewer for a subnormal.
  const drop = max(128 - zeros - 53, -1074 - exponent);
  let bits: u64;
  if (drop <= 0) {
    bits = low << -drop;
  } else {
    const kept = drop < 64 ? (drop == 0 ? low : (high << (64 - drop)) | (low >> drop)) : drop < 128 ? high >> (drop - 64) : 0;
    const below = drop - 1;
    const halfBit = below < 64 ? (low >> below) & 1 : below < 128 ? (high >> (below - 64)) & 1 : 0;
    const rest = below == 0 ? 0 : below < 64 ? low << (64 - below) : below == 64 ? low : below < 128 ? low | (high << (128 - below)) : high | low;
    bits = kept + (halfBit && (rest || kept & 1) ? 1 : 0);
  }
  const place = exponent + drop;
  // A carry into the next power of two raises the exponent by itself; a subnormal has none.
  const biased = bits >> 52 ? place + 1075 : 1;
  if (biased >= 2047) return negative ? -Infinity : Infinity;
  const word = (<u64>(biased - 1) << 52) + bits;
  if (word >= <u64>2047 << 52) return negative ? -Infinity : Infinity;
  return reinterpret<f64>(word | (negative ? <u64>1 << 63 : 0));
}
