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
  type Infer,
  type MatrixShape,
  type StageContext,
  type Warning,
} from '@layerwise/contracts';
import { holdOut } from '@layerwise/kernels/hold-out';
import { classWarnings, type ChosenBy } from './classes.js';
import { duplicateWarnings } from './duplicates.js';
import { fitScale } from './scale.js';
import { Rows } from './rows.js';
import { splitRows, type Choice, type Rows as Division } from './split.js';

const params = {
  validation: variant(
    {
      first: integer({ doc: 'the first n training rows', min: 0 }),
      lastFraction: number({ doc: "the last share of the training rows (Keras's validation_split)", min: 0, below: 1 }),
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
} as const;

type Params = Infer<typeof params>;

/** dataset -> features: validation rows set apart, scale fitted on the training rows, labels optionally one-hot. */
export const stage = defineStage({
  id: 'preprocess',
  summary: 'sets validation rows apart and scales pixels',
  params,
  reads: { dataset: 'dataset' },
  writes: 'features',
  seeded: ({ validation }) => validation.randomFraction !== undefined || validation.stratifiedFraction !== undefined,
  async run(context) {
    const { dataset } = context.inputs;
    const info = await dataset.json('dataset');
    const train = await dataset.rows('train');
    try {
      const test = await dataset.rows('test');
      await divide(context, info, await Rows.of(train, info), await Rows.of(test, info)).finally(() => test.close());
    } finally {
      await train.close();
    }
  },
});

type Context = StageContext<Params, { readonly dataset: 'dataset' }, 'features'>;

/** Sets the validation rows apart, fits the scale, and writes each split. */
async function divide(
  { params, output, seed, progress, warn, signal }: Context,
  info: DatasetInfo,
  all: Rows,
  test: Rows,
) {
  const chosen = validationRows(all, info, params.validation, { seed, warn });
  const train = all.take(chosen.train);
  if (train.rows === 0)
    throw new LayerwiseError(
      'DATA_INVALID',
      `at least one row must be left to train on, got 0 of ${all.rows} training rows`,
      { remedy: 'use a larger data set or a smaller preprocess.validation' },
    );
  const apart = chosen.validation !== undefined;
  const splits = { train, validation: chosen.validation ? all.take(chosen.validation) : test, test };
  const labels = {
    train: train.label,
    validation: apart ? splits.validation.label : new Uint16Array(0),
    test: test.label,
  };
  const validates = apart && params.validation.set !== 'none';
  for (const warning of classWarnings(all.label, labels, info.classes, chosenBy(params.validation), validates))
    warn(warning);
  for (const warning of await duplicateWarnings(splits, apart)) warn(warning);
  const scale = await fitScale(params.scale, pixelsOf(train), train.width);
  for (const [i, name] of featureSplits.entries()) {
    throwIfAborted(signal);
    await write(output, name, splits[name], params.labels === 'onehot' ? info.classes.length : 0);
    progress({ done: i + 1, total: 3, unit: 'splits', detail: `${name}: ${splits[name].rows} rows` });
  }
  const features: FeaturesInfo = { origin: 'pixels', columns: train.width, scale, dataset: info };
  await output.json('features', features);
}

/** Share of each class that validates where a data set has no validation rows: 5,000 of MNIST's 60,000. */
const VALIDATION_SHARE = 1 / 12;

interface Validation extends Omit<Choice, 'set'> {
  readonly stratifiedFraction?: number | undefined;
  readonly set?: 'auto' | 'test' | 'none' | undefined;
}

type Run = Pick<StageContext<unknown>, 'seed' | 'warn'>;

function validationRows(
  all: Rows,
  info: DatasetInfo,
  { stratifiedFraction, set, ...place }: Validation,
  { seed, warn }: Run,
): Division {
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
  { rows, label }: Rows,
  { validationRows: own, classes }: DatasetInfo,
  warn: (warning: Warning) => void,
): Division {
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

async function* pixelsOf(rows: Rows): AsyncGenerator<Uint8Array> {
  for await (const { pixels } of rows.blocks()) yield pixels;
}

/** @param classes of the one-hot column; none without it */
async function write(
  output: Context['output'],
  name: (typeof featureSplits)[number],
  split: Rows,
  classes: number,
): Promise<void> {
  const { rows, width, id, label } = split;
  const columns: MatrixShape['columns'] = {
    id: { dtype: 'uint32', width: 1 },
    label: { dtype: 'uint16', width: 1 },
    features: { dtype: 'uint8', width },
    ...(classes > 0 && { onehot: { dtype: 'uint8', width: classes } }),
  };
  await output.fill(name, { rows, columns }, async (put) => {
    await put('id', 0, id);
    await put('label', 0, label);
    for await (const { from, rows: count, pixels } of split.blocks()) {
      await put('features', from, pixels);
      if (classes > 0) await put('onehot', from, onehot(label.subarray(from, from + count), classes));
    }
  });
}

function onehot(label: Uint16Array, classes: number): Uint8Array {
  const result = new Uint8Array(label.length * classes);
  label.forEach((value, row) => (result[row * classes + value] = 1));
  return result;
}
