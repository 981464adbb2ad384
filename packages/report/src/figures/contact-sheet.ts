import type { ResultTable } from '@layerwise/contracts';
import { ints } from './columns.js';
import { together } from './digits.js';
import type { Figure } from './figure.js';
import type { Hands } from './hands.js';
import type { IndexedImage } from '@layerwise/images/indexed-png';
import { draw } from './vega.js';

/** Pixels of the figure for one of an image. */
const SCALE = 2;
/** Above images for their numbers, in pixels of the images. */
const BAND = 9;
/** Width that rows are filled to, in pixels of the images. */
const WIDTH = 560;

/** A sheet of numbered images. */
export interface ContactSheet extends Figure {
  readonly png: Uint8Array;
}

/**
 * Images of one size side by side, each with a number above it.
 * @param tiles at least one
 * @param about further columns of the sheet's table, a row for each image
 */
export async function contactSheet(
  name: string,
  title: string,
  numbers: readonly number[],
  tiles: readonly IndexedImage[],
  about: ResultTable,
  hands: Hands,
): Promise<ContactSheet> {
  const [{ width, height }] = tiles;
  const gap = Math.max(4, Math.round(width / 10));
  const columns = Math.max(1, Math.min(tiles.length, Math.floor(WIDTH / (width + gap))));
  const sheet = together(tiles, columns, gap, BAND);
  const png = await hands.do({ kind: 'png', image: sheet });
  const x = numbers.map((_, i) => (i % columns) * (width + gap));
  const y = numbers.map((_, i) => Math.floor(i / columns) * (height + BAND) + BAND);
  const place = (field: string, length: number): object => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { domain: [0, length], range: [0, SCALE * length], nice: false, zero: false },
  });
  const [w, h] = [SCALE * sheet.width, SCALE * sheet.height];
  const spec = {
    title: { text: title },
    width: w,
    height: h,
    layer: [
      {
        data: { values: [{}] },
        mark: {
          type: 'image',
          url: `${name}.png`,
          width: w,
          height: h,
          aspect: false,
          smooth: false,
        },
        encoding: { x: { value: w / 2 }, y: { value: h / 2 } },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'bottom', dy: -2, fontSize: 11 },
        encoding: { x: place('x', sheet.width), y: place('y', sheet.height), text: { field: 'node' } },
      },
    ],
  };
  const places: ResultTable = { node: ints(numbers), x: ints(x), y: ints(y) };
  const figure = await draw({ name, alt: title, data: places, spec, png }, hands);
  return {
    ...figure,
    png,
    data: { ...places, ...about },
  };
}
