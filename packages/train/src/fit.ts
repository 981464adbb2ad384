import { throwIfAborted, type StageContext } from '@layerwise/contracts';
import { DivergenceError, type LayerWeights, type Trainer } from '@layerwise/kernels/train';
import { decodeState, Keeper, type KeptWeights } from './checkpoint.js';
import type { History, HistoryLine } from './history.js';
import type { TrainParams } from './params.js';
import { Progressor } from './progress.js';
import { EarlyStop } from './stop.js';

/** What is left at the end of training. */
export interface Outcome {
  readonly weights: readonly LayerWeights[];
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
}

/**
 * Trains for all epochs, or until it is to stop early; goes on from a checkpoint if there is one.
 * @param validated whether there are validation rows
 * @param history gets a line for each epoch
 * @returns the weights that `keep` asks for
 * Told to stop, it keeps its state after the running epoch, or after the one before where the trainer breaks off.
 * @throws DivergenceError when a loss is not finite; the signal's reason when it has fired
 */
export async function fit(context: StageContext<TrainParams>, trainer: Trainer, history: History, validated: boolean): Promise<Outcome> {
  const { params, warn, checkpoint, signal } = context;
  const best = params.keep === 'best' && validated;
  if (params.keep === 'best' && !best) warn({ code: 'NO_VALIDATION', message: 'there are no validation rows to find the best epoch by: the weights of the last epoch are kept' });
  const stop = params.earlyStop && new EarlyStop(params.earlyStop);
  const progress = new Progressor(context, trainer.stepsPerEpoch);
  const keeper = checkpoint && new Keeper(checkpoint, trainer, history, params.epochs);
  let { kept, epoch } = await restore(context, trainer, history, stop);
  let stopped = false;
  while (epoch < params.epochs && !stopped) {
    epoch++;
    const line = await trainEpoch(trainer, history, { progress, epoch, validated, clean: params.evaluateEachEpoch }).catch(async (error: unknown) => {
      if (signal.aborted) await keeper?.saveLast({ stop: stop?.state(), kept });
      throw error;
    });
    if (best && !(line.valLoss >= (kept?.loss ?? Infinity))) kept = { weights: trainer.weights(), epoch, loss: line.valLoss };
    stopped = epoch < params.epochs && (stop?.after(line) ?? false);
    progress.epoch(epoch, line, stopped);
    if (epoch === params.epochs || stopped) break;
    await keeper?.after({ stop: stop?.state(), kept }, signal.aborted);
    throwIfAborted(signal);
  }
  return { weights: kept?.weights ?? trainer.weights(), epochs: epoch, bestEpoch: kept?.epoch ?? epoch, stoppedEarly: stopped };
}

/** Brings everything to where the checkpoint left it. */
async function restore({ checkpoint }: StageContext<TrainParams>, trainer: Trainer, history: History, stop: EarlyStop | undefined): Promise<{ kept: KeptWeights | undefined; epoch: number }> {
  const bytes = await checkpoint?.load();
  if (!bytes) return { kept: undefined, epoch: 0 };
  const state = decodeState(bytes);
  trainer.restore(state.trainer);
  history.restore(state.history);
  if (state.stop) stop?.restore(state.stop);
  return { kept: state.kept, epoch: state.trainer.epochs };
}

/** One epoch and its scores. */
async function trainEpoch(trainer: Trainer, history: History, { progress, epoch, validated, clean }: { progress: Progressor; epoch: number; validated: boolean; clean: boolean }): Promise<HistoryLine> {
  const score = await trainer.epoch((state) => progress.step(epoch, state));
  const penalty = trainer.penalty();
  const validation = await trainer.evaluate('validation');
  const line = history.add({ ...score, valLoss: validation.loss + penalty, valAccuracy: validation.accuracy });
  if (clean) history.addClean(await trainer.evaluate('train'), validation, await trainer.evaluate('test'));
  if (validated && !Number.isFinite(validation.loss)) throw new DivergenceError(epoch, trainer.stepsPerEpoch, trainer.stepsPerEpoch);
  return line;
}
