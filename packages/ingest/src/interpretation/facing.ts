import type { Warning } from '@layerwise/contracts';
import { DIGITS, type RawDataset, type Split } from '../samples/dataset.js';
import { drawStrokes, STROKES_SIZE } from '../synthetic-digits/draw.js';
import { ORIENTATIONS, storedPixels, type Orientation } from './orientation.js';

/** Fewest different digits that are judged by. */
const FEWEST_DIGITS = 5;
/** Correlation that shows that the classes are digits, and how much better than as it is another orientation must fit. */
const LIKE_DIGITS = 0.5;
const CLEARLY = 0.2;
/** Rows of the data and of the generated digits that the means are taken over, at most. */
const MOST_ROWS = 5000;
const REFERENCE_ROWS = 1000;
/** Side of the grid that means are compared on, and how far it reaches from the middle, in standard deviations of the ink. */
const GRID = 16;
const REACH = 2;

/** float64[side * side] per digit; undefined for a digit without rows. */
type Means = readonly (Float64Array | undefined)[];

/**
 * A warning `IMAGES_NOT_UPRIGHT` where the classes are digits and their mean images fit those of upright digits
 * (`synthetic-digits/draw.ts`) clearly better when turned: EMNIST's files, for one, are transposed.
 *
 * @param given how the study says that the files' images stand; those of `data` are turned already
 */
export function facingWarning({ train, classes, width: side }: RawDataset, given: Orientation): Warning | undefined {
  const digits = DIGITS.map((digit) => classes.indexOf(digit));
  const means = meansOf(train, side, digits).map((mean) => mean && stored(mean, side, given));
  if (means.filter((mean) => mean !== undefined).length < FEWEST_DIGITS) return undefined;
  const [shapes, wanted] = [
    distinctive(means, side),
    distinctive(
      reference().map((mean, digit) => means[digit] && mean),
      STROKES_SIZE,
    ),
  ];
  const fit = (orientation: Orientation): number => correlation(shapes, wanted, orientation);
  const best = ORIENTATIONS.reduce((a, b) => (fit(b) > fit(a) ? b : a));
  if (fit(best) < LIKE_DIGITS || fit(best) - fit(given) < CLEARLY) return undefined;
  const figures = `correlation ${fit(best).toFixed(2)} of the classes' means, against ${fit(given).toFixed(2)}`;
  return {
    code: 'IMAGES_NOT_UPRIGHT',
    message:
      `the images of digits look ${best}, not ${given} (${figures}): 'orientation: ${best}' under dataset ` +
      "stands them upright, as 'predict' and the report's pad hand digits to a net",
  };
}

/** The mean of each wanted class over evenly spaced rows, ink light; undefined for a class without rows. */
function meansOf({ pixels, labels, rows }: Split, side: number, wanted: readonly number[]): Means {
  const area = side * side;
  const [sums, counts] = [wanted.map(() => new Float64Array(area)), wanted.map(() => 0)];
  const step = Math.max(1, rows / MOST_ROWS);
  for (let i = 0; Math.floor(i) < rows; i += step) {
    const row = Math.floor(i);
    const slot = wanted.indexOf(labels[row]);
    if (slot < 0) continue;
    counts[slot]++;
    const sum = sums[slot] as Float64Array;
    for (let at = 0; at < area; at++) sum[at] += pixels[row * area + at];
  }
  const means = sums.map((sum, slot) => (counts[slot] ? sum.map((value) => value / counts[slot]) : undefined));
  const light = onPaper(means, side);
  return means.map((mean) => (light ? mean?.map((value) => 255 - value) : mean));
}

function onPaper(means: Means, side: number): boolean {
  const border = means.flatMap((mean) => (mean ? [...mean.subarray(0, side), ...mean.subarray(-side)] : []));
  return border.reduce((a, b) => a + b, 0) > 127.5 * border.length;
}

/** Means of generated digits, which stand upright. */
function reference(): Means {
  const rows = REFERENCE_ROWS;
  const [pixels, labels] = [new Uint8Array(rows * STROKES_SIZE ** 2), new Uint16Array(rows)];
  drawStrokes({ seed: 1998, part: 'train', from: 0, to: rows, pixels, labels });
  return meansOf(
    { pixels, labels, rows },
    STROKES_SIZE,
    DIGITS.map((_, digit) => digit),
  );
}

/** The image as the file has it. */
function stored(mean: Float64Array, side: number, given: Orientation): Float64Array {
  const result = new Float64Array(mean.length);
  storedPixels(given, side).forEach((from, at) => (result[from] = mean[at]));
  return result;
}

/** What sets each mean apart from the mean of all, on a grid around the middle of the ink as wide as the ink is spread. */
function distinctive(means: Means, side: number): Float64Array[] {
  const present = means.filter((mean) => mean !== undefined);
  const middle = meanOf(present);
  const place = spread(middle, side);
  const grids = present.map((mean) => onGrid(mean, side, place));
  const average = meanOf(grids);
  return grids.map((grid) => grid.map((value, at) => value - average[at]));
}

function meanOf(images: readonly Float64Array[]): Float64Array {
  return images[0].map((_, at) => images.reduce((sum, image) => sum + image[at], 0) / images.length);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly deviation: number;
}

/** Centre of mass of an image and the deviation from it, the same for both axes. */
function spread(image: Float64Array, side: number): Place {
  let [mass, x, y, squares] = [1e-9, 0, 0, 0];
  image.forEach((value, at) => {
    mass += value;
    x += value * (at % side);
    y += value * Math.floor(at / side);
  });
  [x, y] = [x / mass, y / mass];
  image.forEach((value, at) => (squares += value * ((at % side) - x) ** 2 + value * (Math.floor(at / side) - y) ** 2));
  return { x, y, deviation: Math.sqrt(squares / (2 * mass)) };
}

function onGrid(image: Float64Array, side: number, { x, y, deviation }: Place): Float64Array {
  const step = (2 * REACH * deviation) / (GRID - 1);
  const grid = new Float64Array(GRID * GRID);
  for (let at = 0; at < grid.length; at++) {
    grid[at] = between(
      image,
      side,
      x + step * ((at % GRID) - (GRID - 1) / 2),
      y + step * (Math.floor(at / GRID) - (GRID - 1) / 2),
    );
  }
  return grid;
}

/** Bilinear; 0 outside. */
function between(image: Float64Array, side: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const inside = (place: number): boolean => place >= 0 && place < side;
  const at = (column: number, row: number): number => (inside(column) && inside(row) ? image[row * side + column] : 0);
  const [right, down] = [x - left, y - top];
  const across = (row: number): number => (1 - right) * at(left, row) + right * at(left + 1, row);
  return (1 - down) * across(top) + down * across(top + 1);
}

/** Of the images, if they are stored so and are brought upright, with the wanted ones; all classes together. */
function correlation(
  images: readonly Float64Array[],
  wanted: readonly Float64Array[],
  orientation: Orientation,
): number {
  const from = storedPixels(orientation, GRID);
  let [product, a, b] = [0, 1e-12, 1e-12];
  images.forEach((image, index) =>
    from.forEach((pixel, at) => {
      const [one, other] = [image[pixel], wanted[index][at]];
      product += one * other;
      a += one * one;
      b += other * other;
    }),
  );
  return product / Math.sqrt(a * b);
}
