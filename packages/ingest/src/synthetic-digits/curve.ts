import type { Stroke } from './digits.js';

/** Points drawn between two given ones. */
const STEPS = 5;

/**
 * The points of a smooth curve through those of a stroke: uniform Catmull-Rom splines (Catmull and Rom 1974) between corners.
 * Only +, -, * and / are used, so every machine gives the same numbers.
 *
 * @param points x, y pairs; a pair given twice in a row is a corner
 * @returns x, y pairs, {@link STEPS} per span
 */
export function smooth(points: Stroke): number[] {
  const curve: number[] = [points[0], points[1]];
  let from = 0;
  for (let i = 2; i <= points.length; i += 2) {
    const corner = i === points.length || (points[i] === points[i - 2] && points[i + 1] === points[i - 1]);
    if (!corner) continue;
    spline(points, from, i - 2, curve);
    from = i;
  }
  return curve;
}

/** Appends the spline through the pairs at from … to (both included) to `curve`, which holds its first point already. */
function spline(points: Stroke, from: number, to: number, curve: number[]): void {
  const at = (i: number): number => points[i];
  for (let i = from; i < to; i += 2) {
    const [x1, y1, x2, y2] = [at(i), at(i + 1), at(i + 2), at(i + 3)];
    const [x0, y0] = i > from ? [at(i - 2), at(i - 1)] : [x1, y1];
    const [x3, y3] = i + 2 < to ? [at(i + 4), at(i + 5)] : [x2, y2];
    for (let step = 1; step <= STEPS; step++) {
      const t = step / STEPS;
      curve.push(hermite(x0, x1, x2, x3, t), hermite(y0, y1, y2, y3, t));
    }
  }
}

function hermite(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const a = 3 * (p1 - p2) + p3 - p0;
  const b = 2 * p0 - 5 * p1 + 4 * p2 - p3;
  return p1 + 0.5 * t * (p2 - p0 + t * (b + t * a));
}
