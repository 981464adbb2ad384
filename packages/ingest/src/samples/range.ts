/** The values of a pixel without ink and of one that is all ink; the first may be the larger. */
export type Range = readonly [none: number, full: number];

/** What to do about pixels of other ranges than 0 to 255 and 0 to 1, by one of them that is outside. */
export function remedyFor(value: number): string {
  const auto = "'range: auto' scales the smallest value to 0 and the largest to 255";
  if (Number.isNaN(value)) return 'correct the file, or name another one under dataset.from';
  if (value < 0)
    return `if pixels are -1 to 1, set 'range: [-1, 1]' under dataset; for z-scores and other ranges ${auto}`;
  return `if pixels have 16 bits, set 'range: [0, 65535]' under dataset, or the largest that they may be; ${auto}`;
}
