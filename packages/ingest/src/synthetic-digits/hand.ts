import type { Random } from '@layerwise/kernels/random';
import { smooth } from './curve.js';
import { FORMS, type Form, type Stroke } from './digits.js';

/** Control points of the warp along each side. */
const KNOTS = 5;

/** One digit as written: curves in any coordinates, and the pen. */
export interface Writing {
  /** Per stroke x, y pairs. */
  readonly curves: readonly number[][];
  /** Radius of the pen, in pixels of the finished image. */
  readonly pen: number;
  /** How much the radius grows (or shrinks, if negative) from the first to the last point of a stroke, as a share. */
  readonly pressure: number;
  /** Width of the grey edge of a line, in pixels. */
  readonly softness: number;
}

/** About normally distributed, mean 0 and deviation 1, within ±3.5: the sum of four uniforms (exact arithmetic, unlike Box-Muller's logarithm). */
function normal(random: Random): number {
  return (random.float() + random.float() + random.float() + random.float() - 2) * 1.7320508075688772;
}

/**
 * Writes a digit by a hand of its own: form, shaky control points, unequal proportions, elastic warp, width, slant, turn, pen.
 * Draws only from `random`, and computes with +, -, *, / and square root only.
 */
export function write(digit: number, random: Random): Writing {
  const form = pick(FORMS[digit], random);
  const { unrest = 1 } = form;
  const shake = unrest * (0.018 + 0.03 * random.float());
  const flow = 1 + random.below(6);
  const curves = form.strokes.map((stroke) => trim(flowing(smooth(shaken(stroke, shake, random)), flow), random));
  const move = chain(proportions(random), elastic(unrest, random), posture(digit, random));
  const pen = 0.75 + 1.0 * random.float() * random.float() + 0.45 * random.float();
  const pressure = 0.18 * normal(random);
  const softness = 1.1 + 0.5 * random.float();
  return { curves: curves.map(move), pen, pressure, softness };
}

function pick(forms: readonly Form[], random: Random): Form {
  let left = random.float() * forms.reduce((sum, form) => sum + form.weight, 0);
  return forms.find((form) => (left -= form.weight) < 0) ?? forms[0];
}

/** The stroke with every point moved at random; a corner's two points stay together. */
function shaken(stroke: Stroke, amount: number, random: Random): number[] {
  const moved: number[] = [];
  for (let i = 0; i < stroke.length; i += 2) {
    const corner = i > 0 && stroke[i] === stroke[i - 2] && stroke[i + 1] === stroke[i - 1];
    if (corner) moved.push(moved[i - 2], moved[i - 1]);
    else moved.push(stroke[i] + amount * normal(random), stroke[i + 1] + amount * normal(random));
  }
  return moved;
}

/** The curve with its corners rounded: `passes` times the binomial filter (1 2 1) / 4 along the points, ends kept. */
function flowing(curve: number[], passes: number): number[] {
  let points = curve;
  for (let pass = 0; pass < passes; pass++) {
    const before = points;
    points = before.slice();
    for (let i = 2; i < before.length - 2; i++) points[i] = (before[i - 2] + 2 * before[i] + before[i + 2]) / 4;
  }
  return points;
}

/** The curve without a few points at its ends: pens come down late and lift early. */
function trim(curve: number[], random: Random): number[] {
  const most = Math.min(3, Math.floor(curve.length / 16));
  const [start, end] = [random.below(most + 1), random.below(most + 1)];
  return curve.slice(2 * start, curve.length - 2 * end);
}

type Move = (curve: number[]) => number[];

function chain(...moves: readonly Move[]): Move {
  return (curve) => moves.reduce((points, move) => move(points), curve);
}

function each(map: (x: number, y: number) => readonly [number, number]): Move {
  return (curve) => {
    const moved: number[] = [];
    for (let i = 0; i < curve.length; i += 2) moved.push(...map(curve[i], curve[i + 1]));
    return moved;
  };
}

/** Upper and lower, left and right halves of unequal size: x + a x (1 - x). */
function proportions(random: Random): Move {
  const [a, b] = [0.16 * normal(random), 0.2 * normal(random)];
  return each((x, y) => [x + a * x * (1 - x), y + b * y * (1 - y)]);
}

/** A smooth random displacement: quadratic B-splines over a coarse grid (in the manner of Simard, Steinkraus and Platt 2003). */
function elastic(unrest: number, random: Random): Move {
  const amount = (0.4 + 0.6 * unrest) * (0.05 + 0.09 * random.float());
  const field = Float64Array.from({ length: 2 * KNOTS * KNOTS }, () => amount * normal(random));
  return each((x, y) => {
    const [u, v] = [within(x) * (KNOTS - 2), within(y) * (KNOTS - 2)];
    const [i, j] = [Math.min(KNOTS - 3, Math.floor(u)), Math.min(KNOTS - 3, Math.floor(v))];
    const [wx, wy] = [weights(u - i), weights(v - j)];
    let [dx, dy] = [0, 0];
    for (let b = 0; b < 3; b++) {
      for (let a = 0; a < 3; a++) {
        const weight = wx[a] * wy[b];
        const knot = 2 * ((j + b) * KNOTS + i + a);
        dx += weight * field[knot];
        dy += weight * field[knot + 1];
      }
    }
    return [x + dx, y + dy];
  });
}

function within(value: number): number {
  return Math.max(0, Math.min(1, value));
}

function weights(t: number): readonly number[] {
  return [0.5 * (1 - t) * (1 - t), 0.5 + t * (1 - t), 0.5 * t * t];
}

/** Width, slant and turn of the whole digit. Rotation by the rational half-angle form, exact on every machine. */
function posture(digit: number, random: Random): Move {
  const width = digit === 0 ? 0.62 + 0.5 * random.float() : 0.5 + 0.42 * random.float();
  const slant = 0.1 + (digit === 1 ? 0.3 : 0.2) * normal(random);
  const half = 0.045 * normal(random);
  const [cos, sin] = [(1 - half * half) / (1 + half * half), (2 * half) / (1 + half * half)];
  return each((x, y) => {
    const flat = width * (x - 0.5) + slant * (0.5 - y);
    const down = y - 0.5;
    return [cos * flat - sin * down, sin * flat + cos * down];
  });
}
