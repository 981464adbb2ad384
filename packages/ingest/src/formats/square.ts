import type { Picture } from '@layerwise/images';
import type { RowReader } from '@layerwise/images/resample';

/**
 * The rows of a picture as luma (0 black, 255 white), in the middle of a square whose rest has the median luma of the
 * picture's border.
 * @param n side of the square: the longer side of the picture
 * @param under luma of what transparent parts are laid on
 */
export function squareRows(picture: Picture, n: number, under: number): RowReader {
  const { width, height } = picture;
  const [left, top] = [Math.floor((n - width) / 2), Math.floor((n - height) / 2)];
  const background = width === height ? 0 : borderOf(picture, under);
  return (y, into) => {
    const row = y - top;
    if (width < n || row < 0 || row >= height) into.fill(background);
    if (row >= 0 && row < height)
      for (let x = 0; x < width; x++) into[left + x] = lumaAt(picture, row * width + x, under);
  };
}

/** By the weights of ITU-R BT.601. */
function lumaAt({ data }: Picture, pixel: number, under: number): number {
  const at = 4 * pixel;
  // thousandths, so that a grey of three equal values is that value exactly
  const luma = (299 * (data[at] as number) + 587 * (data[at + 1] as number) + 114 * (data[at + 2] as number)) / 1000;
  const alpha = data[at + 3] as number;
  return alpha === 255 ? luma : (alpha * luma + (255 - alpha) * under) / 255;
}

function borderOf(picture: Picture, under: number): number {
  const { width, height } = picture;
  const border: number[] = [];
  for (let x = 0; x < width; x++)
    border.push(lumaAt(picture, x, under), lumaAt(picture, (height - 1) * width + x, under));
  for (let y = 0; y < height; y++)
    border.push(lumaAt(picture, y * width, under), lumaAt(picture, y * width + width - 1, under));
  return border.sort((a, b) => a - b)[border.length >> 1] as number;
}
