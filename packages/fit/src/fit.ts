import { throwIfAborted } from '@layerwise/contracts';
import { DivergenceError, type LayerWeights } from '@layerwise/kernels/train';
import { BestWeights } from './best-weights.js';
import { decodeState, Keeper, type TrainingState } from './checkpoint.js';
import { EarlyStop } from './early-stop.js';
import type { Engine } from './engine.js';
import type { History, HistoryLine } from './history.js';
import { optimizerOf, type NetContext } from './params.js';
import { ProgressReporter } from './progress.js';
import { shareOf } from './schedules.js';

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
 * @returns the weights that `restoreBest` asks for; told to stop, it keeps its state after the running epoch, or after the one
 *   before where the engine breaks off
 * @throws DivergenceError when a loss is not finite; the signal's reason when it has fired
 */
export async function fit(context: NetContext, engine: Engine, history: History, validated: boolean): Promise<Outcome> {
  const { params, checkpoint, signal } = context;
  const best = new BestWeights(restoresBest(context, validated));
  const stop = new EarlyStop(params.earlyStop);
  const keeper = new Keeper(checkpoint, engine, history, params.epochs);
  const progress = new ProgressReporter(context, engine.stepsPerEpoch);
  const rate = rateOf(params, engine.stepsPerEpoch);
  const state = (): Pick<TrainingState, 'stop' | 'kept'> => ({ stop: stop.state(), kept: best.kept });
  let epoch = await restore(context, engine, history, stop, best);
  let stopped = false;
  while (epoch < params.epochs && !stopped) {
    epoch++;
    const line = await trainEpoch(engine, history, {
      progress,
      rate,
      epoch,
      validated,
      clean: params.evaluateEachEpoch,
    }).catch(async (error: unknown) => {
      if (signal.aborted) await keeper.saveLast(state());
      throw error;
    });
    best.after(epoch, line, engine);
    stopped = epoch < params.epochs && stop.after(line);
    progress.epoch(epoch, line, stopped);
    if (epoch === params.epochs || stopped) break;
    await keeper.after(state(), signal.aborted);
    throwIfAborted(signal);
  }
  const { weights, epoch: bestEpoch } = best.kept ?? { weights: engine.weights(), epoch };
  return { weights, epochs: epoch, bestEpoch, stoppedEarly: stopped };
}

/** Whether the weights of the best epoch are wanted, and can be told. */
function restoresBest({ params, warn }: NetContext, validated: boolean): boolean {
  if (params.restoreBest && !validated)
    warn({
      code: 'NO_VALIDATION',
      message: 'there are no validation rows to find the best epoch by: the weights of the last epoch are kept',
    });
  return params.restoreBest && validated;
}

/** The learning rate at a step, counted from 0 over all epochs. */
function rateOf(params: NetContext['params'], perEpoch: number): (step: number) => number {
  const { learningRate } = optimizerOf(params);
  return (step) => learningRate * shareOf(params.schedule, { step, perEpoch, epochs: params.epochs });
}

/** Brings everything to where the checkpoint left it. @returns how many epochs are done */
async function restore(
  { checkpoint }: NetContext,
  engine: Engine,
  history: History,
  stop: EarlyStop,
  best: BestWeights,
): Promise<number> {
  const bytes = engine.restore && (await checkpoint?.load());
  if (!bytes) return 0;
  const state = decodeState(bytes);
  engine.restore?.(state.engine);
  history.restore(state.history);
  stop.restore(state.stop);
  best.restore(state.kept);
  return state.engine.epochs;
}

/** One epoch and its scores. */
async function trainEpoch(
  engine: Engine,
  history: History,
  {
    progress,
    rate,
    epoch,
    validated,
    clean,
  }: { progress: ProgressReporter; rate: (step: number) => number; epoch: number; validated: boolean; clean: boolean },
): Promise<HistoryLine> {
  const score = await engine.epoch((state) => progress.step(epoch, state), rate);
  const penalty = engine.penalty();
  const validation = await engine.evaluate('validation');
  const line = history.add({ ...score, valLoss: validation.loss + penalty, valAccuracy: validation.accuracy });
  if (clean) history.addClean(await engine.evaluate('train'), validation, await engine.evaluate('test'));
  if (validated && !Number.isFinite(validation.loss))
    throw new DivergenceError(epoch, engine.stepsPerEpoch, engine.stepsPerEpoch);
  return line;
}
