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

/** `measured.json`: figures that others print of their experiments, to be set beside theirs. K classes; S hidden layers. */
export interface MeasuredFigures {
  /** By split: how often each class (row) was told as each (column), K x K counts by rows. */
  readonly confusion: Readonly<Record<'train' | 'validation' | 'test', readonly number[]>>;
  /** Column of history.parquet -> its values by epoch; null for what is not known. */
  readonly history: Readonly<Record<string, readonly (number | null)[]>>;
  /** Of each hidden layer, over the training rows. */
  readonly layers: readonly LayerRanges[];
  /** Share of the whole variance that the components of the net's inputs keep; null without components. */
  readonly variance: number | null;
}

/** Ranges of activations of a hidden layer over the training rows. */
export interface LayerRanges {
  /** The largest activation of each node. */
  readonly largest: readonly number[];
  /** Of the first 16 nodes: the [lowest, highest] activation of the rows truly of each class; null for a class without rows. */
  readonly byClass: readonly (readonly (readonly [number, number] | null)[])[];
}

const comparisonForm = form.group({
  rows: form.group({ train: form.count, validation: form.count, test: form.count }),
  validatesOnTest: form.flag,
  cost: form.orNull(form.group({ multiplyAdds: form.known, numbers: form.known })),
});

const measuredForm = form.group({
  confusion: form.group({
    train: form.listOf(form.count),
    validation: form.listOf(form.count),
    test: form.listOf(form.count),
  }),
  history: form.groupOf(form.listOf(form.orNull(form.real))),
  layers: form.listOf(
    form.group({
      largest: form.listOf(form.real),
      byClass: form.listOf(form.listOf(form.orNull(form.listOf(form.real)))),
    }),
  ),
  variance: form.orNull(form.real),
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
    'measured.json': document<MeasuredFigures>(
      'MeasuredFigures',
      measuredForm,
      'figures to be set beside those that the source of a study prints',
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
