/** The shape of a binary floating-point format: bits of the significand, and the exponent of its last bit in the smallest numbers. */
interface Format {
  readonly bits: number;
  readonly least: number;
  readonly most: number;
}

const FLOAT32: Format = { bits: 24, least: -149, most: 127 };
const FLOAT64: Format = { bits: 53, least: -1074, most: 1023 };
const words = new DataView(new ArrayBuffer(8));

/** A finite number as whole 2^exponent. */
function take(x: number): readonly [whole: bigint, exponent: number] {
  words.setFloat64(0, x);
  const word = words.getBigUint64(0);
  const field = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const whole = field === 0 ? fraction : fraction | 0x10000000000000n;
  return [word >> 63n ? -whole : whole, Math.max(field, 1) - 1075];
}

/** How many bits a whole number has. */
function length(x: bigint): number {
  const digits = x.toString(16);
  return 4 * digits.length - Math.clz32(parseInt(digits[0] as string, 16)) + 28;
}

/** The number of a format nearest to whole 2^exponent, of two the even one. */
function nearest(whole: bigint, exponent: number, { bits, least, most }: Format): number {
  const size = whole < 0n ? -whole : whole;
  const drop = Math.max(length(size) - bits, least - exponent);
  let kept = size;
  if (drop > 0) {
    const unit = 1n << BigInt(drop);
    kept = size >> BigInt(drop);
    const rest = 2n * (size & (unit - 1n));
    if (rest > unit || (rest === unit && kept & 1n)) kept++;
  }
  const place = exponent + Math.max(drop, 0);
  const overflows = length(kept) + place > most + 1;
  // Two factors, since 2^place alone may be below the smallest number.
  const value = overflows ? Infinity : Number(kept) * 2 ** Math.trunc(place / 2) * 2 ** (place - Math.trunc(place / 2));
  return whole < 0n ? -value : value;
}

/** a b + c rounded once, by whole numbers of any size. */
function fused(a: number, b: number, c: number, format: Format): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a * b + c;
  if (!Number.isFinite(c)) return c;
  const [x, ex] = take(a);
  const [y, ey] = take(b);
  const [z, ez] = take(c);
  const low = Math.min(ex + ey, ez);
  const sum = ((x * y) << BigInt(ex + ey - low)) + (z << BigInt(ez - low));
  if (sum !== 0n) return nearest(sum, low, format);
  // An exact zero is negative only where the product and the number are negative zeros.
  const zeros = x * y === 0n && negativeOf(a) !== negativeOf(b) && z === 0n && negativeOf(c);
  return zeros ? -0 : 0;
}

const negativeOf = (x: number): boolean => x < 0 || Object.is(x, -0);

/** a b + c of float32, rounded once to float32. */
export const fma32 = (a: number, b: number, c: number): number => fused(a, b, c, FLOAT32);

/** a b + c of float64, rounded once. */
export const fma64 = (a: number, b: number, c: number): number => fused(a, b, c, FLOAT64);
