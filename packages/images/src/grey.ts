import { lumaOf, type Picture } from './picture.js';
import { resample, type Size } from './resample.js';
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
    const alpha = data[at + 3] / 255;
    grey[i] = alpha * lumaOf(data, at) + (1 - alpha) * under;
  }
  return { width, height, data: grey };
}

/** A grey picture brought to another size by {@link resample}; the same picture if it has that size. */
export function scaled(grey: Grey, { width, height }: Size): Grey {
  if (grey.width === width && grey.height === height) return grey;
  const rowOf = (y: number, into: Float64Array): void =>
    into.set(grey.data.subarray(y * grey.width, (y + 1) * grey.width));
  return { width, height, data: Float32Array.from(resample(rowOf, grey, { width, height })) };
}

/** A grey picture scaled by any `factor` <= 1, its sides rounded. */
export function shrink(grey: Grey, factor: number): Grey {
  const side = (length: number): number => Math.max(1, Math.round(length * factor));
  return scaled(grey, { width: side(grey.width), height: side(grey.height) });
}

/** rows x columns -> columns x rows. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column];
  }
  return result;
}
