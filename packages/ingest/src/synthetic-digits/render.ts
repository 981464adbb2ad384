import type { Writing } from './hand.js';

/** Side of the finished image, in pixels. */
export const STROKES_SIZE = 28;
/** Side of the box that a digit is fitted to, as MNIST does. */
const BOX = 20;
const MARGIN = (STROKES_SIZE - BOX) / 2;

/**
 * Draws a digit as MNIST's were prepared (LeCun et al. 1998, section III.A): fitted to a box of 20x20 with its aspect
 * ratio kept, grey at the edges, then its centre of mass moved to the middle of 28x28 by whole pixels.
 *
 * @param image uint8[784], overwritten
 */
export class Renderer {
  private readonly ink = new Float64Array(STROKES_SIZE * STROKES_SIZE);

  draw(writing: Writing, image: Uint8Array): void {
    this.ink.fill(0);
    const fit = fitted(writing);
    for (const curve of writing.curves) this.stroke(curve, fit, writing);
    centre(this.ink, image);
  }

  private stroke(curve: readonly number[], { scale, x, y }: Fit, { pen, pressure, softness }: Writing): void {
    const spans = curve.length / 2 - 1;
    for (let i = 0; i < spans; i++) {
      const at = 2 * i;
      const radius = pen * Math.max(0.5, 1 + pressure * ((2 * i) / spans - 1));
      this.segment(
        scale * curve[at] + x,
        scale * curve[at + 1] + y,
        scale * curve[at + 2] + x,
        scale * curve[at + 3] + y,
        radius,
        softness,
      );
    }
  }

  /** Darkens the pixels near a line from (x0, y0) to (x1, y1), each by how far its centre lies inside the pen's edge. */
  private segment(x0: number, y0: number, x1: number, y1: number, radius: number, softness: number): void {
    const reach = radius + softness / 2;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length2 = dx * dx + dy * dy;
    const [left, right] = [
      Math.max(0, Math.ceil(Math.min(x0, x1) - reach)),
      Math.min(STROKES_SIZE - 1, Math.floor(Math.max(x0, x1) + reach)),
    ];
    const [top, bottom] = [
      Math.max(0, Math.ceil(Math.min(y0, y1) - reach)),
      Math.min(STROKES_SIZE - 1, Math.floor(Math.max(y0, y1) + reach)),
    ];
    for (let py = top; py <= bottom; py++) {
      for (let px = left; px <= right; px++) {
        const along = length2 > 0 ? Math.max(0, Math.min(1, ((px - x0) * dx + (py - y0) * dy) / length2)) : 0;
        const [ex, ey] = [px - x0 - along * dx, py - y0 - along * dy];
        const distance2 = ex * ex + ey * ey;
        if (distance2 >= reach * reach) continue;
        const ink = Math.min(1, (reach - Math.sqrt(distance2)) / softness);
        const pixel = py * STROKES_SIZE + px;
        if (ink > this.ink[pixel]) this.ink[pixel] = ink;
      }
    }
  }
}

interface Fit {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Scale and shift that put the digit, pen included, into the middle of the box. */
function fitted({ curves, pen }: Writing): Fit {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const curve of curves) {
    for (let i = 0; i < curve.length; i += 2) {
      const [x, y] = [curve[i], curve[i + 1]];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  const scale = (BOX - 2 * pen) / Math.max(right - left, bottom - top);
  const middle = (STROKES_SIZE - 1) / 2;
  return { scale, x: middle - (scale * (left + right)) / 2, y: middle - (scale * (top + bottom)) / 2 };
}

/** Copies `ink` (0 to 1) to `image` (0 to 255) so that its centre of mass lies in the middle, as far as the margin allows. */
function centre(ink: Float64Array, image: Uint8Array): void {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let pixel = 0; pixel < ink.length; pixel++) {
    const value = ink[pixel];
    if (value === 0) continue;
    mass += value;
    sumX += value * (pixel % STROKES_SIZE);
    sumY += value * Math.floor(pixel / STROKES_SIZE);
  }
  const shift = (sum: number): number => Math.max(-MARGIN, Math.min(MARGIN, Math.round(STROKES_SIZE / 2 - sum / mass)));
  const [right, down] = [shift(sumX), shift(sumY)];
  image.fill(0);
  for (let y = Math.max(0, -down); y < STROKES_SIZE - Math.max(0, down); y++) {
    for (let x = Math.max(0, -right); x < STROKES_SIZE - Math.max(0, right); x++) {
      image[(y + down) * STROKES_SIZE + x + right] = Math.round(255 * ink[y * STROKES_SIZE + x]);
    }
  }
}
