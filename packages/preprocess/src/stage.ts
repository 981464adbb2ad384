import {
  choice,
  defineStage,
  deriveSeed,
  featureSplits,
  integer,
  LayerwiseError,
  list,
  number,
  throwIfAborted,
  variant,
  type DatasetInfo,
  type FeaturesInfo,
  type FeatureTable,
  type MatrixOf,
  type Schemas,
  type StageContext,
  type Warning,
} from '@layerwise/contracts';
import { holdOut } from '@layerwise/kernels/hold-out';
import { classWarnings, type ChosenBy } from './classes.js';
import { duplicateWarnings } from './duplicates.js';
import { fitScale } from './scale.js';
import { splitRows, type Choice, type Rows } from './split.js';

/** dataset -> features: validation rows set apart, scale fitted on the training rows, labels optionally one-hot. */
export const stage = defineStage({
  id: 'preprocess',
  summary: 'sets validation rows apart and scales pixels',
  params: {
    validation: variant(
      {
        first: integer({ doc: 'the first n training rows', min: 0 }),
        lastFraction: number({
          doc: "the last share of the training rows (Keras's validation_split)",
          min: 0,
          below: 1,
        }),
        randomFraction: number({ doc: 'a random share of the training rows', min: 0, below: 1 }),
        stratifiedFraction: number({
          doc: 'a random share of the training rows of each class: at least one, where it has two, and never all',
          above: 0,
          below: 1,
        }),
        rows: list(integer({ doc: 'row number', min: 0 }), { doc: 'the training rows of these numbers', minItems: 1 }),
        set: choice(['auto', 'test', 'none'], {
          doc:
            "auto: the data set's own validation rows, or where it has none a twelfth of each class; test: validate " +
            'on the test set; none: no validation rows',
        }),
      },
      { doc: 'which rows are kept for validation', default: { set: 'auto' } },
    ),
    scale: choice(['by255', 'minmax', 'standard', 'none'], {
      doc: 'how pixels become numbers; minmax and standard are fitted per column on the training rows',
      default: 'by255',
    }),
    labels: choice(['integer', 'onehot'], {
      doc: 'whether a one-hot column of the labels is written too',
      default: 'integer',
    }),
  },
  reads: { dataset: 'dataset' },
  writes: 'features',
  seeded: ({ validation }) => validation.randomFraction !== undefined || validation.stratifiedFraction !== undefined,
  async run({ params, inputs, output, seed, progress, warn, signal }) {
    const { dataset } = inputs;
    const info = await dataset.json('dataset');
    const [all, test] = [part(await dataset.matrix('train'), info), part(await dataset.matrix('test'), info)];
    const rows = validationRows(all, info, params.validation, { seed, warn });
    const train = take(all, rows.train);
    if (train.rows === 0)
      throw new LayerwiseError(
        'DATA_INVALID',
        `at least one row must be left to train on, got 0 of ${all.rows} training rows`,
        { remedy: 'use a larger data set or a smaller preprocess.validation' },
      );
    const apart = rows.validation !== undefined;
    const splits = { train, validation: rows.validation ? take(all, rows.validation) : test, test };
    const labels = {
      train: train.label,
      validation: apart ? splits.validation.label : new Uint16Array(0),
      test: test.label,
    };
    const validates = apart && params.validation.set !== 'none';
    for (const warning of classWarnings(all.label, labels, info.classes, chosenBy(params.validation), validates))
      warn(warning);
    for (const warning of duplicateWarnings(splits, apart)) warn(warning);
    const scale = fitScale(params.scale, train.pixels, train.width);
    for (const [i, name] of featureSplits.entries()) {
      throwIfAborted(signal);
      await output.matrix(name, table(splits[name], params.labels === 'onehot' ? info.classes.length : 0));
      progress({ done: i + 1, total: 3, unit: 'splits', detail: `${name}: ${splits[name].rows} rows` });
    }
    const features: FeaturesInfo = { origin: 'pixels', columns: train.width, scale, dataset: info };
    await output.json('features', features);
  },
});

/** Share of each class that validates where a data set has no validation rows: 5,000 of MNIST's 60,000. */
const VALIDATION_SHARE = 1 / 12;

interface Validation extends Omit<Choice, 'set'> {
  readonly stratifiedFraction?: number | undefined;
  readonly set?: 'auto' | 'test' | 'none' | undefined;
}

type Run = Pick<StageContext<unknown>, 'seed' | 'warn'>;

function validationRows(
  all: Part,
  info: DatasetInfo,
  { stratifiedFraction, set, ...place }: Validation,
  { seed, warn }: Run,
): Rows {
  if (set === 'auto') return ownRows(all, info, warn);
  if (stratifiedFraction === undefined) return splitRows(all.rows, { ...place, set }, seed('split'));
  const { kept, held } = holdOut(all.label, info.classes.length, stratifiedFraction, seed('split'));
  return { train: kept, validation: held };
}

/** The study's choice of validation rows, where it makes one. */
function chosenBy(validation: Validation): ChosenBy | undefined {
  const [field, value] = Object.entries(validation).find(([, given]) => given !== undefined) ?? ['set'];
  if (field === 'set') return undefined;
  return {
    field,
    value: typeof value === 'number' ? value : undefined,
    byPlace: field === 'first' || field === 'lastFraction',
  };
}

/** The data set's own validation rows, which are its last; where it has none, some of each class, the same whatever the study's seed. */
function ownRows(
  { rows, label }: Part,
  { validationRows: own, classes }: DatasetInfo,
  warn: (warning: Warning) => void,
): Rows {
  if (own !== undefined)
    return splitRows(rows, { rows: Array.from({ length: own }, (_, i) => rows - own + i) }, new Uint32Array(4));
  const { kept, held } = holdOut(
    label,
    classes.length,
    VALIDATION_SHARE,
    deriveSeed(0, 'preprocess', 'validation rows'),
  );
  warn({
    code: 'VALIDATION_SPLIT_OFF',
    message:
      `neither the study nor the data set says which rows validate: ${held.length} of the ${rows} training rows ` +
      'were set apart as such, of each class the same share',
  });
  return { train: kept, validation: held };
}

interface Part {
  readonly rows: number;
  /** D. */
  readonly width: number;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly pixels: Uint8Array;
}

function part({ rows, columns }: MatrixOf<Schemas['dataset'], 'train'>, info: DatasetInfo): Part {
  const {
    id,
    label: { data: label },
    pixels,
  } = columns;
  const bad = label.findIndex((value) => value >= info.classes.length);
  if (bad >= 0)
    throw new LayerwiseError(
      'DATA_INVALID',
      `labels must be 0 to ${info.classes.length - 1}, got ${label[bad]} in row ${bad}`,
    );
  return {
    rows,
    width: pixels.width,
    id: id.data,
    label,
    pixels: pixels.data,
  };
}

/** The rows at the given ascending positions; a view where they are consecutive, so that 47 MB are not copied for nothing. */
function take({ width, id, label, pixels }: Part, rows: Uint32Array): Part {
  const [from, to] = [rows[0] ?? 0, (rows[rows.length - 1] ?? -1) + 1];
  if (to - from === rows.length)
    return {
      rows: rows.length,
      width,
      id: id.subarray(from, to),
      label: label.subarray(from, to),
      pixels: pixels.subarray(from * width, to * width),
    };
  const chosen = new Uint8Array(rows.length * width);
  rows.forEach((row, i) => chosen.set(pixels.subarray(row * width, (row + 1) * width), i * width));
  return {
    rows: rows.length,
    width,
    id: Uint32Array.from(rows, (row) => id[row]),
    label: Uint16Array.from(rows, (row) => label[row]),
    pixels: chosen,
  };
}

function table({ rows, width, id, label, pixels }: Part, classes: number): FeatureTable {
  return {
    rows,
    columns: {
      id: { data: id, width: 1 },
      label: { data: label, width: 1 },
      features: { data: pixels, width },
      ...(classes > 0 && { onehot: { data: onehot(label, classes), width: classes } }),
    },
  };
}

function onehot(label: Uint16Array, classes: number): Uint8Array {
  const result = new Uint8Array(label.length * classes);
  label.forEach((value, row) => (result[row * classes + value] = 1));
  return result;
}
