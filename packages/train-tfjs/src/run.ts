import { setImmediate } from 'node:timers/promises';
import type { Scalar, Sequential } from '@tensorflow/tfjs';
import { LayerwiseError, sanityWarnings, throwIfAborted, type Evaluation, type FeaturesInfo, type Score, type NetParams, type StageContext } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import { openBackend, type Backend, type Tf } from './backend.js';
import { historyTable, shouldStop, type Epoch } from './history.js';
import { plainModel, setValues, trainableModel, values, type Plan } from './network.js';
import { inOrder, openSplit, type Split } from './rows.js';
import { Scorer } from './scoring.js';

type Context = StageContext<NetParams>;
type Splits = Readonly<Record<'train' | 'validation' | 'test', Split>>;

/** Of a split without rows, as contracts has it: JSON knows no NaN. */
const NO_SCORE = { loss: null, accuracy: null } as unknown as Score;
/** Steps between two reports of progress within an epoch. */
const REPORT = 200;

/** The stage's work; see {@link ./stage.ts}. */
export async function trainStage(context: Context): Promise<void> {
  const { params, inputs, output, seed, signal, warn } = context;
  throwIfAborted(signal);
  const features = inputs.features!;
  const info = await features.json<FeaturesInfo>('features');
  const open = (name: string): Promise<Split> => openSplit(features, name, info.columns, info.scale);
  const splits: Splits = { train: await open('train'), validation: await open('validation'), test: await open('test') };
  checkUse(params, splits);
  const { tf, note }: Backend = await openBackend();
  warn({ code: 'TFJS_BACKEND', message: note });
  const plan: Plan = { params, features: info.columns, classes: info.dataset.classes.length };
  const model = trainableModel(tf, plan, seed('weights'), seed('dropout'));
  try {
    const scorer = new Scorer(tf, model, params.hidden.map((_, l) => `hidden${l + 1}`), signal);
    const training = new Training(context, tf, model, scorer, splits, info.columns);
    // Also of a training that fails or is stopped.
    const outcome = await training.run().finally(() => output.table('history', historyTable(training.epochs, params.evaluateEachEpoch)));
    setValues(tf, model, outcome.weights);
    await writeModel(context, tf, plan, info, outcome.weights);
    await output.json('evaluation', await evaluation(context, scorer, splits, outcome, plan));
  } finally {
    model.optimizer.dispose();
    model.dispose();
  }
}

/** Refuses what cannot be trained or measured on these rows. */
function checkUse({ earlyStop }: NetParams, { train, validation }: Splits): void {
  if (train.rows === 0) throw new LayerwiseError('DATA_INVALID', 'train-tfjs: there must be at least one training row, got none', { remedy: 'keep fewer rows for validation' });
  if (validation.rows === 0 && earlyStop?.metric.startsWith('val')) {
    throw new LayerwiseError('PARAMS_INVALID', `train-tfjs: earlyStop.metric ${earlyStop.metric} needs validation rows, got none`, { remedy: 'set preprocess.validation, or stop on loss or accuracy' });
  }
}

/** What is left at the end of training. */
interface Outcome {
  readonly weights: readonly Float32Array[];
  readonly epochs: number;
  /** From 1. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
}

/** One training: the epochs, their history, and the weights to keep. */
class Training {
  readonly epochs: Epoch[] = [];
  private readonly order: Uint32Array;
  private readonly random: Random;

  constructor(
    private readonly context: Context,
    private readonly tf: Tf,
    private readonly model: Sequential,
    private readonly scorer: Scorer,
    private readonly splits: Splits,
    private readonly columns: number,
  ) {
    this.order = inOrder(splits.train.rows);
    this.random = new Random(context.seed('shuffle'));
  }

  async run(): Promise<Outcome> {
    const { params, warn } = this.context;
    const best = params.keep === 'best' && this.splits.validation.rows > 0;
    if (params.keep === 'best' && !best) warn({ code: 'NO_VALIDATION', message: 'there are no validation rows to find the best epoch by: the weights of the last epoch are kept' });
    let kept: { weights: Float32Array[]; epoch: number; loss: number } | undefined;
    let stopped = false;
    while (this.epochs.length < params.epochs && !stopped) {
      const epoch = await this.epoch();
      this.epochs.push(epoch);
      if (best && !(epoch.valLoss >= (kept?.loss ?? Infinity))) kept = { weights: values(this.model), epoch: this.epochs.length, loss: epoch.valLoss };
      stopped = params.earlyStop !== undefined && this.epochs.length < params.epochs && shouldStop(this.epochs, params.earlyStop);
      this.report(this.epochs.length, epoch.loss, epoch.accuracy);
    }
    return { weights: kept?.weights ?? values(this.model), epochs: this.epochs.length, bestEpoch: kept?.epoch ?? this.epochs.length, stoppedEarly: stopped };
  }

  private async epoch(): Promise<Epoch> {
    const { params } = this.context;
    const { train, validation, test } = this.splits;
    if (params.shuffle) this.random.shuffle(this.order);
    let [loss, right] = [0, 0];
    for (let from = 0, step = 1; from < train.rows; from += params.batch, step++) {
      const to = Math.min(train.rows, from + params.batch);
      const [batchLoss, batchAccuracy] = await this.step(from, to);
      if (!Number.isFinite(batchLoss)) this.diverged(`the loss must stay finite, but is not in epoch ${this.epochs.length + 1}, step ${step}`);
      loss += batchLoss * (to - from);
      right += batchAccuracy * (to - from);
      if (step % REPORT === 0) this.report(this.epochs.length + to / train.rows, loss / to, right / to);
    }
    // TensorFlow.js clips probabilities before the logarithm, which makes a finite loss of NaN.
    if (values(this.model).some((array) => !array.every(Number.isFinite))) this.diverged(`the weights must stay finite, but are not after epoch ${this.epochs.length + 1}`);
    const after = await this.scorer.score(validation);
    const clean = params.evaluateEachEpoch ? { clean: { train: await this.scorer.score(train), validation: after, test: await this.scorer.score(test) } } : {};
    return { loss: loss / train.rows, accuracy: right / train.rows, valLoss: after.loss + this.penalty(), valAccuracy: after.accuracy, ...clean };
  }

  /** One step of the optimiser on rows from … to of the order. @returns loss, with the penalty, and accuracy */
  private async step(from: number, to: number): Promise<[number, number]> {
    const { tf, splits } = this;
    // WebAssembly answers at once: without a turn of the event loop no signal to stop would ever be heard.
    await setImmediate();
    throwIfAborted(this.context.signal);
    const x = tf.tensor2d(splits.train.batch(this.order, from, to), [to - from, this.columns]);
    const y = tf.tensor1d(Float32Array.from(this.order.subarray(from, to), (row) => splits.train.labels[row] as number));
    const result = (await this.model.trainOnBatch(x, y)) as number[];
    tf.dispose([x, y]);
    return result as [number, number];
  }

  /** Sum over the hidden layers of l2 times the sum of squared kernel weights. */
  private penalty(): number {
    const { tf, model } = this;
    return this.context.params.hidden.reduce((sum, { l2 }, l) => {
      if (l2 === 0) return sum;
      return sum + l2 * (tf.tidy(() => tf.sum(tf.square(model.getLayer(`hidden${l + 1}`).getWeights()[0]!)) as Scalar).dataSync()[0] as number);
    }, 0);
  }

  private report(done: number, loss: number, accuracy: number): void {
    this.context.progress({ done, total: this.context.params.epochs, unit: 'epochs', detail: `loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(4)}` });
  }

  /** Says what to do; the history is kept. */
  private diverged(rule: string): never {
    throw new LayerwiseError('DIVERGED', `train-tfjs: ${rule}`, {
      remedy: `lower optimizer.learningRate, or scale the features; the ${this.epochs.length} finished epochs before it are in history.parquet`,
    });
  }
}

/** The net as a LayersModel with TensorFlow.js's own layers: model.json and weights.bin. */
async function writeModel({ params, output }: Context, tf: Tf, plan: Plan, info: FeaturesInfo, weights: readonly Float32Array[]): Promise<void> {
  const model = plainModel(tf, plan);
  setValues(tf, model, weights);
  const named = model.weights.map(({ originalName }, i) => ({ name: originalName, shape: model.getWeights()[i]!.shape, dtype: 'float32' }));
  await output.json('model', {
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version.tfjs}`,
    convertedBy: null,
    modelTopology: model.toJSON(undefined, false),
    userDefinedMetadata: { scale: info.scale, features: info.origin, classes: info.dataset.classes, optimizer: params.optimizer, batch: params.batch },
    weightsManifest: [{ paths: ['weights.bin'], weights: named }],
  });
  model.dispose();
  await output.bytes('weights.bin', littleEndian(weights));
}

/** float32, little-endian whatever the machine. */
function littleEndian(arrays: readonly Float32Array[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * arrays.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const array of arrays) for (const value of array) view.setFloat32((at += 4) - 4, value, true);
  return new Uint8Array(view.buffer);
}

async function evaluation({ params, warn }: Context, scorer: Scorer, { train, validation, test }: Splits, outcome: Outcome, plan: Plan): Promise<Evaluation> {
  const { peaks, ...trainScore } = await scorer.scoreWithPeaks(train);
  const deadUnits = params.hidden.map(({ activation }, l) => (activation === 'relu' ? [...peaks[l]!.keys()].filter((j) => peaks[l]![j]! <= 0) : []));
  deadUnits.forEach((units, l) => {
    if (units.length > 0) warn({ code: 'DEAD_UNITS', message: `${units.length} of ${params.hidden[l]!.units} ReLU nodes of hidden layer ${l + 1} are dead (zero for every training row): ${units.length === 1 ? 'node' : 'nodes'} ${units.slice(0, 12).join(', ')}${units.length > 12 ? ', …' : ''}` });
  });
  const score = async (split: Split): Promise<Score> => (split.rows > 0 ? scorer.score(split) : NO_SCORE);
  const testScore = await score(test);
  sanityWarnings({ train: trainScore, test: testScore }, test.labels, plan.classes).forEach(warn);
  return {
    train: trainScore,
    validation: await score(validation),
    test: testScore,
    params: outcome.weights.reduce((sum, { length }) => sum + length, 0),
    features: plan.features,
    epochs: outcome.epochs,
    bestEpoch: outcome.bestEpoch,
    stoppedEarly: outcome.stoppedEarly,
    hidden: params.hidden.map(({ units }) => units),
    deadUnits,
  };
}
