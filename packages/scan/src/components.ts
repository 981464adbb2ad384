import type { Box } from './normalise.js';

/** A connected patch of ink. */
export interface Component extends Box {
  /** Number of its pixels. */
  readonly area: number;
  /** Indices of its pixels in the sheet, and the sheet's width. */
  readonly pixels: Uint32Array;
  readonly stride: number;
  /** Largest ink value in it. */
  readonly darkest: number;
}

/**
 * Patches of pixels above `maybe`, connected over sides and corners, that reach `sure` somewhere (hysteresis).
 *
 * @param ink width x height values; pixels where `erased` is not 0 are left out
 */
export function componentsOf(
  ink: Float32Array,
  width: number,
  height: number,
  { sure, maybe }: { sure: number; maybe: number },
  erased?: Uint8Array,
): Component[] {
  const open = new Uint8Array(width * height);
  for (let i = 0; i < open.length; i++) open[i] = ink[i] > maybe && !erased?.[i] ? 1 : 0;
  const found: Component[] = [];
  for (let start = 0; start < open.length; start++) {
    if (!open[start]) continue;
    const patch = patchAt(start, open, width, height);
    const darkest = patch.pixels.reduce((most, at) => Math.max(most, ink[at]), 0);
    if (darkest > sure) found.push({ ...patch, darkest });
  }
  return found;
}

/** The patch of open pixels around `start`, all of which it closes. @param open uint8[height * width] */
function patchAt(start: number, open: Uint8Array, width: number, height: number): Omit<Component, 'darkest'> {
  const pixels: number[] = [];
  const stack = [start];
  let [left, top, right, bottom] = [width, height, 0, 0];
  open[start] = 0;
  while (stack.length > 0) {
    const at = stack.pop() as number;
    pixels.push(at);
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (!open[next]) continue;
        open[next] = 0;
        stack.push(next);
      }
    }
  }
  return {
    x: left,
    y: top,
    width: right - left + 1,
    height: bottom - top + 1,
    area: pixels.length,
    pixels: Uint32Array.from(pixels),
    stride: width,
  };
}
