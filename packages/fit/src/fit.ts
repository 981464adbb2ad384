import { throwIfAborted } from '@layerwise/contracts';
import { DivergenceError, type LayerWeights } from '@layerwise/kernels/train';
import { decodeState, Keeper, type EngineState, type KeptWeights } from './checkpoint.js';
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
  const { params, warn, checkpoint, signal } = context;
  const best = params.restoreBest && validated;
  if (params.restoreBest && !best)
    warn({
      code: 'NO_VALIDATION',
      message: 'there are no validation rows to find the best epoch by: the weights of the last epoch are kept',
    });
  const stop = params.earlyStop && new EarlyStop(params.earlyStop);
  const { learningRate } = optimizerOf(params);
  const { stepsPerEpoch: perEpoch } = engine;
  const rate = (step: number): number =>
    learningRate * shareOf(params.schedule, { step, perEpoch, epochs: params.epochs });
  const progress = new ProgressReporter(context, engine.stepsPerEpoch);
  const keeper =
    checkpoint &&
    engine.state &&
    new Keeper(checkpoint, () => (engine.state as () => EngineState)(), history, params.epochs);
  let { kept, epoch } = await restore(context, engine, history, stop);
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
      if (signal.aborted) await keeper?.saveLast({ stop: stop?.state(), kept });
      throw error;
    });
    if (best && !(line.valLoss >= (kept?.loss ?? Infinity)))
      kept = { weights: engine.weights(), epoch, loss: line.valLoss };
    stopped = epoch < params.epochs && (stop?.after(line) ?? false);
    progress.epoch(epoch, line, stopped);
    if (epoch === params.epochs || stopped) break;
    await keeper?.after({ stop: stop?.state(), kept }, signal.aborted);
    throwIfAborted(signal);
  }
  return {
    weights: kept?.weights ?? engine.weights(),
    epochs: epoch,
    bestEpoch: kept?.epoch ?? epoch,
    stoppedEarly: stopped,
  };
}

/** Brings everything to where the checkpoint left it. */
async function restore(
  { checkpoint }: NetContext,
  engine: Engine,
  history: History,
  stop: EarlyStop | undefined,
): Promise<{ kept: KeptWeights | undefined; epoch: number }> {
  const bytes = engine.restore && (await checkpoint?.load());
  if (!bytes) return { kept: undefined, epoch: 0 };
  const state = decodeState(bytes);
  engine.restore?.(state.engine);
  history.restore(state.history);
  if (state.stop) stop?.restore(state.stop);
  return { kept: state.kept, epoch: state.engine.epochs };
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
