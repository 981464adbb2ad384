import { type Picture, backdropOf, laidOn } from '@layerwise/images';
import type { Box } from './normalise.js';

/** A box to draw, and what to write above it. */
export interface Note {
  readonly box: Box;
  readonly text: string;
  /** Drawn in orange with a question mark after the text, not in blue. */
  readonly doubtful: boolean;
}

type Colour = readonly [number, number, number];
const SURE: Colour = [0, 90, 181];
const DOUBTFUL: Colour = [213, 94, 0];

/** A copy of the picture with boxes and texts drawn on it, sized after the boxes; opaque, laid on what it was read on. */
export function annotated(picture: Picture, notes: readonly Note[]): Picture {
  const copy = laidOn(picture, backdropOf(picture));
  const heights = notes.map(({ box }) => box.height).sort((a, b) => a - b);
  const typical = heights[heights.length >> 1] ?? 0;
  const pen = Math.max(1, Math.round(typical / 40));
  const dot = Math.max(1, Math.round(typical / 26));
  for (const { box, text, doubtful } of notes) {
    const colour = doubtful ? DOUBTFUL : SURE;
    frame(
      copy,
      { x: box.x - 2 * pen, y: box.y - 2 * pen, width: box.width + 4 * pen, height: box.height + 4 * pen },
      pen,
      colour,
    );
    write(copy, doubtful ? `${text}?` : text, box.x - 2 * pen, box.y - 3 * pen - 9 * dot, dot, colour);
  }
  return copy;
}

function fill({ width, height, data }: Picture, box: Box, [red, green, blue]: Colour): void {
  for (let y = Math.max(0, box.y); y < Math.min(height, box.y + box.height); y++) {
    for (let x = Math.max(0, box.x); x < Math.min(width, box.x + box.width); x++)
      data.set([red, green, blue, 255], 4 * (y * width + x));
  }
}

function frame(picture: Picture, { x, y, width, height }: Box, pen: number, colour: Colour): void {
  fill(picture, { x, y, width, height: pen }, colour);
  fill(picture, { x, y: y + height - pen, width, height: pen }, colour);
  fill(picture, { x, y, width: pen, height }, colour);
  fill(picture, { x: x + width - pen, y, width: pen, height }, colour);
}

/** Writes white on a plate of the colour, kept inside the picture. */
function write(picture: Picture, text: string, left: number, top: number, dot: number, colour: Colour): void {
  const letters = Array.from(text.toUpperCase().slice(0, 12), (letter) => GLYPHS[letter] ?? GLYPHS['?']);
  const plate = {
    x: Math.max(0, Math.min(left, picture.width - (6 * letters.length + 1) * dot)),
    y: Math.max(0, top),
    width: (6 * letters.length + 1) * dot,
    height: 9 * dot,
  };
  fill(picture, plate, colour);
  letters.forEach((glyph, at) => {
    for (let column = 0; column < 5; column++) {
      const bits = Number.parseInt(glyph.slice(2 * column, 2 * column + 2), 16);
      for (let row = 0; row < 7; row++)
        if (bits & (1 << row))
          fill(
            picture,
            { x: plate.x + (1 + 6 * at + column) * dot, y: plate.y + (1 + row) * dot, width: dot, height: dot },
            [255, 255, 255],
          );
    }
  });
}

/** Letters of 5 x 7 dots: two hexadecimal digits a column, the lowest bit on top. */
const GLYPHS: Readonly<Record<string, string>> = {
  0: '3e5149453e',
  1: '00427f4000',
  2: '4261514946',
  3: '2141454b31',
  4: '1814127f10',
  5: '2745454539',
  6: '3c4a494930',
  7: '0171090503',
  8: '3649494936',
  9: '064949291e',
  A: '7e1111117e',
  B: '7f49494936',
  C: '3e41414122',
  D: '7f4141221c',
  E: '7f49494941',
  F: '7f09090901',
  G: '3e4149497a',
  H: '7f0808087f',
  I: '00417f4100',
  J: '2040413f01',
  K: '7f08142241',
  L: '7f40404040',
  M: '7f020c027f',
  N: '7f0408107f',
  O: '3e4141413e',
  P: '7f09090906',
  Q: '3e4151215e',
  R: '7f09192946',
  S: '4649494931',
  T: '01017f0101',
  U: '3f4040403f',
  V: '1f2040201f',
  W: '3f4038403f',
  X: '6314081463',
  Y: '0708700807',
  Z: '6151494543',
  '?': '0201510906',
  '-': '0808080808',
  '.': '0060600000',
  ' ': '0000000000',
  '/': '2010080402',
  _: '4040404040',
};
