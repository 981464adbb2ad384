import type { Picture } from '@layerwise/sheet';
import type { RowReader } from './resample.js';

/**
 * The rows of a picture as luma (0 black, 255 white), in the middle of a square whose rest has the median luma of the
 * picture's border.
 * @param n side of the square: the longer side of the picture
 */
export function squareRows(picture: Picture, n: number): RowReader {
  const { width, height } = picture;
  const [left, top] = [Math.floor((n - width) / 2), Math.floor((n - height) / 2)];
  const background = width === height ? 0 : borderOf(picture);
  return (y, into) => {
    const row = y - top;
    if (width < n || row < 0 || row >= height) into.fill(background);
    if (row >= 0 && row < height) for (let x = 0; x < width; x++) into[left + x] = lumaAt(picture, row * width + x);
  };
}

/** By the weights of ITU-R BT.601; transparent parts count as white paper, as they do for `predict`. */
function lumaAt({ data }: Picture, pixel: number): number {
  const at = 4 * pixel;
  // thousandths, so that a grey of three equal values is that value exactly
  const luma = (299 * (data[at] as number) + 587 * (data[at + 1] as number) + 114 * (data[at + 2] as number)) / 1000;
  const alpha = data[at + 3] as number;
  return alpha === 255 ? luma : (alpha * luma + (255 - alpha) * 255) / 255;
}

function borderOf(picture: Picture): number {
  const { width, height } = picture;
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(lumaAt(picture, x), lumaAt(picture, (height - 1) * width + x));
  for (let y = 0; y < height; y++) border.push(lumaAt(picture, y * width), lumaAt(picture, y * width + width - 1));
  return border.sort((a, b) => a - b)[border.length >> 1] as number;
}
