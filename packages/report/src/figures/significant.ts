/** Digits that figures' data have. */
const DIGITS = 6;
/** Powers of ten from 0 on, all exact. */
const TENS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Rounded to six significant digits, for figures' data: cuts the last bits, which may differ between machines. */
export function significant(value: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  if (!(size >= 1e-9 && size < 1e6)) return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : value;
  let power = 0;
  while (size * TENS[power] < 1e5) power++;
  // Whole numbers and powers of ten are exact here, so that their quotient is the double nearest to the decimal number.
  const scaled = size * TENS[power];
  const whole = Math.round(scaled);
  if (Math.abs(scaled - whole) > 0.499999) return Number(value.toPrecision(DIGITS));
  return (value < 0 ? -whole : whole) / TENS[power];
}
