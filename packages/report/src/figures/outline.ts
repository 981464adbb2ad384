import { raw, type Markup } from '../page/html.js';

/** An image of numbers. */
export interface Plane {
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** By which corners of a square of four pixels are inside, the edges that lines cross, two and two: 0 top, 1 right, 2 bottom, 3 left. */
const CROSSED = '-,30,01,31,12,3201,02,32,23,20,0312,21,13,10,03,-'.split(',').map((edges) => edges.match(/../g) ?? []);

/**
 * The line around what is above a share of an image's largest value, over the image: marching squares (Lorensen and Cline 1987) between
 * the middles of pixels, an empty rim around them.
 */
export function outline({ values, width, height }: Plane, share = 0.4): Markup {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  const level = share * most;
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : values[y * width + x];
  const lines: string[] = [];
  for (let y = -1; y < height && level > 0; y++) {
    for (let x = -1; x < width; x++) {
      const corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)] as const;
      const inside = corners.reduce((bits, value, i) => (value > level ? bits | (1 << i) : bits), 0);
      for (const edges of CROSSED[inside]) {
        const [from, to] = Array.from(edges, (edge) => crossing(corners, level, Number(edge), x, y));
        lines.push(`M${from}L${to}`);
      }
    }
  }
  return raw(
    `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true"><path class="outline" d="${lines.join('')}"/></svg>`,
  );
}

/** Where a line crosses an edge of the square whose first corner is the middle of pixel (x, y). */
function crossing(
  corners: readonly [number, number, number, number],
  level: number,
  edge: number,
  x: number,
  y: number,
): string {
  const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
  const part = (level - a) / (b - a);
  const [right, down] = [
    [part, 0],
    [1, part],
    [1 - part, 1],
    [0, 1 - part],
  ][edge];
  return `${round(x + 0.5 + right)} ${round(y + 0.5 + down)}`;
}

const round = (value: number): string => String(Number(value.toFixed(1)));
