/** A blob so many times as long as it is wide is a stroke. */
const STROKE = 2;

/** Connected pixels of a map, corners included. */
export interface Blob {
  readonly pixels: Uint32Array;
  /** Sum of the map's values in it. */
  readonly sum: number;
  /** Where its middle is, weighted by the values: columns from the left, rows from the top. */
  readonly x: number;
  readonly y: number;
  /** How far its values lie from the middle: variances of columns and rows, and their covariance. */
  readonly spread: { readonly x: number; readonly y: number; readonly both: number };
}

/**
 * The blobs of a map's strongest positive values, the one with the largest sum first.
 * @param values float64[height][width]
 * @param share of the largest value that counts
 */
export function blobsOf(values: Float64Array, width: number, share = 0.25): readonly Blob[] {
  const most = values.reduce((top, value) => Math.max(top, value), 0);
  if (most <= 0) return [];
  const free = Uint8Array.from(values, (value) => (value >= share * most ? 1 : 0));
  const found: Blob[] = [];
  for (let p = 0; p < values.length; p++) if (free[p] === 1) found.push(measured(grown(p, free, width), values, width));
  return found.sort((a, b) => b.sum - a.sum || a.pixels[0] - b.pixels[0]);
}

/** All that hangs together with a pixel, ascending; it is no longer free. */
function grown(start: number, free: Uint8Array, width: number): Uint32Array {
  const height = free.length / width;
  const pixels = [start];
  free[start] = 0;
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [pixels[i] % width, Math.floor(pixels[i] / width)];
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const p = row * width + column;
        if (free[p] === 0) continue;
        free[p] = 0;
        pixels.push(p);
      }
    }
  }
  return Uint32Array.from(pixels).sort();
}

function measured(pixels: Uint32Array, values: Float64Array, width: number): Blob {
  let [sum, x, y] = [0, 0, 0];
  for (const p of pixels) {
    sum += values[p];
    x += values[p] * (p % width);
    y += values[p] * Math.floor(p / width);
  }
  [x, y] = [x / sum, y / sum];
  const spread = { x: 0, y: 0, both: 0 };
  for (const p of pixels) {
    const [right, down] = [(p % width) - x, Math.floor(p / width) - y];
    const weight = values[p] / sum;
    spread.x += weight * right * right;
    spread.y += weight * down * down;
    spread.both += weight * right * down;
  }
  return { pixels, sum, x, y, spread };
}

/** Variance of a point of a pixel around its middle. */
const PIXEL = 1 / 12;

/** Which way a blob runs that is longer than wide: `rising` and `falling` to the right; undefined of one that is not. */
export function strokeOf({ spread: { x, y, both } }: Blob): 'upright' | 'level' | 'rising' | 'falling' | undefined {
  const middle = (x + y) / 2 + PIXEL;
  const half = Math.sqrt(((x - y) / 2) ** 2 + both * both);
  if (middle + half < STROKE * STROKE * (middle - half)) return undefined;
  const slanted = Math.abs(2 * both);
  if (x - y > slanted) return 'level';
  if (y - x > slanted) return 'upright';
  return both > 0 ? 'falling' : 'rising';
}
