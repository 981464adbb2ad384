import type { Picture } from './picture.js';
import { backdropOf, lightOf } from './transparency.js';

/** A grey picture: float32[width * height], row after row. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Luma 0 (black) to 255 (white) by the weights of ITU-R BT.601; transparent parts are white or black, so that the ink shows ({@link backdropOf}). */
export function luma(picture: Picture): Grey {
  const { width, height, data } = picture;
  const under = lightOf(backdropOf(picture));
  const grey = new Float32Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    const value = 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
    const alpha = (data[at + 3] as number) / 255;
    grey[i] = alpha * value + (1 - alpha) * under;
  }
  return { width, height, data: grey };
}

/** A grey picture scaled by a whole or broken `factor` <= 1, each pixel the mean of the area it covers; the same picture if the factor is 1. */
export function shrink(grey: Grey, factor: number): Grey {
  if (factor === 1) return grey;
  const width = Math.max(1, Math.round(grey.width * factor));
  const height = Math.max(1, Math.round(grey.height * factor));
  const across = shrinkRows(grey.data, grey.height, grey.width, width);
  const down = shrinkRows(transpose(across, grey.height, width), width, grey.height, height);
  return { width, height, data: transpose(down, width, height) };
}

/** rows x from -> rows x to values, to <= from: means over equal intervals, shares of pixels counted. */
function shrinkRows(data: Float32Array, rows: number, from: number, to: number): Float32Array {
  const result = new Float32Array(rows * to);
  const step = from / to;
  for (let x = 0; x < to; x++) {
    const [start, end] = [x * step, (x + 1) * step];
    const last = Math.min(from, Math.ceil(end - 1e-9));
    for (let s = Math.floor(start); s < last; s++) {
      const share = (Math.min(end, s + 1) - Math.max(start, s)) / step;
      for (let row = 0; row < rows; row++)
        result[row * to + x] = (result[row * to + x] as number) + share * (data[row * from + s] as number);
    }
  }
  return result;
}

/** rows x columns -> columns x rows. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column] as number;
  }
  return result;
}
