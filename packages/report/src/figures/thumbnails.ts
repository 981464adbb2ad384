import type { IndexedImage, Rgba } from '@layerwise/images/indexed-png';
import type { Place } from './scatter.js';
import { CLASS_COLOURS, classColour, rgb } from '../page/colours.js';

const SHADES = 6;

/**
 * Lays images over a map where there is room: rows are tried in order, and one is drawn if no drawn one is
 * nearer than `distance` pixels.
 * @param imageOf pixels of a row, or undefined to leave it out
 */
export function layThumbnails(
  image: IndexedImage,
  { px, py }: Place,
  group: Uint16Array,
  imageOf: (row: number) => Uint8Array | undefined,
  size: { readonly width: number; readonly height: number },
  distance: number,
): IndexedImage {
  const base = image.palette.length;
  const palette: Rgba[] = [...image.palette];
  for (let c = 0; c < CLASS_COLOURS.length; c++)
    for (let s = 1; s <= SHADES; s++) palette.push([...rgb(classColour(c)), Math.round((255 * s) / SHADES)]);
  const pixels = new Uint8Array(image.pixels);
  for (const row of spread(px, py, distance, Math.max(size.width, size.height) / 2, image.width, image.height)) {
    const digit = imageOf(row);
    if (!digit) continue;
    const left = Math.round(px[row] - size.width / 2);
    const top = Math.round(py[row] - size.height / 2);
    for (let i = 0; i < digit.length; i++) {
      const shade = Math.round((digit[i] / 255) * SHADES);
      const x = left + (i % size.width);
      const y = top + Math.floor(i / size.width);
      if (shade > 0 && x >= 0 && y >= 0 && x < image.width && y < image.height)
        pixels[y * image.width + x] = base + (group[row] % CLASS_COLOURS.length) * SHADES + shade - 1;
    }
  }
  return { ...image, pixels, palette };
}

/** Rows, in order, that lie at least `distance` from every row taken before. */
function spread(
  px: Float32Array,
  py: Float32Array,
  distance: number,
  margin: number,
  width: number,
  height: number,
): number[] {
  const taken: number[] = [];
  for (let row = 0; row < px.length; row++) {
    const x = px[row];
    const y = py[row];
    if (x < margin || y < margin || x > width - margin || y > height - margin) continue;
    if (taken.every((other) => (px[other] - x) ** 2 + (py[other] - y) ** 2 >= distance * distance)) taken.push(row);
  }
  return taken;
}
