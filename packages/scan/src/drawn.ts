import type { Ink } from './normalise.js';

/** A line drawn with a finger or a mouse: x, y, x, y, … in any unit, y downwards; one point is a dot. */
export type Stroke = readonly number[];

/** Side of the square that a drawing is put in, in pixels. */
const SIDE = 100;
/** Width of the pen, of a digit 20 pixels long; most of MNIST's are 2 to 3 wide. */
export const PEN = 2.6;

/**
 * A drawing as ink, with a pen as thick as those of the training images however large it was drawn: it fills a square
 * of `SIDE` pixels, its edges soft over one pixel. Depends on nothing, so that a page can use it as it is.
 */
export function drawn(strokes: readonly Stroke[]): Ink {
  const radius = (PEN * SIDE) / 40;
  const points = strokes.flat();
  const [xs, ys] = [points.filter((_, i) => i % 2 === 0), points.filter((_, i) => i % 2 === 1)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const data = new Float32Array(SIDE * SIDE);
  if (points.length === 0) return { width: SIDE, height: SIDE, data };
  const scale = (SIDE - 2 * radius) / Math.max(right - left, bottom - top, 1e-9);
  const x = (value: number): number => SIDE / 2 + (value - (left + right) / 2) * scale;
  const y = (value: number): number => SIDE / 2 + (value - (top + bottom) / 2) * scale;
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2) {
      const next = Math.min(i + 2, stroke.length - 2);
      line(data, [x(stroke[i]), y(stroke[i + 1]), x(stroke[next]), y(stroke[next + 1])], radius);
    }
  }
  return { width: SIDE, height: SIDE, data };
}

/** Darkens the pixels whose centres lie within `radius` of a line. */
function line(data: Float32Array, [x0, y0, x1, y1]: readonly [number, number, number, number], radius: number): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length2 = dx * dx + dy * dy;
  const within = (value: number): number => Math.max(0, Math.min(SIDE - 1, Math.floor(value)));
  for (let py = within(Math.min(y0, y1) - radius - 1); py <= within(Math.max(y0, y1) + radius + 1); py++) {
    for (let px = within(Math.min(x0, x1) - radius - 1); px <= within(Math.max(x0, x1) + radius + 1); px++) {
      const [ex, ey] = [px + 0.5 - x0, py + 0.5 - y0];
      const along = length2 > 0 ? Math.max(0, Math.min(1, (ex * dx + ey * dy) / length2)) : 0;
      const ink = Math.min(1, radius + 0.5 - Math.sqrt((ex - along * dx) ** 2 + (ey - along * dy) ** 2));
      if (ink > data[py * SIDE + px]) data[py * SIDE + px] = ink;
    }
  }
}
