import { areLong } from '../page/names.js';
import { ints, reals, texts } from './columns.js';
import type { Drawing } from './vega.js';
import { classColour } from '../page/colours.js';
import { classAxis } from './theme.js';

/** Images per class, one bar a class. */
export function classCountDrawing(
  classes: readonly string[],
  counts: readonly number[],
  name: string,
  title: string,
  alt: string,
): Drawing {
  const data = { class: texts(classes), images: ints(counts) };
  const encoding = {
    x: { field: 'class', type: 'nominal', sort: null, title: 'class', axis: classAxis(classes) },
    y: { field: 'images', type: 'quantitative', title: 'images', axis: { tickCount: 4 } },
  };
  const color = {
    field: 'class',
    type: 'nominal',
    sort: null,
    legend: null,
    scale: { domain: classes, range: classes.map((_, i) => classColour(i)) },
  };
  return {
    name,
    alt,
    data,
    spec: {
      title: { text: title },
      width: 370,
      height: 180,
      mark: { type: 'bar', cornerRadiusEnd: 2 },
      encoding: { ...encoding, color },
    },
  };
}

/** Counts of P(class = c), bins of width 1/bins, for images of c and for all others; log scale, empty bins left out. */
export function probabilityDrawing(
  className: string,
  index: number,
  own: readonly number[],
  others: readonly number[],
  alt: string,
): Drawing {
  const isLong = areLong([className]);
  const mine = isLong ? 'its own' : `class ${className}`;
  const bars = [
    ...others.map((images, bin) => ({ images, bin, of: 'others' })),
    ...own.map((images, bin) => ({ images, bin, of: mine })),
  ].filter(({ images }) => images > 0);
  const edge = (bin: number): number => bin / own.length;
  const data = {
    from: reals(bars.map(({ bin }) => edge(bin))),
    to: reals(bars.map(({ bin }) => edge(bin) + 1 / own.length)),
    images: ints(bars.map(({ images }) => images)),
    of: texts(bars.map(({ of }) => of)),
  };
  const top = Math.max(10, ...bars.map(({ images }) => images));
  const title = isLong ? className : `class ${className}`;
  return {
    name: `probability-${index}`,
    alt,
    data,
    spec: {
      title: { text: `Probability of ${title}`, fontSize: 12 },
      width: 150,
      height: 100,
      layer: probabilityLayers(isLong ? `P(${className})` : `P(class = ${className})`, mine, index, top),
    },
  };
}

/** Filled bars of a class's own images, and outlines of the others. */
function probabilityLayers(title: string, mine: string, index: number, top: number): object[] {
  const encoding = {
    x: {
      field: 'from',
      type: 'quantitative',
      title,
      scale: { domain: [0, 1] },
      axis: { values: [0, 0.5, 1], grid: false },
    },
    x2: { field: 'to' },
    y: {
      field: 'images',
      type: 'quantitative',
      title: 'images (log)',
      scale: { type: 'log', domain: [0.8, top] },
      axis: { values: [1, 10, 100, 1000, 10000, 100000], format: '~s' },
    },
    y2: { datum: 0.8 },
    color: {
      field: 'of',
      type: 'nominal',
      title: null,
      scale: { domain: [mine, 'others'], range: [classColour(index), 'currentColor'] },
    },
  };
  const only = (of: string): object[] => [{ filter: `datum.of === ${JSON.stringify(of)}` }];
  return [
    { transform: only(mine), mark: { type: 'bar', opacity: 0.8 }, encoding },
    {
      transform: only('others'),
      mark: { type: 'bar', fillOpacity: 0, stroke: 'currentColor', strokeWidth: 1 },
      encoding,
    },
  ];
}

/** Cumulative explained variance over the number of components, the kept number marked. */
export function varianceDrawing(ratios: readonly number[], kept: number, alt: string): Drawing {
  let sum = 0;
  const cumulative = ratios.map((ratio) => (sum += ratio));
  const data = { component: ints(ratios.map((_, i) => i + 1)), ratio: reals(ratios), cumulative: reals(cumulative) };
  const x = { field: 'component', type: 'quantitative', title: 'number of components', axis: { grid: false } };
  const y = {
    field: 'cumulative',
    type: 'quantitative',
    title: 'share of variance explained',
    axis: { format: '.0%', tickCount: 5 },
    scale: { domain: [0, 1] },
  };
  const here = [{ filter: `datum.component === ${kept}` }];
  const spec = {
    title: { text: 'Variance kept by the first components' },
    width: 370,
    height: 230,
    layer: [
      { mark: { type: 'line', color: '#3f90da', strokeWidth: 2 }, encoding: { x, y } },
      {
        transform: here,
        mark: { type: 'rule', strokeDash: [3, 3], color: 'currentColor', opacity: 0.5 },
        encoding: { x },
      },
      {
        transform: here,
        mark: { type: 'point', size: 90, filled: true, opacity: 1, color: '#3f90da' },
        encoding: { x, y },
      },
    ],
  };
  return { name: 'components-variance', alt, spec, data };
}
