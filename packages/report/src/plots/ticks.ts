/**
 * Round numbers on a scale: multiples of 1, 2, 2.5 or 5 times a power of ten that lie within it.
 * @param about how many steps there may be at most
 */
export function roundTicks(low: number, high: number, about: number): number[] {
  const least = (high - low) / about;
  const power = Number(`1e${least.toExponential().split('e')[1]}`);
  const step = power * ([1, 2, 2.5, 5].find((times) => times * power >= least) ?? 10);
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
