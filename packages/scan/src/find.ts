import { luma, shrink, type Grey, type Picture } from '@layerwise/images';
import { componentsOf } from './components.js';
import { blur } from './filter.js';
import { imageOf } from './cut-out.js';
import { groupsOf } from './group.js';
import { ruledLines } from './lines.js';
import type { Box } from './normalise.js';
import { readingRows } from './order.js';
import { inkOf, levelsOf } from './paper.js';
import { splitTouching, type Judge, type Piece } from './touching.js';

/** A digit found on a sheet. */
export interface FoundDigit {
  /** Where it is, in pixels of the picture. */
  readonly box: Box;
  /** uint8[size * size] in the form of the training images: 0 background, 255 ink. */
  readonly pixels: Uint8Array;
  /** Its row on the sheet, from 0 at the top. */
  readonly row: number;
  /** `cut`: cut off a digit that it touched; `wide`: too wide for one digit, and no cut looked right; missing for most. */
  readonly touching?: 'cut' | 'wide';
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
 * @param judge how much an image looks like one digit; with it digits that touch are cut apart
 * @returns no digits if there is nothing on the sheet
 */
export function findDigits(picture: Picture, size = 28, judge?: Judge): Sheet {
  const factor = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const map = inkOf(shrink(luma(picture), factor));
  const ink = Math.max(map.ink.width, map.ink.height) >= 800 ? blur(map.ink, 1) : map.ink;
  const levels = levelsOf({ ...map, ink });
  if (!levels) return { digits: [], inverted: map.inverted, ruled: false };
  const lines = ruledLines(ink, levels.maybe);
  const relevelled = lines ? (levelsOf({ ...map, ink: without(ink, lines) }) ?? levels) : levels;
  const groups = groupsOf(componentsOf(ink.data, ink.width, ink.height, relevelled, lines), ink.width, ink.height);
  const see = (piece: Piece): Uint8Array => imageOf(ink, piece, size, lines);
  const middle = groups.map(({ height }) => height).sort((a, b) => a - b)[groups.length >> 1] ?? 0;
  // What is much lower than the digits, such as the edge of a shadow, is none, whatever its parts look like.
  const pieces = groups.flatMap((group) =>
    splitTouching(ink, group, see, group.height >= 0.7 * middle ? judge : undefined),
  );
  const digits = readingRows(pieces).flatMap((row, r) =>
    row.map((piece) => ({
      box: enlarged(piece, picture, ink),
      pixels: see(piece),
      row: r,
      ...(piece.touching && { touching: piece.touching }),
    })),
  );
  return { digits, inverted: map.inverted, ruled: lines !== undefined };
}

function without(ink: Grey, erased: Uint8Array): Grey {
  return { ...ink, data: ink.data.map((value, i) => (erased[i] ? 0 : value)) };
}

/** The group's box in pixels of the whole picture. */
function enlarged({ x, y, width, height }: Box, picture: Picture, ink: Grey): Box {
  const [sx, sy] = [picture.width / ink.width, picture.height / ink.height];
  const [left, top] = [Math.floor(x * sx), Math.floor(y * sy)];
  return {
    x: left,
    y: top,
    width: Math.min(picture.width, Math.ceil((x + width) * sx)) - left,
    height: Math.min(picture.height, Math.ceil((y + height) * sy)) - top,
  };
}
