import type { IndexedImage, Rgba } from '@layerwise/images/indexed-png';
import { shrunk } from '../data/shrink.js';
import { rgb, SIGNED_COLOURS } from '../page/colours.js';

/** Black ink in 16 strengths; the page inverts it on dark ground. */
const INK: readonly Rgba[] = Array.from({ length: 16 }, (_, i) => [0, 0, 0, i * 17] as const);

/** One image as ink on nothing, 4 bits a pixel. */
export function inkImage(pixels: Uint8Array, width: number, height: number): IndexedImage {
  return { width, height, palette: INK, pixels: inked(pixels) };
}

function inked(pixels: Uint8Array): Uint8Array {
  const places = new Uint8Array(pixels.length);
  for (let i = 0; i < places.length; i++) places[i] = STRENGTHS[pixels[i]];
  return places;
}

/** Images side by side, `columns` to a row, with `gap` pixels between them; missing ones stay empty. */
export function inkSheet(
  images: readonly (Uint8Array | undefined)[],
  width: number,
  height: number,
  columns: number,
  gap = 0,
): IndexedImage {
  const rows = Math.max(1, Math.ceil(images.length / columns));
  const sheetWidth = columns * (width + gap) - gap;
  const sheetHeight = rows * (height + gap) - gap;
  const pixels = new Uint8Array(sheetWidth * sheetHeight);
  images.forEach((image, i) => {
    const left = (i % columns) * (width + gap);
    const top = Math.floor(i / columns) * (height + gap);
    if (image)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) pixels[(top + y) * sheetWidth + left + x] = STRENGTHS[image[y * width + x]];
  });
  return { width: sheetWidth, height: sheetHeight, palette: INK, pixels };
}

const MARKED: readonly Rgba[] = INK.map(([, , , alpha]) => [
  ...(rgb(SIGNED_COLOURS.negative).map((channel) => Math.round((channel + 255 - alpha) / 2)) as [
    number,
    number,
    number,
  ]),
  255,
]);

/** Images side by side with some pixels of each marked: orange, half clear. @param marked flag[height x width] */
export function markedSheet(
  images: readonly (Uint8Array | undefined)[],
  marked: readonly boolean[],
  width: number,
  height: number,
  columns: number,
  gap = 0,
): IndexedImage {
  const sheet = inkSheet(images, width, height, columns, gap);
  const pixels = sheet.pixels.map((value, i) => {
    const [x, y] = [i % sheet.width, Math.floor(i / sheet.width)];
    const [column, row] = [Math.floor(x / (width + gap)), Math.floor(y / (height + gap))];
    const [inX, inY] = [x - column * (width + gap), y - row * (height + gap)];
    return inX < width && inY < height && images[row * columns + column] && marked[inY * width + inX]
      ? INK.length + value
      : value;
  });
  return { ...sheet, palette: [...INK, ...MARKED], pixels };
}

/** Of each intensity the place in {@link INK}. */
const STRENGTHS = Uint8Array.from({ length: 256 }, (_, value) => Math.round(value / 17));

const STEPS = 7;
const SIGNED: readonly Rgba[] = [
  [0, 0, 0, 0],
  ...Array.from({ length: STEPS }, (_, i): Rgba => [
    ...rgb(SIGNED_COLOURS.positive),
    Math.round((255 * (i + 1)) / STEPS),
  ]),
  ...Array.from({ length: STEPS }, (_, i): Rgba => [
    ...rgb(SIGNED_COLOURS.negative),
    Math.round((255 * (i + 1)) / STEPS),
  ]),
];

/** A signed map: blue above zero, orange below, clear at zero; the strongest value is fully opaque. */
export function signedImage(values: ArrayLike<number>, width: number, height: number): IndexedImage {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]));
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
    const step = top === 0 ? 0 : Math.round((Math.abs(values[i]) / top) * STEPS);
    return step === 0 ? 0 : values[i] > 0 ? step : STEPS + step;
  });
  return { width, height, palette: SIGNED, pixels };
}

/** A signed map of the pixels of an image, shrunk where the image is large. */
export function signedPixels(values: ArrayLike<number>, width: number, height: number): IndexedImage {
  const small = shrunk(values, width, height);
  return signedImage(small.values, small.width, small.height);
}

/** Images of one size and palette on a sheet, `columns` to a row, each with `gap` empty pixels to its right and `band` above it. */
export function together(images: readonly IndexedImage[], columns: number, gap = 0, band = 0): IndexedImage {
  const [{ width, height, palette }] = images;
  const [stepX, stepY] = [width + gap, height + band];
  const sheet = {
    width: columns * stepX,
    height: Math.ceil(images.length / columns) * stepY,
    palette,
    pixels: new Uint8Array(columns * stepX * Math.ceil(images.length / columns) * stepY),
  };
  images.forEach(({ pixels }, i) => {
    const at = (Math.floor(i / columns) * stepY + band) * sheet.width + (i % columns) * stepX;
    for (let y = 0; y < height; y++)
      sheet.pixels.set(pixels.subarray(y * width, (y + 1) * width), at + y * sheet.width);
  });
  return sheet;
}
