import * as form from '../form.js';
import { artifact, document, table } from './schema.js';
import { equal, asGroup, asList } from './sketched.js';

/** Accuracy (share of rows, 0 to 1) and mean cross-entropy (nats, without penalties) on one split; in the file both are null for a split without rows. */
export interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

/** `evaluation.json`: the kept weights, evaluated without dropout. */
export interface Evaluation {
  readonly train: Score;
  readonly validation: Score;
  readonly test: Score;
  /** Number of trainable numbers. */
  readonly params: number;
  /** D: number of inputs. */
  readonly features: number;
  /** Epochs run. */
  readonly epochs: number;
  /** Epoch whose weights were kept, from 1. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
  /** Units per hidden layer. */
  readonly hidden: readonly number[];
  /** Per hidden layer, the indices of ReLU nodes that are zero for every training row. */
  readonly deadUnits: readonly (readonly number[])[];
}

const modelForm = form.group({
  modelTopology: form.group({}),
  weightsManifest: form.listOf(
    form.group({
      paths: form.listOf(form.text),
      weights: form.listOf(form.group({ name: form.text, shape: form.listOf(form.count), dtype: form.text })),
    }),
  ),
});
const scoreForm = form.group({ accuracy: form.known, loss: form.known });
const evaluationForm = form.group({
  train: scoreForm,
  validation: scoreForm,
  test: scoreForm,
  params: form.count,
  features: form.count,
  epochs: form.count,
  bestEpoch: form.count,
  stoppedEarly: form.flag,
  hidden: form.listOf(form.count),
  deadUnits: form.listOf(form.listOf(form.count)),
});

const asked = 'where `evaluateEachEpoch` is asked for';

/** A trained net, how it was trained and how well it does. */
export const model = artifact({
  meaning: 'a trained net, its training and its scores',
  letters: {},
  files: {
    'model.json': document<unknown>('LayersModel', modelForm, 'topology in the LayersModel format of TensorFlow.js'),
    'weights.bin': { format: 'bytes', meaning: 'float32, little-endian, in the order that model.json lists' },
    'history.parquet': table({
      meaning: 'figures of each epoch; those of training as Keras reports them, running means with dropout on',
      rows: 'epoch',
      columns: {
        epoch: { dtype: 'int32', meaning: 'from 1' },
        loss: { dtype: 'float64', unit: 'nats', meaning: 'cross-entropy of the training rows, with penalties' },
        accuracy: { dtype: 'float64', unit: 'share', meaning: 'of training rows right' },
        valLoss: { dtype: 'float64', unit: 'nats', meaning: 'of the validation rows, with penalties; NaN without' },
        valAccuracy: { dtype: 'float64', unit: 'share', meaning: 'of validation rows right; NaN without' },
        cleanLoss: {
          dtype: 'float64',
          unit: 'nats',
          meaning: 'of the training rows after the epoch, without dropout and penalties',
          optional: asked,
        },
        cleanAccuracy: { dtype: 'float64', unit: 'share', meaning: 'likewise', optional: asked },
        cleanValLoss: {
          dtype: 'float64',
          unit: 'nats',
          meaning: 'of the validation rows, without penalties',
          optional: asked,
        },
        testLoss: { dtype: 'float64', unit: 'nats', meaning: 'of the test rows', optional: asked },
        testAccuracy: { dtype: 'float64', unit: 'share', meaning: 'of test rows right', optional: asked },
      },
    }),
    'evaluation.json': document<Evaluation>('Evaluation', evaluationForm, 'scores of the kept weights'),
  },
  relations: (sketch) => {
    const { weightsManifest } = asGroup(sketch.values.get('model'));
    const evaluation = asGroup(sketch.values.get('evaluation'));
    const groups = asList(weightsManifest).map(asGroup);
    const paths = groups.flatMap((group) => asList(group['paths']) as readonly string[]);
    const shapes = groups.flatMap(({ weights }) =>
      asList(weights).map((weight) => asList(asGroup(weight).shape).map(Number)),
    );
    const total = shapes.reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0);
    return [
      ...paths.filter((path) => !sketch.files.has(path)).map((path) => `${path} is missing, which model.json names`),
      ...equal(
        'weights.bin: its bytes',
        sketch.sizes.get('weights.bin'),
        total * 4,
        'four for each number that model.json lists',
      ),
      ...equal(
        'evaluation.json: features',
        evaluation.features,
        shapes[0]?.[0],
        'the inputs of the first layer in model.json',
      ),
      ...equal(
        'evaluation.json: epochs',
        evaluation.epochs,
        sketch.tables.get('history')?.rows,
        'the rows of history.parquet',
      ),
    ];
  },
});
