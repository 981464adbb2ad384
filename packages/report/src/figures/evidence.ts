import type { IndexedImage, Rgba } from '@layerwise/images/indexed-png';
import type { Images } from '../data/images.js';
import { shrunk } from '../data/shrink.js';
import { inkImage, signedPixels } from './digits.js';
import { rgb, SIGNED_COLOURS } from '../page/colours.js';

/** What speaks for a class by pixel: blue where it is ink, orange where it is the absence of ink, by the larger of both; the rest is clear. */
export function evidenceImage(
  { ink, absence }: { readonly ink: ArrayLike<number>; readonly absence: ArrayLike<number> },
  { width, height }: Pick<Images, 'width' | 'height'>,
): IndexedImage {
  const values = Float32Array.from(ink, (value, p) =>
    value >= absence[p] ? Math.max(0, value) : -Math.max(0, absence[p]),
  );
  return signedPixels(values, width, height);
}

/** A mean image as ink. @param image intensities, 0 to 1 */
export function meanImage(image: Float32Array, { shown }: Images): IndexedImage {
  return inkImage(shown.of(Uint8Array.from(image, (value) => Math.round(255 * value))), shown.width, shown.height);
}

/** What a node's strongest images have more of than the mean image (blue), and less (orange). @param mean intensities, 0 to 1 */
export function beyondMean(
  strongest: readonly Uint8Array[],
  mean: Float32Array,
  { width, height }: Images,
): IndexedImage {
  const values = Float32Array.from(
    mean,
    (value, p) => strongest.reduce((sum, image) => sum + image[p], 0) / 255 / strongest.length - value,
  );
  return signedPixels(values, width, height);
}

const MARKS: readonly Rgba[] = [
  [0, 0, 0, 0],
  [...rgb(SIGNED_COLOURS.positive), 255],
  [...rgb(SIGNED_COLOURS.negative), 255],
];

/** Which pixels a change erases (blue) and inks (orange). @param marks 1 and 2 there, else 0 */
export function markImage(marks: Uint8Array, { width, height }: Images): IndexedImage {
  const image = shrunk(marks, width, height);
  return {
    width: image.width,
    height: image.height,
    palette: MARKS,
    pixels: Uint8Array.from(image.values, (value) => Math.min(2, Math.ceil(value))),
  };
}
