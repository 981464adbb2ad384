/** Of the mean image, at least this share of its largest value: there is ink. */
const INKED = 0.1;

/** A rectangle of pixels, both ends included. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where images have ink: the least rectangle around it; the whole image where there is none. @param mean float64[height][width] */
export function inkedBox(mean: Float64Array, width: number): Box {
  const most = mean.reduce((top, value) => Math.max(top, value), 0);
  const height = mean.length / width;
  let box: Box | undefined;
  for (let p = 0; p < mean.length; p++) {
    if (most === 0 || mean[p] < INKED * most) continue;
    const [x, y] = [p % width, Math.floor(p / width)];
    box = box
      ? {
          left: Math.min(box.left, x),
          right: Math.max(box.right, x),
          top: Math.min(box.top, y),
          bottom: Math.max(box.bottom, y),
        }
      : { left: x, right: x, top: y, bottom: y };
  }
  return box ?? { left: 0, right: width - 1, top: 0, bottom: height - 1 };
}

const WORDS = [
  ['at the upper left', 'at the top', 'at the upper right'],
  ['on the left', 'in the centre', 'on the right'],
  ['at the lower left', 'at the bottom', 'at the lower right'],
] as const;

/** Where a point lies in a box, in words: by thirds. */
export function placeOf(
  { x, y }: { readonly x: number; readonly y: number },
  { left, right, top, bottom }: Box,
): string {
  const third = (at: number, from: number, to: number): number =>
    Math.min(2, Math.max(0, Math.floor((3 * (at - from + 0.5)) / (to - from + 1))));
  return WORDS[third(y, top, bottom)][third(x, left, right)];
}
