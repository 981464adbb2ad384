/** Longest side of an image on the page, in its own pixels. */
const MOST_SIDE = 64;

/** Values of an image, in blocks of as many pixels as bring its longer side to {@link MOST_SIDE} at most: the mean of each block. */
export function shrunk<T extends ArrayLike<number>>(
  values: T,
  width: number,
  height: number,
): { readonly values: T | Float32Array; readonly width: number; readonly height: number } {
  const block = Math.ceil(Math.max(width, height) / MOST_SIDE);
  if (block <= 1) return { values, width, height };
  const [w, h] = [Math.ceil(width / block), Math.ceil(height / block)];
  const small = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [right, bottom] = [Math.min(width, (x + 1) * block), Math.min(height, (y + 1) * block)];
      let sum = 0;
      for (let py = y * block; py < bottom; py++)
        for (let px = x * block; px < right; px++) sum += values[py * width + px];
      small[y * w + x] = sum / ((right - x * block) * (bottom - y * block));
    }
  }
  return { values: small, width: w, height: h };
}
