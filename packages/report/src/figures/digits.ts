import type { IndexedImage, Rgba } from './png.js';
import { rgb, SIGNED_COLOURS } from './theme.js';

/** Black ink in 16 strengths; the page inverts it on dark ground. */
const INK: readonly Rgba[] = Array.from({ length: 16 }, (_, i) => [0, 0, 0, i * 17] as const);

/** One image as ink on nothing, 4 bits a pixel. */
export function inkImage(pixels: Uint8Array, width: number, height: number): IndexedImage {
  return { width, height, palette: INK, pixels: pixels.map(strength) };
}

/** Images side by side, `columns` to a row, with `gap` pixels between them; missing ones stay empty. */
export function inkSheet(images: readonly (Uint8Array | undefined)[], width: number, height: number, columns: number, gap = 0): IndexedImage {
  const rows = Math.max(1, Math.ceil(images.length / columns));
  const sheetWidth = columns * (width + gap) - gap;
  const sheetHeight = rows * (height + gap) - gap;
  const pixels = new Uint8Array(sheetWidth * sheetHeight);
  images.forEach((image, i) => {
    const left = (i % columns) * (width + gap);
    const top = Math.floor(i / columns) * (height + gap);
    if (image) for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[(top + y) * sheetWidth + left + x] = strength(image[y * width + x] as number);
  });
  return { width: sheetWidth, height: sheetHeight, palette: INK, pixels };
}

function strength(value: number): number {
  return Math.round(value / 17);
}

const STEPS = 7;
const SIGNED: readonly Rgba[] = [
  [0, 0, 0, 0],
  ...Array.from({ length: STEPS }, (_, i): Rgba => [...rgb(SIGNED_COLOURS.positive), Math.round((255 * (i + 1)) / STEPS)]),
  ...Array.from({ length: STEPS }, (_, i): Rgba => [...rgb(SIGNED_COLOURS.negative), Math.round((255 * (i + 1)) / STEPS)]),
];

/** A signed map: blue above zero, orange below, clear at zero; the strongest value is fully opaque. */
export function signedImage(values: ArrayLike<number>, width: number, height: number): IndexedImage {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i] as number));
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => {
    const step = top === 0 ? 0 : Math.round((Math.abs(values[i] as number) / top) * STEPS);
    return step === 0 ? 0 : (values[i] as number) > 0 ? step : STEPS + step;
  });
  return { width, height, palette: SIGNED, pixels };
}
