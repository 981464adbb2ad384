import * as form from '../form.js';
import { artifact, document, table } from './schema.js';

/** `comparison.json`: what a comparison of experiments needs to know of one besides its `evaluation.json`. */
export interface ComparisonInfo {
  /** Images in each split. */
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  /** Whether the validation images are the test images themselves: then nothing may be chosen by them. */
  readonly validatesOnTest: boolean;
  /** Null where the net sees components of which the artifact does not hold the projection. */
  readonly cost: NetCost | null;
}

/** What a net costs from pixels to probabilities, with the projection on its components, where it has one. Scaling and a choice of pixels cost nothing. */
export interface NetCost {
  /** Multiply-adds for one image: the projection's and those of the dense layers. */
  readonly multiplyAdds: number;
  /** Numbers to ship: components and mean, weights and biases. */
  readonly numbers: number;
}

const comparisonForm = form.group({
  rows: form.group({ train: form.count, validation: form.count, test: form.count }),
  validatesOnTest: form.flag,
  cost: form.orNull(form.group({ multiplyAdds: form.known, numbers: form.known })),
});

const figure = (meaning: string) => ({ format: 'bytes', meaning, optional: 'for each figure' }) as const;

/** A page on one experiment, and its figures as files. */
export const report = artifact({
  meaning: 'a page on one experiment, and its figures as files',
  letters: {},
  files: {
    'index.html': { format: 'bytes', meaning: 'the page; it needs no other file' },
    'comparison.json': document<ComparisonInfo>(
      'ComparisonInfo',
      comparisonForm,
      'what a comparison of experiments needs beside evaluation.json',
      'of @layerwise/report',
    ),
    'figures/<figure>.svg': figure('the figure'),
    'figures/<figure>.vl.json': figure('its Vega-Lite specification'),
    'figures/<figure>.png': figure('the figure, where it is a picture'),
    'figures/<figure>.parquet': table({
      meaning: 'its numbers',
      optional: 'for each figure',
      rows: 'mark',
      columns: {
        '<column>': {
          dtype: ['int32', 'float64', 'string', 'boolean'],
          meaning: 'named by the specification',
          optional: 'as the figure has them',
        },
      },
    }),
  },
  relations: (sketch) => ((sketch.sizes.get('index.html') ?? 0) > 0 ? [] : ['index.html is empty']),
});
