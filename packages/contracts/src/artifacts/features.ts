import { isAffine, type Affine } from '../affine.js';
import { received } from '../check.js';
import * as form from '../form.js';
import type { Sketch } from '../sketch.js';
import { badDataset, classesOf, datasetForm, type DatasetInfo } from './dataset.js';
import { labelled } from './rows.js';
import { artifact, document, matrix, table } from './schema.js';
import { equal, asGroup, pixelsOf, rowsOf, type Group } from './sketched.js';

/** `features.json`. */
export interface FeaturesInfo {
  /** What a column is: a pixel of the image, one of a selection of pixels, or a principal component. */
  readonly origin: 'pixels' | 'selected' | 'components';
  /** D: number of columns. */
  readonly columns: number;
  readonly scale: Affine;
  readonly dataset: DatasetInfo;
  /** For `selected`: the pixel index of each column, ascending. */
  readonly selected?: readonly number[];
  /** For `selected` and `components`: the scale of the features they were made from. */
  readonly sourceScale?: Affine;
  /** For `components`: sum of the kept explained-variance ratios. */
  readonly explained?: number;
}

/** `forest.json`. */
export interface ForestInfo {
  readonly trees: number;
  /** These three are null where there was no row to score. */
  readonly outOfBagAccuracy: number | null;
  readonly validationAccuracy: number | null;
  readonly testAccuracy: number | null;
  readonly nodes: number;
  readonly maxDepth: number;
}

const featuresForm = form.group({
  origin: form.text,
  columns: form.count,
  dataset: datasetForm,
  explained: form.optional(form.known),
});
const forestForm = form.group({
  trees: form.count,
  outOfBagAccuracy: form.known,
  validationAccuracy: form.known,
  testAccuracy: form.known,
  nodes: form.count,
  maxDepth: form.count,
});

const split = (of: string) =>
  matrix({
    meaning: of,
    rows: 'row of the split',
    columns: {
      ...labelled,
      features: {
        dtype: ['uint8', 'float32'],
        width: 'D',
        meaning: 'as stored: `scale` in features.json makes them what a net computes with',
      },
      onehot: { dtype: 'uint8', width: 'K', meaning: "1 at the row's class, else 0", optional: 'where asked for' },
    },
  });
const pca = 'of a PCA';
const ranked = 'of a selection by importance';

/** What nets are trained on: pixels, some of the pixels, or components, of every split. */
export const features = artifact({
  meaning: 'what nets are trained on: pixels, some of the pixels, or components',
  letters: { D: 'features', K: 'classes', P: 'columns that components were made from' },
  files: {
    'train.arrow': split('training rows'),
    'validation.arrow': split('validation rows'),
    'test.arrow': split('test rows'),
    'features.json': document<FeaturesInfo>('FeaturesInfo', featuresForm, 'what a feature is, and its scale'),
    'components.arrow': matrix({
      meaning: 'the components that were kept',
      optional: pca,
      rows: 'component',
      columns: {
        component: { dtype: 'float64', width: 'P', meaning: 'unit vector' },
        variance: { dtype: 'float64', unit: 'scaled units squared', meaning: 'variance of the training rows along it' },
        ratio: { dtype: 'float64', unit: 'share', meaning: 'of the whole variance' },
      },
    }),
    'mean.arrow': matrix({
      meaning: 'the mean of the training rows',
      optional: pca,
      rows: 'artifact',
      columns: { mean: { dtype: 'float64', width: 'P', unit: 'scaled units', meaning: 'what is taken off first' } },
    }),
    'spectrum.parquet': table({
      meaning: 'all components, kept or not',
      optional: pca,
      rows: 'component',
      columns: {
        component: { dtype: 'int32', meaning: 'from 1' },
        variance: { dtype: 'float64', unit: 'scaled units squared', meaning: 'variance along it' },
        ratio: { dtype: 'float64', unit: 'share', meaning: 'of the whole variance' },
        cumulative: { dtype: 'float64', unit: 'share', meaning: 'of it and all before it' },
      },
    }),
    'importances.parquet': table({
      meaning: 'how much each column is worth',
      optional: ranked,
      rows: 'column that could be selected',
      columns: {
        column: { dtype: 'int32', meaning: 'from 0' },
        importance: { dtype: 'float64', unit: 'share', meaning: 'of all columns together' },
        standardDeviation: {
          dtype: 'float64',
          unit: 'share',
          meaning: 'standard deviation over trees (ddof 0); else 0',
        },
        rank: { dtype: 'int32', meaning: '1 is the most important' },
        selected: { dtype: 'boolean', meaning: 'whether it was kept' },
      },
    }),
    'forest.json': document<ForestInfo>('ForestInfo', forestForm, 'size and accuracies of the forest', 'of a forest'),
  },
  documents: (sketch) => badDataset(asGroup(describedBy(sketch).dataset), 'features.json: dataset.'),
  dimensions: (sketch) => {
    const info = describedBy(sketch);
    return {
      D: { size: info.columns, because: 'features.json: columns' },
      K: classesOf(asGroup(info.dataset)),
      ...(info.origin === 'components' && {
        P: { size: pixelsOf(asGroup(info.dataset)), because: 'features.json: dataset, width x height' },
      }),
    };
  },
  relations: (sketch) => badFeatures(sketch, describedBy(sketch)),
});

const describedBy = (sketch: Sketch): Group => asGroup(sketch.values.get('features'));

const origins = ['pixels', 'selected', 'components'];

/** `features.json` whose columns are those of the matrices. */
function badFeatures(sketch: Sketch, { origin, columns, scale, sourceScale, selected, dataset }: Group): string[] {
  const pixels = pixelsOf(asGroup(dataset));
  if (typeof origin !== 'string' || !origins.includes(origin))
    return [`features.json: origin must be one of ${origins.join(', ')}, got ${received(origin)}`];
  const faults = isAffine(scale, columns as number)
    ? []
    : [
        `features.json: scale must have a factor and an offset, each a number or one for each of ${String(columns)} columns, got ${received(scale)}`,
      ];
  if (sourceScale !== undefined && !isAffine(sourceScale, pixels))
    faults.push(
      `features.json: sourceScale must have a factor and an offset, each a number or one for each of ${pixels} pixels, got ${received(sourceScale)}`,
    );
  if (origin === 'pixels' && columns !== pixels)
    faults.push(
      "features.json: origin must be 'selected', with a list of the pixels under selected, or 'components' " +
        `where there are not as many columns as pixels, got 'pixels' with ${String(columns)} columns of ${pixels} pixels`,
    );
  const isPixel = (index: unknown, i: number, all: readonly unknown[]): boolean =>
    Number.isInteger(index) &&
    (index as number) >= 0 &&
    (index as number) < pixels &&
    (i === 0 || (index as number) > (all[i - 1] as number));
  if (origin === 'selected' && !(Array.isArray(selected) && selected.length === columns && selected.every(isPixel)))
    faults.push(
      `features.json: selected must list ${String(columns)} pixels below ${pixels}, ascending, got ${received(selected)}`,
    );
  if (origin === 'components')
    faults.push(
      ...['components', 'mean']
        .filter((name) => !sketch.matrices.has(name))
        .map((name) => `${name}.arrow is missing, which features of components have`),
    );
  if (origin === 'components' && sketch.matrices.has('components'))
    faults.push(
      ...equal('features.json: columns', columns, rowsOf(sketch, 'components'), 'the rows of components.arrow'),
    );
  return faults;
}
