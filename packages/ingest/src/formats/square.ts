import { lumaOf, type Picture } from '@layerwise/images/picture';
import { resample, type RowReader } from '@layerwise/images/resample';

/**
 * Scales a grey square image of n x n pixels.
 * @param image uint8[side * side], overwritten, rounded half up
 */
export function scaleSquare(rowOf: RowReader, n: number, side: number, image: Uint8Array): void {
  const scaled = resample(rowOf, { width: n, height: n }, { width: side, height: side });
  for (let i = 0; i < scaled.length; i++) image[i] = Math.min(255, Math.round(scaled[i]));
}

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

/** Luma of a pixel that lies on `under` where it is not opaque. */
function lumaAt({ data }: Picture, pixel: number, under: number): number {
  const [luma, alpha] = [lumaOf(data, 4 * pixel), data[4 * pixel + 3]];
  return alpha === 255 ? luma : (alpha * luma + (255 - alpha) * under) / 255;
}

function borderOf(picture: Picture, under: number): number {
  const { width, height } = picture;
  const border: number[] = [];
  for (let x = 0; x < width; x++)
    border.push(lumaAt(picture, x, under), lumaAt(picture, (height - 1) * width + x, under));
  for (let y = 0; y < height; y++)
    border.push(lumaAt(picture, y * width, under), lumaAt(picture, y * width + width - 1, under));
  return border.sort((a, b) => a - b)[border.length >> 1];
}
