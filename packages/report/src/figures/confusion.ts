import type { Confusion } from '../analysis/confusion.js';
import { ints, reals, texts } from './columns.js';
import type { Hands } from './hands.js';
import type { IndexedImage, Rgba } from '@layerwise/images/indexed-png';
import { rgb } from '../page/colours.js';
import { classAxis } from './theme.js';
import { draw, type Drawing } from './vega.js';
import type { Figure } from './figure.js';

/** Confusion matrix as a heat map: counts on a log colour scale, so that rare confusions show, or shares of the true class. Both have the same table. */
export function confusionDrawing(
  { classes, counts }: Confusion,
  names: readonly string[],
  split: string,
  kind: 'count' | 'share',
  alt: string,
): Drawing {
  const cells = counts.map((_, i) => ({ truth: Math.floor(i / classes), guess: i % classes }));
  const totals = cells.map(({ truth }) =>
    counts.slice(truth * classes, (truth + 1) * classes).reduce((a, b) => a + b, 0),
  );
  const data = {
    true: texts(cells.map(({ truth }) => names[truth])),
    predicted: texts(cells.map(({ guess }) => names[guess])),
    images: ints(counts),
    share: reals(counts.map((n, i) => (totals[i] === 0 ? 0 : n / totals[i]))),
  };
  const top = counts.reduce((a, b) => Math.max(a, b), 1);
  const encoding = {
    x: {
      field: 'predicted',
      type: 'nominal',
      sort: null,
      title: 'predicted class',
      axis: { ...classAxis(names), orient: 'top', labelAlign: undefined },
    },
    y: { field: 'true', type: 'nominal', sort: null, title: 'true class', axis: { ticks: false } },
  };
  const shown =
    kind === 'count'
      ? { field: 'images', type: 'quantitative', format: 'd' }
      : { field: 'share', type: 'quantitative', format: '.1%' };
  const scale =
    kind === 'count' ? { type: 'symlog', domain: [0, top], range: [0, 0.9] } : { domain: [0, 1], range: [0, 0.9] };
  const spec = {
    title: { text: `Confusion on ${split}${kind === 'share' ? ', per cent of the true class' : ''}` },
    width: 370,
    height: 370,
    encoding,
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          opacity: { field: shown.field, type: 'quantitative', legend: null, scale },
          color: { value: '#3f90da' },
        },
      },
      {
        transform: [{ filter: 'datum.images > 0' }],
        mark: { type: 'text', color: 'currentColor', fontSize: kind === 'count' ? 11 : 10 },
        encoding: { text: shown },
      },
    ],
  };
  return { name: `confusion-${split}${kind === 'share' ? '-shares' : ''}`, alt, spec, data };
}

/** A confusion matrix drawn as one image, and where it lies in the SVG. */
export interface ConfusionImage extends Figure {
  readonly png: Uint8Array;
  readonly plot: { readonly left: number; readonly top: number; readonly width: number };
}

const SIDE = 560;
const SHADES = 15;

/** Confusion matrix of many classes: one block a cell, darker the more images on a log scale; the numbers that are not zero as its table. */
export async function confusionImage(
  { classes, counts }: Confusion,
  names: readonly string[],
  split: string,
  alt: string,
  hands: Hands,
): Promise<ConfusionImage> {
  const png = await hands.do({ kind: 'png', image: matrixImage(classes, counts) });
  const cells = counts.flatMap((n, i) => (n > 0 ? [i] : []));
  const table = {
    true: texts(cells.map((i) => names[Math.floor(i / classes)])),
    predicted: texts(cells.map((i) => names[i % classes])),
    images: ints(cells.map((i) => counts[i])),
  };
  const axis = (title: string, orient: string): object => ({
    field: orient,
    type: 'quantitative',
    title,
    axis: { orient, grid: false, tickCount: 8, format: 'd' },
  });
  const spec = {
    title: { text: `Confusion on ${split}` },
    width: SIDE,
    height: SIDE,
    layer: [
      {
        mark: { type: 'image', url: `confusion-${split}.png`, width: SIDE, height: SIDE, aspect: false },
        encoding: { x: { value: SIDE / 2 }, y: { value: SIDE / 2 } },
      },
      {
        mark: { type: 'point', opacity: 0 },
        encoding: {
          x: { ...axis('predicted class (number)', 'top'), scale: { domain: [1, classes], nice: false } },
          y: { ...axis('true class (number)', 'left'), scale: { domain: [1, classes], nice: false, reverse: true } },
        },
      },
    ],
  };
  const figure = await draw(
    {
      name: `confusion-${split}`,
      alt,
      spec,
      png,
      data: { top: ints([1, classes]), left: ints([1, classes]) },
    },
    hands,
  );
  const [, left, top] = /transform="translate\(([\d.-]+),([\d.-]+)\)"/.exec(figure.file) ?? [];
  return {
    ...figure,
    png,
    data: table,
    plot: { left: Number(left), top: Number(top), width: SIDE },
  };
}

function matrixImage(classes: number, counts: readonly number[]): IndexedImage {
  const block = Math.max(1, Math.ceil((2 * SIDE) / classes));
  const side = block * classes;
  const log = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 1));
  const palette: Rgba[] = Array.from({ length: SHADES + 1 }, (_, i) => [
    ...rgb('#3f90da'),
    i === 0 ? 0 : Math.round(60 + (195 * i) / SHADES),
  ]);
  const shade = counts.map((n) => (n === 0 ? 0 : Math.max(1, Math.round((SHADES * Math.log1p(n)) / log))));
  const pixels = new Uint8Array(side * side);
  for (let p = 0; p < pixels.length; p++)
    pixels[p] = shade[Math.floor(p / side / block) * classes + Math.floor((p % side) / block)];
  return { width: side, height: side, pixels, palette };
}
