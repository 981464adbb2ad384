import type { Grey } from '@layerwise/images';
import type { Group } from './group.js';
import { penWidth } from './pen.js';

/** A way from the top of a group to its bottom that crosses little ink. */
export interface Seam {
  /** For each row of the group, the first column of the sheet to its right. */
  readonly columns: Int32Array;
  /** Ink crossed, in widths of the pen. */
  readonly crossed: number;
  /** Strokes crossed. */
  readonly strokes: number;
}

/** A seam leaves its starting column by so much at most, as a share of the height. */
const SWAY = 0.22;
/** Seams tried, per height of the group. */
const DENSITY = 14;
/** What a step to the side costs, in pixels of full ink. */
const STEP = 0.04;
/** Ink that a seam may cross, in widths of the pen; digits that touch do so over one or two. */
const MOST_CROSSED = 3;

/** Seams of little ink, from left to right: the cheapest way down near each of some columns (as in seam carving, Avidan and Shamir 2007). */
export function seamsOf(ink: Grey, group: Group): Seam[] {
  const { width: w, height: h } = group;
  const cost = new Float32Array(w * h);
  let full = 0;
  for (const { pixels, stride } of group.parts) {
    for (const at of pixels) {
      const value = ink.data[at];
      cost[(Math.floor(at / stride) - group.y) * w + (at % stride) - group.x] = value;
      full = Math.max(full, value);
    }
  }
  for (let i = 0; i < cost.length; i++) cost[i] = cost[i] / full;
  const pen = Math.max(1, penWidth({ width: w, height: h, data: cost }));
  const many = Math.max(1, Math.round((DENSITY * w) / h));
  const seams: { mean: number; seam: Seam }[] = [];
  for (let i = 1; i < many; i++) {
    const { path, crossed } = cheapest(cost, w, h, Math.round((i * w) / many));
    const seam = { columns: path.map((x) => x + group.x), crossed: crossed / pen, strokes: strokesOn(path, cost, w) };
    if (seam.crossed > MOST_CROSSED) continue;
    const mean = path.reduce((sum, x) => sum + x, 0) / h;
    const last = seams[seams.length - 1];
    if (!last || mean - last.mean >= 0.04 * h) seams.push({ mean, seam });
    else if (seam.crossed < last.seam.crossed) seams[seams.length - 1] = { mean, seam };
  }
  return seams.map(({ seam }) => seam);
}

/** The way down with the least ink within the sway of a column, of equals the leftmost. */
function cheapest(cost: Float32Array, w: number, h: number, column: number): { path: Int32Array; crossed: number } {
  const reach = Math.max(1, Math.round(SWAY * h));
  const [from, to] = [Math.max(0, column - reach), Math.min(w - 1, column + reach)];
  const span = to - from + 1;
  const least = new Float64Array(span * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < span; x++) {
      const own = cost[y * w + from + x];
      if (y === 0) {
        least[x] = own;
        continue;
      }
      const above = (y - 1) * span + x;
      let best = least[above];
      if (x > 0) best = Math.min(best, least[above - 1] + STEP);
      if (x + 1 < span) best = Math.min(best, least[above + 1] + STEP);
      least[y * span + x] = best + own;
    }
  }
  let at = 0;
  for (let x = 1; x < span; x++) if (least[(h - 1) * span + x] < least[(h - 1) * span + at]) at = x;
  const path = new Int32Array(h);
  let crossed = 0;
  for (let y = h - 1; y >= 0; y--) {
    path[y] = from + at;
    crossed += cost[y * w + from + at];
    if (y === 0) break;
    const above = (y - 1) * span;
    let next = at;
    if (at > 0 && least[above + at - 1] + STEP < least[above + at]) next = at - 1;
    if (at + 1 < span && least[above + at + 1] + STEP < least[above + next] + (next === at ? 0 : STEP)) next = at + 1;
    at = next;
  }
  return { path, crossed };
}

/** Runs of ink on a way down. */
function strokesOn(path: Int32Array, cost: Float32Array, w: number): number {
  let [count, inside] = [0, false];
  path.forEach((x, y) => {
    const ink = cost[y * w + x] > 0.3;
    if (ink && !inside) count++;
    inside = ink;
  });
  return count;
}
