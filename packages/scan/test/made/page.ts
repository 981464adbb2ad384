import { drawStrokes } from '@layerwise/ingest';
import { deriveSeed } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import { outlineOf, type FontName } from './fonts.js';

/** Where a digit was put on a page, in the page's pixels. */
export interface Placed {
  readonly digit: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A flat page: how much ink lies on each pixel, 0 to 1, and the printed lines apart from it. */
export interface Page {
  readonly width: number;
  readonly height: number;
  readonly ink: Float32Array;
  readonly printed: Float32Array;
  readonly placed: readonly Placed[];
}

/** What to put on a page. */
export interface PageJob {
  readonly seed: number;
  /** A font, the strokes generator, or images of 28x28 with their labels. */
  readonly hand: FontName | 'strokes' | { readonly pixels: Uint8Array; readonly labels: ArrayLike<number> };
  readonly rows: number;
  readonly columns: number;
  /** Height of a digit in pixels. */
  readonly height: number;
  readonly paper: 'plain' | 'ruled' | 'squared';
  /** So many digits beside each other touch. */
  readonly touching?: number;
}

/** Lays digits on a page in rows, each moved and turned a little. */
export function makePage(job: PageJob): Page {
  const { seed, rows, columns, height: size, paper } = job;
  const random = new Random(deriveSeed(seed, 'page', 'layout'));
  const [stepX, stepY] = [Math.round(1.35 * size), Math.round(1.8 * size)];
  const [width, height] = [stepX * columns + size, stepY * rows + size];
  const page: Page & { placed: Placed[] } = {
    width,
    height,
    ink: new Float32Array(width * height),
    printed: new Float32Array(width * height),
    placed: [],
  };
  if (paper !== 'plain')
    for (let y = Math.round(0.6 * size); y < height; y += paper === 'ruled' ? stepY >> 1 : size) print(page, y, false);
  if (paper === 'squared') for (let x = Math.round(0.4 * size); x < width; x += size) print(page, x, true);
  const images = imagesOf(job);
  for (let i = 0; i < rows * columns; i++) {
    const own = size * (0.88 + 0.24 * random.float());
    const x = size / 2 + (i % columns) * stepX + 0.12 * size * random.float() + 0.1 * stepX;
    const y = size / 2 + Math.floor(i / columns) * stepY + 0.2 * size * random.float() + 0.1 * stepY;
    const image = images(i, random);
    const before = page.placed.at(-1);
    const joined = job.touching !== undefined && (i % columns) % job.touching !== 0 && before;
    // Into the digit before by up to a tenth of the height, so that most of them touch.
    const left = joined ? before.x + before.width - size * (0.02 + 0.08 * random.float()) : x;
    draw(
      page,
      image,
      left,
      joined ? before.y + 0.08 * size * (random.float() - 0.5) : y,
      own,
      (joined ? 0.08 : 0.16) * (random.float() - 0.5),
    );
  }
  return page;
}

/** A digit as a function: how much ink lies at a point of a box 1 high and `width` wide. */
interface Shape {
  readonly digit: number;
  readonly width: number;
  readonly at: (x: number, y: number) => number;
}

function imagesOf({ hand, seed, rows, columns }: PageJob): (i: number, random: Random) => Shape {
  if (typeof hand === 'string' && hand !== 'strokes') {
    return (_, random) => {
      const digit = random.below(10);
      return glyphOf(hand, digit);
    };
  }
  const count = rows * columns;
  const drawn =
    typeof hand === 'string' ? { pixels: new Uint8Array(count * 784), labels: new Uint16Array(count) } : hand;
  if (typeof hand === 'string')
    drawStrokes({ seed, part: 'test', from: 0, to: count, ...(drawn as { pixels: Uint8Array; labels: Uint16Array }) });
  return (i) => fromImage(drawn.pixels.subarray(i * 784, (i + 1) * 784), drawn.labels[i] as number);
}

/** Height of a glyph's bitmap. */
const GLYPH = 192;
const glyphs = new Map<string, Shape>();

/** A font's digit, filled once into a bitmap of which the shape is read. */
function glyphOf(font: FontName, digit: number): Shape {
  const known = glyphs.get(`${font} ${digit}`);
  if (known) return known;
  const { rings, width } = outlineOf(font, digit);
  const columns = Math.ceil(GLYPH * width);
  const filled = Uint8Array.from({ length: columns * GLYPH }, (_, i) =>
    inside(rings, ((i % columns) + 0.5) / GLYPH, (Math.floor(i / columns) + 0.5) / GLYPH) ? 1 : 0,
  );
  const shape: Shape = {
    digit,
    width,
    at: (x, y) =>
      x < 0 || y < 0 || x >= width || y >= 1
        ? 0
        : (filled[Math.floor(y * GLYPH) * columns + Math.floor(x * GLYPH)] as number),
  };
  glyphs.set(`${font} ${digit}`, shape);
  return shape;
}

/** An image of 28x28 as a smooth shape: its ink's box, interpolated and sharpened. */
function fromImage(pixels: Uint8Array, digit: number): Shape {
  let [left, top, right, bottom] = [28, 28, 0, 0];
  pixels.forEach((value, i) => {
    if (value < 64) return;
    [left, right] = [Math.min(left, i % 28), Math.max(right, i % 28)];
    [top, bottom] = [Math.min(top, Math.floor(i / 28)), Math.max(bottom, Math.floor(i / 28))];
  });
  const tall = bottom - top + 1;
  const value = (x: number, y: number): number =>
    x < 0 || y < 0 || x > 27 || y > 27 ? 0 : (pixels[y * 28 + x] as number) / 255;
  const at = (u: number, v: number): number => {
    const [x, y] = [left - 0.5 + u * tall, top - 0.5 + v * tall];
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    const ink =
      (1 - fy) * ((1 - fx) * value(x0, y0) + fx * value(x0 + 1, y0)) +
      fy * ((1 - fx) * value(x0, y0 + 1) + fx * value(x0 + 1, y0 + 1));
    return Math.min(1, Math.max(0, 2.5 * ink - 0.75));
  };
  return { digit, width: (right - left + 1) / tall, at };
}

/** Whether a point lies inside by the nonzero winding rule. */
function inside(rings: readonly (readonly number[])[], x: number, y: number): boolean {
  let winding = 0;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [x0, y0, x1, y1] = [ring[j] as number, ring[j + 1] as number, ring[i] as number, ring[i + 1] as number];
      if (y0 <= y === y1 <= y) continue;
      const side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0);
      if (y1 > y0 ? side > 0 : side < 0) winding += y1 > y0 ? 1 : -1;
    }
  }
  return winding !== 0;
}

/** Puts a shape on the page with its top left corner at x, y, turned by `turn` radians about its middle; 3 x 3 samples a pixel. */
function draw(page: Page & { placed: Placed[] }, shape: Shape, x: number, y: number, size: number, turn: number): void {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [middleX, middleY] = [x + (size * shape.width) / 2, y + size / 2];
  const reach = Math.ceil(0.75 * size * Math.max(1, shape.width));
  for (let py = Math.max(0, Math.floor(middleY) - reach); py < Math.min(page.height, middleY + reach); py++) {
    for (let px = Math.max(0, Math.floor(middleX) - reach); px < Math.min(page.width, middleX + reach); px++) {
      let sum = 0;
      for (let s = 0; s < 9; s++) {
        const [dx, dy] = [px + ((s % 3) + 0.5) / 3 - middleX, py + (Math.floor(s / 3) + 0.5) / 3 - middleY];
        const [u, v] = [(cos * dx + sin * dy) / size + shape.width / 2, (cos * dy - sin * dx) / size + 0.5];
        if (u > -0.1 && v > -0.1 && u < shape.width + 0.1 && v < 1.1) sum += shape.at(u, v);
      }
      const at = py * page.width + px;
      if (sum > 0) page.ink[at] = Math.max(page.ink[at] as number, sum / 9);
    }
  }
  page.placed.push({ digit: shape.digit, x, y, width: size * shape.width, height: size });
}

/** Prints a line two pixels thick. */
function print({ width, height, printed }: Page, at: number, upright: boolean): void {
  for (let i = 0; i < (upright ? height : width); i++)
    for (const d of [0, 1]) printed[upright ? i * width + at + d : (at + d) * width + i] = 1;
}
