import type { LayerwiseError } from '@layerwise/contracts';
import { invalid } from './invalid.js';

/** Most bytes of pixels that a file, or all images of a folder, may come to; what declares more is refused before room is made for it. */
export const MOST_BYTES = 2 ** 30;
/** Most rows of a file: a gzipped megabyte may hold a hundred million. */
export const MOST_ROWS = 2_000_000;
/** Longest side of an image in a data set, in pixels. */
export const MOST_SIDE = 1024;

/** Whether so many pixels make a square image. */
export function isSquare(count: number): boolean {
  return count > 0 && Number.isInteger(Math.sqrt(count));
}

/**
 * Side of square images of so many pixels.
 * @param subject how the message begins, such as `a row of the CSV table`
 * @throws LayerwiseError DATA_INVALID if they make no square, or too large a one
 */
export function sideOf(pixels: number, where: string, subject: string): number {
  const side = Math.round(Math.sqrt(pixels));
  if (pixels < 1 || side * side !== pixels)
    throw invalid(
      where,
      `${subject} must have as many pixels as a square image, beside its label, got ${pixels}`,
      'images must be square; columns that are neither the label nor a pixel (an index, an id) must be left out',
    );
  if (side > MOST_SIDE)
    throw invalid(
      where,
      `${subject} must have at most ${MOST_SIDE} x ${MOST_SIDE} pixels, got ${side} x ${side}`,
      'scale the images down first',
    );
  return side;
}

/**
 * Side of images that a table has as lists: of n * n pixels, or of n lists of n pixels; further lists of one entry count for nothing.
 * @param shape lengths of the lists, from the outer to the inner ones
 * @throws LayerwiseError DATA_INVALID
 */
export function sideOfLists(shape: readonly number[], column: string, where: string, subject: string): number {
  const sizes = shape.filter((size) => size !== 1);
  if (sizes.length > 1 && (sizes.length > 2 || sizes[0] !== sizes[1])) {
    throw invalid(
      where,
      `the lists of column '${column}' must be square images, got ${shape.join(' x ')}`,
      sizes.length > 2 ? 'images must be grey: write one number per pixel' : 'pad or crop the images first',
    );
  }
  return sideOf(
    sizes.reduce((a, b) => a * b, 1),
    where,
    subject,
  );
}

/** What is said where the lines of an image differ in length. */
export function raggedLists(name: string, length: number, other: number, where: string): LayerwiseError {
  return invalid(
    where,
    `column '${name}' must have lists of the same length in a row, got one of ${length} and one of ${other}`,
    'give every line of an image as many pixels',
  );
}

/** @throws LayerwiseError DATA_INVALID if so many images are more than there is room for, or none */
export function refuseSize(rows: number, side: number, where: string, subject: string): void {
  if (!(rows > 0)) throw invalid(where, `${subject} must have at least one image, got ${rows}`);
  if (rows > MOST_ROWS)
    throw invalid(
      where,
      `${subject} must have at most ${MOST_ROWS} images, but declares ${rows}`,
      'its header is damaged, or the images must be fewer',
    );
  if (rows * side * side > MOST_BYTES)
    throw invalid(
      where,
      `${subject} must have at most ${MOST_BYTES} pixels in all, but declares ${rows} images of ${side} x ${side}`,
      'its header is damaged, or the images must be fewer or smaller',
    );
}
