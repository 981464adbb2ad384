import { componentsOf } from './components.js';
import { blur } from './filter.js';
import { groupsOf, type Group } from './group.js';
import { ruledLines } from './lines.js';
import { formOf, normalise, type Box, type Ink } from './normalise.js';
import { readingRows } from './order.js';
import { inkOf, levelsOf } from './paper.js';
import { thickened } from './pen.js';
import { luma, shrink, type Grey, type Picture } from './picture.js';

/** A digit found on a sheet. */
export interface FoundDigit {
  /** Where it is, in pixels of the picture. */
  readonly box: Box;
  /** uint8[size * size] in the form of the training images: 0 background, 255 ink. */
  readonly pixels: Uint8Array;
  /** Its row on the sheet, from 0 at the top. */
  readonly row: number;
}

/** What was found on a sheet. */
export interface Sheet {
  /** In reading order. */
  readonly digits: readonly FoundDigit[];
  /** Light writing on dark. */
  readonly inverted: boolean;
  /** Whether printed lines were found, and taken out. */
  readonly ruled: boolean;
}

/** Longest side of the picture that digits are looked for in; larger pictures are scaled down to it. */
const LONGEST = 2000;

/**
 * Finds the digits on a photo or scan of a sheet and brings each to the form of the training images.
 *
 * @param size side of the training images
 * @returns no digits if there is nothing on the sheet
 */
export function findDigits(picture: Picture, size = 28): Sheet {
  const factor = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const map = inkOf(shrink(luma(picture), factor));
  const ink = Math.max(map.ink.width, map.ink.height) >= 800 ? blur(map.ink, 1) : map.ink;
  const levels = levelsOf({ ...map, ink });
  if (!levels) return { digits: [], inverted: map.inverted, ruled: false };
  const lines = ruledLines(ink, levels.maybe);
  const relevelled = lines ? (levelsOf({ ...map, ink: without(ink, lines) }) ?? levels) : levels;
  const groups = groupsOf(componentsOf(ink.data, ink.width, ink.height, relevelled, lines), ink.width, ink.height);
  const digits = readingRows(groups).flatMap((row, r) => row.map((group) => ({ box: enlarged(group, picture, ink), pixels: normalise(thickened(cutOut(ink, group, lines), formOf(size).box), formOf(size)), row: r })));
  return { digits, inverted: map.inverted, ruled: lines !== undefined };
}

function without(ink: Grey, erased: Uint8Array): Grey {
  return { ...ink, data: ink.data.map((value, i) => (erased[i] ? 0 : value)) };
}

/** The group's box in pixels of the whole picture. */
function enlarged({ x, y, width, height }: Box, picture: Picture, ink: Grey): Box {
  const [sx, sy] = [picture.width / ink.width, picture.height / ink.height];
  const [left, top] = [Math.floor(x * sx), Math.floor(y * sy)];
  return { x: left, y: top, width: Math.min(picture.width, Math.ceil((x + width) * sx)) - left, height: Math.min(picture.height, Math.ceil((y + height) * sy)) - top };
}

/** Pixels around the group that hold the soft edges of its lines. */
const SOFT = 2;

/** The group's ink alone, with its soft edges, full where the pen was: paper 0, the upper quartile of the ink 1. */
function cutOut(ink: Grey, group: Group, erased?: Uint8Array): Ink {
  const [width, height] = [group.width + 2 * SOFT, group.height + 2 * SOFT];
  const data = new Float32Array(width * height);
  const values = Float32Array.from(group.parts.flatMap(({ pixels }) => Array.from(pixels, (at) => ink.data[at] as number))).sort();
  const full = values[Math.floor(0.75 * (values.length - 1))] as number;
  for (const { pixels } of group.parts) {
    for (const pixel of pixels) {
      const [x, y] = [pixel % ink.width, Math.floor(pixel / ink.width)];
      for (let ny = Math.max(0, y - SOFT); ny <= Math.min(ink.height - 1, y + SOFT); ny++) {
        for (let nx = Math.max(0, x - SOFT); nx <= Math.min(ink.width - 1, x + SOFT); nx++) {
          const at = ny * ink.width + nx;
          if (!erased?.[at]) data[(ny - group.y + SOFT) * width + nx - group.x + SOFT] = contrast((ink.data[at] as number) / full);
        }
      }
    }
  }
  return { width, height, data };
}

/** Steepens the edge that the lens blurred: below a quarter of the ink is paper, above three quarters is ink. */
function contrast(share: number): number {
  return Math.min(1, Math.max(0, 2 * share - 0.5));
}
