import type { Picture } from '@layerwise/images';
import { COLOURS, photograph, toJpeg, type Photo, type Shot } from './camera.js';
import { FONTS } from './fonts.js';
import { makePage, type PageJob, type Placed } from './page.js';

/** A made test sheet: a photo as a JPEG file, and what is on it. */
export interface MadeSheet {
  readonly name: string;
  readonly jpeg: Uint8Array;
  readonly placed: readonly Placed[];
}

/** What can go wrong with a photo, one after the other. */
const SHOTS: readonly {
  name: string;
  paper: PageJob['paper'];
  height: number;
  shot: Omit<Shot, 'seed'>;
  quality: number;
}[] = [
  {
    name: 'scan',
    paper: 'plain',
    height: 60,
    quality: 90,
    shot: { tilt: 0, shadow: 0, noise: 1, blur: 0, colours: COLOURS.pen },
  },
  {
    name: 'shadow',
    paper: 'plain',
    height: 64,
    quality: 75,
    shot: { tilt: 0.03, shadow: 0.45, noise: 4, blur: 1, colours: COLOURS.pen },
  },
  {
    name: 'ruled',
    paper: 'ruled',
    height: 64,
    quality: 75,
    shot: { tilt: 0.02, shadow: 0.3, noise: 4, blur: 1, colours: COLOURS.pen },
  },
  {
    name: 'board',
    paper: 'plain',
    height: 70,
    quality: 70,
    shot: { tilt: 0.03, shadow: 0.25, noise: 6, blur: 1, colours: COLOURS.board },
  },
  {
    name: 'pencil',
    paper: 'plain',
    height: 56,
    quality: 80,
    shot: { tilt: 0.02, shadow: 0.25, noise: 4, blur: 0, colours: COLOURS.pencil },
  },
  {
    name: 'squared',
    paper: 'squared',
    height: 72,
    quality: 80,
    shot: { tilt: 0.015, shadow: 0.2, noise: 3, blur: 1, colours: COLOURS.pen },
  },
  {
    name: 'table',
    paper: 'plain',
    height: 60,
    quality: 75,
    shot: { tilt: 0.03, shadow: 0.35, noise: 4, blur: 1, colours: COLOURS.pen, table: [96, 66, 44] },
  },
];

/** Sheets in every hand (the fonts and the strokes generator) and every light, `count` of them, from a seed. */
export function madeSheets(
  count: number,
  seed: number,
  hands: readonly PageJob['hand'][] = [...FONTS, 'strokes', 'strokes'],
): MadeSheet[] {
  return Array.from({ length: count }, (_, i) => {
    const { name, paper, height, shot, quality } = SHOTS[i % SHOTS.length] as (typeof SHOTS)[number];
    const hand = hands[i % hands.length] as PageJob['hand'];
    const photo: Photo = photograph(makePage({ seed: seed + i, hand, rows: 4, columns: 6, height, paper }), {
      ...shot,
      seed: seed + i,
    });
    return {
      name: `${i + 1}-${name}-${typeof hand === 'string' ? hand : 'images'}`,
      jpeg: toJpeg(photo.picture, quality),
      placed: photo.placed,
    };
  });
}

/** Photos of pages on which so many digits beside each other touch, `count` of them, from a seed. */
export function touchingSheets(
  count: number,
  seed: number,
  touching: number,
  hands: readonly PageJob['hand'][],
): MadeSheet[] {
  return Array.from({ length: count }, (_, i) => {
    const hand = hands[i % hands.length] as PageJob['hand'];
    const page = makePage({
      seed: seed + i,
      hand,
      rows: 4,
      columns: 6,
      height: 64,
      paper: i % 3 === 2 ? 'ruled' : 'plain',
      touching,
    });
    const { picture, placed } = photograph(page, {
      seed: seed + i,
      tilt: 0.02,
      shadow: 0.2,
      noise: 3,
      blur: 1,
      colours: COLOURS.pen,
    });
    return {
      name: `${i + 1}-touching-${typeof hand === 'string' ? hand : 'images'}`,
      jpeg: toJpeg(picture, 80),
      placed,
    };
  });
}

/** What was found, against what is there. */
export interface Tally {
  /** Digits on the sheets. */
  readonly placed: number;
  /** Of them, those with exactly one found box around their middle. */
  readonly found: number;
  /** Found boxes that belong to no digit. */
  readonly spurious: number;
  /** Of the found, those read rightly. */
  readonly read: number;
  /** Per digit placed, in the order of placing: what was read; -1 if it was not found. */
  readonly readings: readonly number[];
}

/** Compares boxes with the digits placed: a box belongs to the digit whose middle is nearest to its own, within half its height. */
export function tally(
  placed: readonly Placed[],
  found: readonly { readonly box: { x: number; y: number; width: number; height: number }; readonly digit: number }[],
): Tally {
  const readings = placed.map(() => -1);
  const boxes = placed.map(() => 0);
  let spurious = 0;
  for (const { box, digit } of found) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const near = placed.findIndex(
      (p) =>
        Math.hypot(p.x + p.width / 2 - x, p.y + p.height / 2 - y) < 0.4 * p.height &&
        box.height > 0.6 * p.height &&
        box.height < 1.5 * p.height,
    );
    if (near < 0) spurious++;
    else {
      boxes[near] = (boxes[near] as number) + 1;
      readings[near] = digit;
    }
  }
  readings.forEach((_, i) => {
    if (boxes[i] !== 1) readings[i] = -1;
  });
  const right = readings.filter((digit, i) => digit === (placed[i] as Placed).digit).length;
  return {
    placed: placed.length,
    found: readings.filter((digit) => digit >= 0).length,
    spurious,
    read: right,
    readings,
  };
}

export type { Picture };
