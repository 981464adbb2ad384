import type { IndexedImage, Rgba } from '@layerwise/images/indexed-png';
import { classColour, CLASS_COLOURS, rgb } from '../page/colours.js';

/** Points to draw into an image; positions in its pixels, y downwards. */
export interface PointCloud {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Class of each point. */
  readonly group: Uint16Array;
  readonly classes: number;
  readonly width: number;
  readonly height: number;
  /** Radius of a point in pixels. */
  readonly radius: number;
  /** Class that owns a pixel of the ground, drawn faintly. */
  readonly region?: (x: number, y: number) => number;
}

/** Opacity of a pixel covered by 1, 2, 3, 4 or more points. */
const STRENGTHS = [0.5, 0.7, 0.85, 0.95] as const;
const GROUND = 0.2;

/**
 * Draws points so that density and mixture can be read: a pixel takes the colour of the class that covers it
 * most often (ties to the lower class), more opaque the more points cover it. No class is painted over another.
 */
export function rasterize({
  x,
  y,
  group: classOf,
  classes: K,
  width,
  height,
  radius,
  region: ground,
}: PointCloud): IndexedImage {
  // Classes past the tenth share a colour with an earlier one: they are counted as that colour.
  const classes = Math.min(K, CLASS_COLOURS.length);
  const group = classOf.map((c) => c % classes);
  const region = ground && ((left: number, top: number): number => ground(left, top) % classes);
  const cover = new Uint16Array(width * height * classes);
  const total = new Uint32Array(width * height);
  const [across, down] = disc(radius);
  for (let i = 0; i < group.length; i++) {
    const left = Math.round(x[i]);
    const top = Math.round(y[i]);
    for (let s = 0; s < across.length; s++) {
      const px = left + across[s];
      const py = top + down[s];
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const place = py * width + px;
      const cell = place * classes + group[i];
      total[place]++;
      if (cover[cell] < 65535) cover[cell]++;
    }
  }
  const pixels = new Uint8Array(width * height);
  for (let p = 0; p < pixels.length; p++)
    pixels[p] = total[p] === 0 ? groundOf(region, p, width, classes) : shade(cover, p * classes, classes, total[p]);
  return { width, height, pixels, palette: palette(classes) };
}

function palette(classes: number): Rgba[] {
  const colours: Rgba[] = [[0, 0, 0, 0]];
  for (const strength of [...STRENGTHS, GROUND])
    for (let c = 0; c < classes; c++) colours.push([...rgb(classColour(c)), Math.round(255 * strength)]);
  return colours;
}

function shade(cover: Uint16Array, at: number, classes: number, total: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (cover[at + c] > cover[at + best]) best = c;
  return 1 + (Math.min(total, STRENGTHS.length) - 1) * classes + best;
}

function groundOf(region: PointCloud['region'], p: number, width: number, classes: number): number {
  return region ? 1 + STRENGTHS.length * classes + region(p % width, Math.floor(p / width)) : 0;
}

/** How far the pixels of a disc lie from its middle, across and down. */
function disc(radius: number): readonly [readonly number[], readonly number[]] {
  const [across, down]: [number[], number[]] = [[], []];
  const reach = Math.ceil(radius);
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy > radius * radius) continue;
      across.push(dx);
      down.push(dy);
    }
  return [across, down];
}
