import type { Grey } from '@layerwise/images';
import type { Group } from './group.js';
import { formOf, normalise, type Ink } from './normalise.js';
import { thickened } from './pen.js';

/** A group, or what was cut from one. */
export interface Cut extends Group {
  /** Pixels of the sheet that belong to the digits beside it. */
  readonly others?: ReadonlySet<number>;
}

/** Pixels around the group that hold the soft edges of its lines. */
const SOFT = 2;

/** A group in the form of the training images. @param erased uint8[pixels of the sheet], 1 = no ink; and what belongs to others */
export function imageOf(ink: Grey, piece: Cut, size: number, erased?: Uint8Array): Uint8Array {
  return normalise(thickened(cutOut(ink, piece, erased), formOf(size).box), formOf(size));
}

/** The group's ink alone, with its soft edges, full where the pen was: paper 0, the upper quartile of the ink 1. */
function cutOut(ink: Grey, group: Cut, erased?: Uint8Array): Ink {
  const [width, height] = [group.width + 2 * SOFT, group.height + 2 * SOFT];
  const data = new Float32Array(width * height);
  const values = Float32Array.from(
    group.parts.flatMap(({ pixels }) => Array.from(pixels, (at) => ink.data[at])),
  ).sort();
  const full = values[Math.floor(0.75 * (values.length - 1))];
  for (const { pixels } of group.parts) {
    for (const pixel of pixels) {
      const [x, y] = [pixel % ink.width, Math.floor(pixel / ink.width)];
      for (let ny = Math.max(0, y - SOFT); ny <= Math.min(ink.height - 1, y + SOFT); ny++) {
        for (let nx = Math.max(0, x - SOFT); nx <= Math.min(ink.width - 1, x + SOFT); nx++) {
          const at = ny * ink.width + nx;
          if (!erased?.[at] && !group.others?.has(at))
            data[(ny - group.y + SOFT) * width + nx - group.x + SOFT] = contrast(ink.data[at] / full);
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
