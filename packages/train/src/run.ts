import { LayerwiseError, sanityWarnings, throwIfAborted, type ArtifactReader, type Evaluation, type FeaturesInfo, type Score, type StageContext } from '@layerwise/contracts';
import { DivergenceError, glorotUniform, openTrainer, parameterCount, type LabelledRows, type LayerWeights, type Network, type Trainer } from '@layerwise/kernels/train';
import { fit, type Outcome } from './fit.js';
import { History } from './history.js';
import { layersModel } from './model.js';
import { networkOf, optimizerOf } from './network.js';
import type { TrainParams } from './params.js';

type Context = StageContext<TrainParams>;
type Splits = Record<'train' | 'validation' | 'test', LabelledRows>;

/** Of a split without rows, as contracts has it: JSON knows no NaN. */
const NO_SCORE = { loss: null, accuracy: null } as unknown as Score;

/** The stage's work; see {@link ./stage.ts}. */
export async function trainStage(context: Context): Promise<void> {
  const { params, inputs, output, seed, workers, signal } = context;
  throwIfAborted(signal);
  const info = await inputs.features.json<FeaturesInfo>('features');
  const rows = await splits(inputs.features, info.columns);
  checkUse(params, rows);
  const network = networkOf(params, info.columns, info.dataset.classes.length);
  const history = new History(params.evaluateEachEpoch);
  let trainer: Trainer | undefined;
  try {
    trainer = await openTrainer({
      network,
      scale: info.scale,
      rows: { ...rows },
      weights: glorotUniform(network, seed('weights')),
      optimizer: optimizerOf(params),
      batch: params.batch,
      shuffle: params.shuffle,
      seeds: { shuffle: seed('shuffle'), dropout: seed('dropout') },
      workers,
      signal: delayed(signal),
    });
    const outcome = await fit(context, trainer, history, rows.validation.labels.length > 0).finally(() => output.table('history', history.table()));
    trainer.setWeights(outcome.weights);
    await writeModel(context, network, info, outcome.weights);
    await output.json('evaluation', await evaluation(context, trainer, outcome, rows));
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof DivergenceError) throw diverged(error);
    if (error instanceof RangeError) throw new LayerwiseError('DATA_INVALID', `train: ${error.message}`, { remedy: 'check the stage that wrote the features', cause: error });
    throw error;
  } finally {
    await trainer?.close();
  }
}

/** Ms that an epoch under way may still take when the stage is told to stop. */
const grace = 1000;

/** Fires {@link grace} after the signal. */
function delayed(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  const wait = (): void => void setTimeout(() => later.abort(signal.reason), grace).unref();
  if (signal.aborted) later.abort(signal.reason);
  else signal.addEventListener('abort', wait, { once: true });
  return later.signal;
}

async function splits(features: ArtifactReader, columns: number): Promise<Splits> {
  const read = async (split: string): Promise<LabelledRows> => {
    const { columns: found } = await features.matrix(split);
    const values = found['features']?.data;
    const labels = found['label']?.data;
    if (!(values instanceof Uint8Array || values instanceof Float32Array) || found['features'].width !== columns || !(labels instanceof Uint16Array)) {
      throw new LayerwiseError('DATA_INVALID', `features: ${split}.arrow must hold features uint8[${columns}] or float32[${columns}] and label uint16`, { remedy: 'check the stage that wrote the features' });
    }
    return { values, labels };
  };
  return { train: await read('train'), validation: await read('validation'), test: await read('test') };
}

/** Refuses what cannot be trained or measured on these rows. */
function checkUse(params: TrainParams, rows: Splits): void {
  if (rows.train.labels.length === 0) throw new LayerwiseError('DATA_INVALID', 'train: there must be at least one training row, got none', { remedy: 'keep fewer rows for validation' });
  const metric = params.earlyStop?.metric;
  if (rows.validation.labels.length === 0 && (metric === 'valLoss' || metric === 'valAccuracy')) {
    throw new LayerwiseError('PARAMS_INVALID', `train: earlyStop.metric ${metric} needs validation rows, got none`, { remedy: 'set preprocess.validation, or stop on loss or accuracy' });
  }
}

async function writeModel({ params, output }: Context, network: Network, info: FeaturesInfo, weights: readonly LayerWeights[]): Promise<void> {
  const { model, bytes } = layersModel(network, params, info, weights);
  await output.json('model', model);
  await output.bytes('weights.bin', bytes);
}

async function evaluation({ warn }: Context, trainer: Trainer, outcome: Outcome, rows: Splits): Promise<Evaluation> {
  const { network } = trainer;
  const { peaks, ...train } = await trainer.evaluateWithPeaks('train');
  const deadUnits = network.hidden.map(({ activation }, l) => (activation === 'relu' ? [...peaks[l].keys()].filter((j) => peaks[l][j] <= 0) : []));
  deadUnits.forEach((units, l) => {
    if (units.length > 0) warn({ code: 'DEAD_UNITS', message: deadMessage(units, l, network.hidden[l].units) });
  });
  const score = async (split: 'validation' | 'test'): Promise<Score> => (rows[split].labels.length > 0 ? trainer.evaluate(split) : NO_SCORE);
  const test = await score('test');
  sanityWarnings({ train, test }, rows.test.labels, network.classes).forEach(warn);
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
  return `${units.length} of ${of} ReLU nodes of hidden layer ${l + 1} ${verb} dead (zero for every training row): ${named}; another seed, a smaller learning rate or more nodes may help`;
}

/** Says what to do; the history is kept. */
function diverged(error: DivergenceError): LayerwiseError {
  return new LayerwiseError('DIVERGED', `train: ${error.message}`, {
    remedy: `lower optimizer.learningRate, or scale the features; the ${error.epoch - 1} finished epochs before it are in history.parquet`,
    cause: error,
  });
}
