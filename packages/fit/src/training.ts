import {
  LayerwiseError,
  featureSplits,
  openFeatures,
  throwIfAborted,
  type FeatureRows,
  type Reader,
  type Evaluation,
  type FeaturesInfo,
  type Score,
} from '@layerwise/contracts';
import {
  denseNet,
  DivergenceError,
  parameterCount,
  type LayerWeights,
  type Network,
  type RowSource,
} from '@layerwise/kernels/train';
import { Random } from '@layerwise/kernels/random';
import { layersModel } from '@layerwise/nets';
import type { Engine, SplitName } from './engine.js';
import { fit, type Outcome } from './fit.js';
import { History } from './history.js';
import { refuseTooLarge } from './memory.js';
import type { NetContext, NetParams } from './params.js';
import { sanityWarnings } from './sanity.js';

/** The rows of each split. */
export type Splits = Readonly<Record<SplitName, RowSource>>;

/** What an engine is opened with. */
export interface Subject {
  readonly info: FeaturesInfo;
  readonly rows: Splits;
  readonly network: Network;
}

/** Of a split without rows, as contracts has it: JSON knows no NaN. */
const NO_SCORE = { loss: null, accuracy: null } as unknown as Score;

/**
 * The work of a stage that trains a dense net: reads the features, runs the loop over an engine, writes the model, its
 * history (also of a training that fails or is stopped) and its scores.
 *
 * @param id of the stage, for messages
 * @param open opens the engine, its weights initialised
 * @throws LayerwiseError DATA_INVALID, PARAMS_INVALID, DIVERGED; ABORTED when the signal has fired
 */
export async function runTraining(
  context: NetContext,
  id: string,
  open: (subject: Subject) => Promise<Engine>,
): Promise<void> {
  const { params, inputs, output, signal } = context;
  throwIfAborted(signal);
  const info = await inputs.features.json('features');
  const { rows: stored, close } = await openSplits(inputs.features, info.columns);
  const rows = dealt(context, stored);
  const { inputDropout, hidden } = params;
  const network: Network = { inputs: info.columns, inputDropout, hidden, classes: info.dataset.classes.length };
  const history = new History(params.evaluateEachEpoch);
  let engine: Engine | undefined;
  try {
    checkUse(id, params, rows);
    refuseTooLarge(id, { network, params, rows, workers: context.workers });
    engine = await open({ info, rows, network });
    const outcome = await fit(context, engine, history, rows.validation.labels.length > 0).finally(() =>
      output.table('history', history.table()),
    );
    engine.setWeights(outcome.weights);
    await writeModel(context, network, info, outcome.weights);
    await output.json('evaluation', await evaluation(context, engine, network, outcome, rows));
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof DivergenceError) throw diverged(id, error);
    if (error instanceof RangeError)
      throw new LayerwiseError('DATA_INVALID', `${id}: ${error.message}`, {
        remedy: 'check the stage that wrote the features',
        cause: error,
      });
    throw error;
  } finally {
    await engine?.close();
    await close();
  }
}

async function writeModel(
  { params, output }: NetContext,
  network: Network,
  info: FeaturesInfo,
  weights: readonly LayerWeights[],
): Promise<void> {
  const l2 = network.hidden.map((layer) => layer.l2);
  const metadata = {
    scale: info.scale,
    features: info.origin,
    classes: info.dataset.classes,
    optimizer: params.optimizer,
    batch: params.batch,
  };
  const { model, bytes } = layersModel(denseNet(network, weights), { l2 }, metadata);
  await output.json('model', model);
  await output.bytes('weights.bin', bytes);
}

/** Opens all splits, of which the features are read when the engine takes them. */
async function openSplits(
  features: Reader<'features'>,
  columns: number,
): Promise<{ readonly rows: Readonly<Record<SplitName, FeatureRows>>; close(): Promise<void> }> {
  const opened: FeatureRows[] = [];
  const close = async (): Promise<void> => void (await Promise.all(opened.map((split) => split.close())));
  try {
    for (const name of featureSplits) opened.push(await openFeatures(features, name, columns));
  } catch (error) {
    await close();
    throw error;
  }
  const [train, validation, test] = opened;
  return { rows: { train, validation, test }, close };
}

/** The rows as they are trained on: where it is asked for, with the labels of the training and validation rows in another order. */
function dealt({ params, seed }: NetContext, rows: Splits): Splits {
  if (params.labels !== 'shuffled') return rows;
  const random = new Random(seed('labels'));
  const shuffled = (split: RowSource): RowSource => {
    const labels = split.labels.slice();
    random.shuffle(labels);
    return { dtype: split.dtype, labels, read: (from, to) => split.read(from, to) };
  };
  return { train: shuffled(rows.train), validation: shuffled(rows.validation), test: rows.test };
}

/** Refuses what cannot be trained or measured on these rows. */
function checkUse(id: string, params: NetParams, rows: Splits): void {
  if (rows.train.labels.length === 0)
    throw new LayerwiseError('DATA_INVALID', `${id}: there must be at least one training row, got none`, {
      remedy: 'keep fewer rows for validation',
    });
  const metric = params.earlyStop?.metric;
  if (rows.validation.labels.length === 0 && (metric === 'valLoss' || metric === 'valAccuracy')) {
    throw new LayerwiseError('PARAMS_INVALID', `${id}: earlyStop.metric ${metric} needs validation rows, got none`, {
      remedy: 'set preprocess.validation, or stop on loss or accuracy',
    });
  }
}

async function evaluation(
  { warn, params }: NetContext,
  engine: Engine,
  network: Network,
  outcome: Outcome,
  rows: Splits,
): Promise<Evaluation> {
  const { peaks, ...train } = await engine.evaluateWithPeaks('train');
  const deadUnits = network.hidden.map(({ activation }, l) =>
    activation === 'relu' ? [...peaks[l].keys()].filter((j) => peaks[l][j] <= 0) : [],
  );
  deadUnits.forEach((units, l) => {
    if (units.length > 0) warn({ code: 'DEAD_UNITS', message: deadMessage(units, l, network.hidden[l].units) });
  });
  const score = async (split: 'validation' | 'test'): Promise<Score> =>
    rows[split].labels.length > 0 ? engine.evaluate(split) : NO_SCORE;
  const test = await score('test');
  if (params.labels !== 'shuffled') sanityWarnings({ train, test }, rows.test.labels, network.classes).forEach(warn);
  return {
    train,
    validation: await score('validation'),
    test,
    params: parameterCount(network),
    features: network.inputs,
    epochs: outcome.epochs,
    bestEpoch: outcome.bestEpoch,
    stoppedEarly: outcome.stoppedEarly,
    hidden: network.hidden.map((layer) => layer.units),
    deadUnits,
  };
}

function deadMessage(units: readonly number[], l: number, of: number): string {
  const numbers = units.slice(0, 12).join(', ');
  const named = `${units.length === 1 ? 'node' : 'nodes'} ${numbers}${units.length > 12 ? ', …' : ''}`;
  const verb = units.length === 1 ? 'is' : 'are';
  return (
    `${units.length} of ${of} ReLU nodes of hidden layer ${l + 1} ${verb} dead (zero for every training row): ` +
    `${named}; another seed, a smaller learning rate or more nodes may help`
  );
}

/** Says what to do; the history is kept. */
function diverged(id: string, error: DivergenceError): LayerwiseError {
  return new LayerwiseError('DIVERGED', `${id}: ${error.message}`, {
    remedy: `lower optimizer.learningRate, or scale the features; the ${error.epoch - 1} finished epochs before it are in history.parquet`,
    cause: error,
  });
}
