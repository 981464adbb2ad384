/** How the images of a file stand. `rotated90` is a quarter turn clockwise; `transverse` is transposed and turned by half. */
export const ORIENTATIONS = [
  'upright',
  'transposed',
  'mirrored',
  'flipped',
  'rotated90',
  'rotated180',
  'rotated270',
  'transverse',
] as const;
/** One of {@link ORIENTATIONS}. */
export type Orientation = (typeof ORIENTATIONS)[number];

/** For a pixel of the upright image, row and column of the stored one; `last` is the side less one. */
type Origin = (y: number, x: number, last: number) => readonly [number, number];

const ORIGINS: Readonly<Record<Orientation, Origin>> = {
  upright: (y, x) => [y, x],
  transposed: (y, x) => [x, y],
  mirrored: (y, x, last) => [y, last - x],
  flipped: (y, x, last) => [last - y, x],
  rotated90: (y, x, last) => [x, last - y],
  rotated180: (y, x, last) => [last - y, last - x],
  rotated270: (y, x, last) => [last - x, y],
  transverse: (y, x, last) => [last - x, last - y],
};

/** uint32[side * side]: for each pixel of an upright image the pixel of the stored one. */
export function storedPixels(orientation: Orientation, side: number): Uint32Array {
  const origin = ORIGINS[orientation];
  return Uint32Array.from({ length: side * side }, (_, at) => {
    const [y, x] = origin(Math.floor(at / side), at % side, side - 1);
    return y * side + x;
  });
}

/**
 * Brings square images upright.
 * @param pixels uint8[rows * side * side]; not changed
 * @returns the same array where the images are upright
 */
export function upright(pixels: Uint8Array, side: number, orientation: Orientation): Uint8Array {
  if (orientation === 'upright') return pixels;
  const [area, stored] = [side * side, storedPixels(orientation, side)];
  const result = new Uint8Array(pixels.length);
  for (let from = 0; from < pixels.length; from += area) {
    for (let at = 0; at < area; at++) result[from + at] = pixels[from + stored[at]];
  }
  return result;
}
