import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse, type Font } from 'opentype.js';

/** Fonts of the made sheets, all under the Open Font License or Apache 2.0: six that look handwritten. */
export const FONTS = [
  'caveat',
  'patrick-hand',
  'kalam',
  'indie-flower',
  'gochi-hand',
  'architects-daughter',
  'schoolbell',
  'nunito',
] as const;
export type FontName = (typeof FONTS)[number];

const require = createRequire(import.meta.url);
const loaded = new Map<FontName, Font>();

function fontOf(name: FontName): Font {
  const known = loaded.get(name);
  if (known) return known;
  const bytes = readFileSync(require.resolve(`@fontsource/${name}/files/${name}-latin-400-normal.woff`));
  const font = parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
  loaded.set(name, font);
  return font;
}

/** Closed outlines as x, y pairs, in a box from (0, 0) that is 1 high. */
export interface Outline {
  readonly rings: readonly (readonly number[])[];
  readonly width: number;
}

/** A digit's outline in a font, curves cut into straight pieces. */
export function outlineOf(name: FontName, digit: number): Outline {
  const rings: number[][] = [];
  let ring: number[] = [];
  for (const command of fontOf(name).getPath(String(digit), 0, 0, 100).commands) {
    if (command.type === 'M') rings.push((ring = []));
    if (command.type === 'Z') continue;
    const [x0, y0] = [ring.at(-2) ?? command.x, ring.at(-1) ?? command.y];
    const { type, x, y, x1, y1, x2, y2 } = command;
    const steps = type === 'C' || type === 'Q' ? 8 : 1;
    for (let i = 1; i <= steps; i++) {
      const t = i / steps;
      const u = 1 - t;
      if (type === 'C')
        ring.push(
          u ** 3 * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t ** 3 * x,
          u ** 3 * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t ** 3 * y,
        );
      else if (type === 'Q')
        ring.push(u * u * x0 + 2 * u * t * x1 + t * t * x, u * u * y0 + 2 * u * t * y1 + t * t * y);
      else ring.push(x, y);
    }
  }
  return fitted(rings);
}

function fitted(rings: readonly number[][]): Outline {
  const xs = rings.flatMap((ring) => ring.filter((_, i) => i % 2 === 0));
  const ys = rings.flatMap((ring) => ring.filter((_, i) => i % 2 === 1));
  const [left, top, height] = [Math.min(...xs), Math.min(...ys), Math.max(...ys) - Math.min(...ys)];
  return {
    rings: rings.map((ring) => ring.map((value, i) => (value - (i % 2 === 0 ? left : top)) / height)),
    width: (Math.max(...xs) - left) / height,
  };
}
