import { resample } from '@layerwise/images/resample';

/** A picture of ink alone: `data` holds width x height values, row after row, 0 where there is none to 1 where it is full. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** A part of a picture in whole pixels: columns x to x + width - 1, rows y to y + height - 1. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The form of the training images. */
export interface Form {
  /** Side of the finished image; MNIST: 28. */
  readonly size: number;
  /** Side of the box that the digit is fitted to; MNIST: 20. */
  readonly box: number;
}

/** MNIST's form for images of another side: the box keeps its share of 20 to 28. */
export function formOf(size: number): Form {
  return { size, box: Math.max(1, Math.round((size * 20) / 28)) };
}

/** Ink below this belongs to no digit's bounding box: the faint halo of a blurred line would shrink the digit. */
const EDGE = 0.25;

/**
 * Brings one digit to the form of MNIST's images (LeCun, Bottou, Bengio and Haffner 1998, section III.A): fitted to a
 * box of 20x20 with its aspect ratio kept, grey levels from anti-aliasing, then its centre of mass moved to the middle
 * of 28x28 by whole pixels, as far as the image allows without cutting ink off. A page can use it as it is.
 *
 * @returns uint8[size * size], 0 background to 255 ink; all 0 if there is no ink
 */
export function normalise(ink: Ink, { size, box }: Form = formOf(28)): Uint8Array {
  const image = new Uint8Array(size * size);
  const bounds = boundsOf(ink, EDGE);
  if (!bounds) return image;
  const scale = box / Math.max(bounds.width, bounds.height);
  const width = Math.max(1, Math.round(bounds.width * scale));
  const height = Math.max(1, Math.round(bounds.height * scale));
  const small = scaledPart(ink, bounds, width, height);
  place({ width, height, data: small }, size, image);
  return image;
}

/** The smallest box around all ink above `edge`; undefined if there is none. */
export function boundsOf({ width, height, data }: Ink, edge = EDGE): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] <= edge) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The part `box` of a picture brought to width x height values. */
export function scaledPart(ink: Ink, box: Box, width: number, height: number): Float32Array {
  const rowOf = (y: number, into: Float64Array): void => {
    const start = (box.y + y) * ink.width + box.x;
    for (let x = 0; x < box.width; x++) into[x] = ink.data[start + x];
  };
  return Float32Array.from(resample(rowOf, box, { width, height }));
}

/** Copies a small picture to an image of size x size so that its centre of mass lies in the middle. */
function place({ width, height, data }: Ink, size: number, image: Uint8Array): void {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const value = data[i];
    mass += value;
    sumX += value * (i % width);
    sumY += value * Math.floor(i / width);
  }
  const at = (sum: number, side: number): number =>
    Math.min(size - side, Math.max(0, Math.round(size / 2 - sum / mass)));
  const [left, top] = [at(sumX, width), at(sumY, height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      image[(y + top) * size + x + left] = Math.round(255 * Math.min(1, Math.max(0, data[y * width + x])));
  }
}
