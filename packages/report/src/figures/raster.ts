import type { IndexedImage, Rgba } from '@layerwise/images/indexed-png';
import type { DenseLayer } from '@layerwise/nets';
import { classColour, CLASS_COLOURS, rgb } from '../page/colours.js';

/** Classes own the places of a plane: the one with the largest output of a layer of two inputs. */
export interface Ground {
  readonly layer: DenseLayer;
  /** What lies at the left and the right edge, at the lower and the upper. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

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
  /** What owns the pixels of the ground, drawn faintly. */
  readonly ground?: Ground;
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
  ground,
}: PointCloud): IndexedImage {
  // Classes past the tenth share a colour with an earlier one: they are counted as that colour.
  const classes = Math.min(K, CLASS_COLOURS.length);
  const group = classOf.map((c) => c % classes);
  const { best, total } = covered({ x, y, group, width, height }, classes, radius);
  const pixels = new Uint8Array(width * height);
  for (let p = 0; p < pixels.length; p++)
    pixels[p] =
      total[p] === 0
        ? groundOf(ground, p, width, height, classes)
        : 1 + (Math.min(total[p], STRENGTHS.length) - 1) * classes + best[p];
  return { width, height, pixels, palette: palette(classes) };
}

/** How many points cover each pixel, and the class of most of them, of equals the lowest. */
function covered(
  { x, y, group, width, height }: Pick<PointCloud, 'x' | 'y' | 'group' | 'width' | 'height'>,
  classes: number,
  radius: number,
): { readonly best: Uint8Array; readonly total: Uint32Array } {
  const [across, down] = disc(radius);
  const [best, most] = [new Uint8Array(width * height), new Uint32Array(width * height)];
  const [own, total] = [new Uint32Array(width * height), new Uint32Array(width * height)];
  const touched = new Uint32Array(width * height);
  for (const [c, rows] of rowsByClass(group, classes).entries()) {
    let count = 0;
    for (const i of rows) {
      const left = Math.round(x[i]);
      const top = Math.round(y[i]);
      for (let s = 0; s < across.length; s++) {
        const px = left + across[s];
        const py = top + down[s];
        if (px < 0 || py < 0 || px >= width || py >= height) continue;
        const place = py * width + px;
        if (own[place]++ === 0) touched[count++] = place;
      }
    }
    for (let t = 0; t < count; t++) {
      const place = touched[t];
      total[place] += own[place];
      if (own[place] > most[place]) {
        most[place] = own[place];
        best[place] = c;
      }
      own[place] = 0;
    }
  }
  return { best, total };
}

function rowsByClass(group: Uint16Array, classes: number): Uint32Array[] {
  const counts = new Uint32Array(classes);
  for (let i = 0; i < group.length; i++) counts[group[i]]++;
  const rows = Array.from(counts, (n) => new Uint32Array(n));
  const next = new Uint32Array(classes);
  for (let i = 0; i < group.length; i++) rows[group[i]][next[group[i]]++] = i;
  return rows;
}

function palette(classes: number): Rgba[] {
  const colours: Rgba[] = [[0, 0, 0, 0]];
  for (const strength of [...STRENGTHS, GROUND])
    for (let c = 0; c < classes; c++) colours.push([...rgb(classColour(c)), Math.round(255 * strength)]);
  return colours;
}

function groundOf(ground: Ground | undefined, p: number, width: number, height: number, classes: number): number {
  if (!ground) return 0;
  const [x, y] = [at(ground.x, (p % width) / (width - 1)), at(ground.y, 1 - Math.floor(p / width) / (height - 1))];
  return 1 + STRENGTHS.length * classes + (owner(ground.layer, x, y) % classes);
}

/** The largest output at a place, of equals the first: that of `weightedSums`, without an array for each of half a million pixels. */
export function owner({ kernel, bias }: Pick<DenseLayer, 'kernel' | 'bias'>, x: number, y: number): number {
  let [best, most] = [0, -Infinity];
  for (let c = 0; c < bias.length; c++) {
    const sum = bias[c] + x * kernel[c] + y * kernel[bias.length + c];
    if (c > 0 && !(sum > most)) continue;
    best = c;
    most = sum;
  }
  return best;
}

const at = ([low, high]: readonly [number, number], share: number): number => low + share * (high - low);

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
