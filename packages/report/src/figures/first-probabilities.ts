import { ints, reals, texts } from './columns.js';
import { classAxis } from './theme.js';
import type { Drawing } from './vega.js';

/** Rows of images with the probability of each class. */
export interface FirstImages {
  readonly id: readonly number[];
  /** True classes, by name. */
  readonly truth: readonly string[];
  /** Classes, by name. */
  readonly names: readonly string[];
  /** float32[images x classes], row by row. */
  readonly probabilities: Float32Array;
}

/** Heat map of the probabilities of some images: one row an image, one column a class, the true class framed. */
export function firstProbabilitiesDrawing({ id, truth, names, probabilities }: FirstImages, alt: string): Drawing {
  const cells = id.flatMap((_, row) => names.map((_name, c) => ({ row, c })));
  const data = {
    image: ints(cells.map(({ row }) => id[row])),
    true: texts(cells.map(({ row }) => truth[row])),
    class: texts(cells.map(({ c }) => names[c])),
    probability: reals(cells.map(({ row, c }) => probabilities[row * names.length + c])),
  };
  const encoding = {
    x: {
      field: 'class',
      type: 'nominal',
      sort: null,
      title: 'class',
      axis: { ...classAxis(names), orient: 'top', labelAlign: undefined },
    },
    y: { field: 'of', type: 'nominal', sort: null, title: 'test image: true class', axis: { ticks: false } },
  };
  const spec = {
    title: { text: `Probabilities of the first ${id.length} test images` },
    width: 370,
    height: { step: 20 },
    transform: [{ calculate: "datum.image + ': ' + datum.true", as: 'of' }],
    encoding,
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          opacity: {
            field: 'probability',
            type: 'quantitative',
            legend: null,
            scale: { domain: [0, 1], range: [0, 0.9] },
          },
          color: { value: '#3f90da' },
        },
      },
      {
        transform: [{ filter: 'datum.class === datum.true' }],
        mark: { type: 'rect', fillOpacity: 0, stroke: 'currentColor', strokeWidth: 1 },
      },
      {
        transform: [{ filter: 'datum.probability >= 0.005' }],
        mark: { type: 'text', color: 'currentColor', fontSize: 11 },
        encoding: { text: { field: 'probability', type: 'quantitative', format: '.0%' } },
      },
    ],
  };
  return { name: 'probabilities-first', alt, spec, data };
}
