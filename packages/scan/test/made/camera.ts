import { deriveSeed } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import type { Picture } from '@layerwise/images';
import jpeg from 'jpeg-js';
import type { Page, Placed } from './page.js';

/** How a page is photographed. */
export interface Shot {
  readonly seed: number;
  /** How far the corners move, as a share of the side. */
  readonly tilt: number;
  /** Share of the light that a shadow over part of the page takes. */
  readonly shadow: number;
  /** Standard deviation of the noise, of 255 levels. */
  readonly noise: number;
  /** Radius of the blur, in pixels. */
  readonly blur: number;
  readonly colours: { readonly paper: Colour; readonly ink: Colour; readonly printed: Colour };
  /** Colour around the page, if it is to be seen. */
  readonly table?: Colour;
}

type Colour = readonly [number, number, number];

/** Common papers and pens. */
export const COLOURS = {
  pen: { paper: [236, 232, 222], ink: [28, 36, 92], printed: [150, 178, 214] },
  pencil: { paper: [228, 228, 226], ink: [98, 98, 102], printed: [178, 196, 220] },
  board: { paper: [32, 48, 42], ink: [226, 230, 226], printed: [78, 98, 92] },
} as const;

/** A photo of a page, and where its digits are in it (middles). */
export interface Photo {
  readonly picture: Picture;
  readonly placed: readonly Placed[];
}

/** Photographs a page: perspective, light falling off and a shadow with a soft edge, blur, noise. */
export function photograph(page: Page, shot: Shot): Photo {
  const random = new Random(deriveSeed(shot.seed, 'camera', 'shot'));
  const around = shot.table ? 0.06 : 0;
  const [width, height] = [Math.round(page.width * (1 + 2 * around)), Math.round(page.height * (1 + 2 * around))];
  const jitter = (): number => shot.tilt * (random.float() - 0.5) * 2;
  const corner = (x: number, y: number): [number, number] => [
    (x - jitter() * 1) * page.width,
    (y + jitter()) * page.height,
  ];
  const toPage = homography(
    [
      [-around, -around],
      [1 + around, -around],
      [1 + around, 1 + around],
      [-around, 1 + around],
    ].map(([x, y]) => corner(x as number, y as number)),
    width,
    height,
  );
  const light = lighting(random, shot.shadow, width, height);
  const data = new Uint8Array(4 * width * height);
  const values = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = toPage(x + 0.5, y + 0.5);
      const colour = colourAt(page, shot, u, v);
      const bright = light(x, y);
      for (let c = 0; c < 3; c++) values[c * width * height + y * width + x] = bright * (colour[c] as number);
    }
  }
  for (let c = 0; c < 3; c++) {
    const plane = smooth(values.subarray(c * width * height, (c + 1) * width * height), width, height, shot.blur);
    for (let i = 0; i < width * height; i++)
      data[4 * i + c] = Math.min(
        255,
        Math.max(
          0,
          Math.round(
            (plane[i] as number) +
              shot.noise * 1.73 * (random.float() + random.float() + random.float() + random.float() - 2),
          ),
        ),
      );
  }
  for (let i = 0; i < width * height; i++) data[4 * i + 3] = 255;
  return { picture: { width, height, data }, placed: page.placed.map((digit) => moved(digit, toPage, width, height)) };
}

/** The picture as a JPEG file. */
export function toJpeg({ width, height, data }: Picture, quality: number): Uint8Array {
  return new Uint8Array(jpeg.encode({ width, height, data: data as Uint8Array }, quality).data);
}

function colourAt(page: Page, { colours, table }: Shot, u: number, v: number): Colour {
  if (table && (u < 0 || v < 0 || u >= page.width || v >= page.height)) return table;
  const x = Math.min(page.width - 1.001, Math.max(0, u - 0.5));
  const y = Math.min(page.height - 1.001, Math.max(0, v - 0.5));
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const mix = (plane: Float32Array): number => {
    const at = y0 * page.width + x0;
    return (
      (1 - fy) * ((1 - fx) * (plane[at] as number) + fx * (plane[at + 1] as number)) +
      fy * ((1 - fx) * (plane[at + page.width] as number) + fx * (plane[at + page.width + 1] as number))
    );
  };
  const [ink, printed] = [mix(page.ink), mix(page.printed)];
  const channel = (c: 0 | 1 | 2): number =>
    (1 - ink) * ((1 - printed) * colours.paper[c] + printed * colours.printed[c]) + ink * colours.ink[c];
  return [channel(0), channel(1), channel(2)];
}

/** Light that falls off to one side, and a half-plane in shadow with an edge about a tenth of the picture wide. */
function lighting(random: Random, shadow: number, width: number, height: number): (x: number, y: number) => number {
  const angle = 2 * Math.PI * random.float();
  const [nx, ny, offset] = [Math.cos(angle), Math.sin(angle), 0.4 * (random.float() - 0.5)];
  const fall = 0.25 * random.float();
  return (x, y) => {
    const along = nx * (x / width - 0.5) + ny * (y / height - 0.5);
    const dark = 1 / (1 + Math.exp(-(along - offset) / 0.02));
    return (1 - shadow * dark) * (1 - fall * (along + 0.5));
  };
}

/** Two passes of a box filter of whole radius; nothing for radius 0. */
function smooth(plane: Float32Array, width: number, height: number, radius: number): Float32Array {
  let result = plane;
  for (const [step, length, size] of radius > 0
    ? ([
        [1, width, width * height],
        [width, height, width * height],
      ] as const)
    : []) {
    const next = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const at = Math.floor(i / step) % length;
      let [sum, count] = [0, 0];
      for (let d = -radius; d <= radius; d++) {
        if (at + d < 0 || at + d >= length) continue;
        sum += result[i + d * step] as number;
        count++;
      }
      next[i] = sum / count;
    }
    result = next;
  }
  return result;
}

/** The projective map from a picture of width x height to four points (Heckbert 1989, section 2.2.3: square to quadrilateral). */
function homography(
  points: readonly (readonly [number, number])[],
  width: number,
  height: number,
): (x: number, y: number) => [number, number] {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = points as [
    [number, number],
    [number, number],
    [number, number],
    [number, number],
  ];
  const [dx1, dx2, sx] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, sy] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const under = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(sx * dy2 - dx2 * sy) / under, (dx1 * sy - sx * dy1) / under];
  const [a, b, d, e] = [x1 - x0 + g * x1, x3 - x0 + h * x3, y1 - y0 + g * y1, y3 - y0 + h * y3];
  return (x, y) => {
    const [u, v] = [x / width, y / height];
    const w = g * u + h * v + 1;
    return [(a * u + b * v + x0) / w, (d * u + e * v + y0) / w];
  };
}

/** A digit's box in the photo: found by Newton's steps on the map from photo to page, around its middle. */
function moved(
  digit: Placed,
  toPage: (x: number, y: number) => [number, number],
  width: number,
  height: number,
): Placed {
  const [wantX, wantY] = [digit.x + digit.width / 2, digit.y + digit.height / 2];
  let [x, y] = [width / 2, height / 2];
  for (let i = 0; i < 20; i++) {
    const [u, v] = toPage(x, y);
    const [ux, vx] = toPage(x + 1, y);
    const [uy, vy] = toPage(x, y + 1);
    const [a, b, c, d] = [ux - u, uy - u, vx - v, vy - v];
    const under = a * d - b * c;
    x += (d * (wantX - u) - b * (wantY - v)) / under;
    y += (a * (wantY - v) - c * (wantX - u)) / under;
  }
  return { ...digit, x: x - digit.width / 2, y: y - digit.height / 2 };
}
