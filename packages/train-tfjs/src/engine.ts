import { setImmediate } from 'node:timers/promises';
import type { Scalar, Sequential } from '@tensorflow/tfjs';
import { throwIfAborted, type Score } from '@layerwise/contracts';
import type { Engine, NetContext, SplitName, StepProgress, Subject } from '@layerwise/fit';
import { Random } from '@layerwise/kernels/random';
import { DivergenceError, type LayerWeights } from '@layerwise/kernels/train';
import { openBackend, type Tf } from './backend.js';
import { setValues, trainableModel, values } from './network.js';
import { setRate } from './optimizers.js';
import { inOrder, openSplit, type Split } from './rows.js';
import { Scorer } from './scoring.js';

/** Steps between two reports of progress within an epoch. */
const REPORT = 200;

/** Loads TensorFlow.js, says which backend runs, and opens the net in it. */
export async function openEngine(context: NetContext, subject: Subject): Promise<TfjsEngine> {
  const { params, seed, warn } = context;
  const { tf, note } = await openBackend();
  warn({ code: 'TFJS_BACKEND', message: note });
  const { info, rows } = subject;
  const open = (name: SplitName): Promise<Split> => openSplit(rows[name], info.columns, info.scale);
  const splits = { train: await open('train'), validation: await open('validation'), test: await open('test') };
  const plan = { params, features: subject.info.columns, classes: subject.network.classes };
  return new TfjsEngine(context, tf, trainableModel(tf, plan, seed('weights'), seed('dropout')), subject, splits);
}

/**
 * TensorFlow.js as an engine. It keeps no state for later: TensorFlow.js computes Adam's powers of beta anew, not to
 * the same bits.
 */
class TfjsEngine implements Engine {
  private readonly columns: number;
  private readonly order: Uint32Array;
  private readonly random: Random;
  private readonly scorer: Scorer;
  private epochs = 0;

  constructor(
    private readonly context: NetContext,
    private readonly tf: Tf,
    private readonly model: Sequential,
    { info, network }: Subject,
    private readonly splits: Readonly<Record<SplitName, Split>>,
  ) {
    this.columns = info.columns;
    this.order = inOrder(this.splits.train.rows);
    this.random = new Random(context.seed('shuffle'));
    this.scorer = new Scorer(
      tf,
      model,
      network.hidden.map((_, l) => `hidden${l + 1}`),
      context.signal,
    );
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.splits.train.rows / this.context.params.batch);
  }

  async epoch(progress: (step: StepProgress) => void, rate: (step: number) => number): Promise<Score> {
    const { batch, shuffle } = this.context.params;
    const { rows } = this.splits.train;
    const steps = this.stepsPerEpoch;
    if (shuffle) this.random.shuffle(this.order);
    let [loss, right] = [0, 0];
    for (let step = 1, from = 0; step <= steps; step++, from += batch) {
      const to = Math.min(rows, from + batch);
      setRate(this.model.optimizer, rate(this.epochs * steps + step - 1));
      const [batchLoss, batchAccuracy] = await this.step(from, to);
      if (!Number.isFinite(batchLoss)) throw new DivergenceError(this.epochs + 1, step, steps);
      loss += batchLoss * (to - from);
      right += batchAccuracy * (to - from);
      if (step % REPORT === 0) progress({ step, loss: loss / to, accuracy: right / to });
    }
    // TensorFlow.js clips probabilities before the logarithm, which makes a finite loss of NaN.
    if (values(this.model).some((array) => !array.every(Number.isFinite)))
      throw new DivergenceError(this.epochs + 1, steps, steps);
    this.epochs++;
    return { loss: loss / rows, accuracy: right / rows };
  }

  /** One step of the optimiser on rows from … to of the order. @returns loss, with the penalty, and accuracy */
  private async step(from: number, to: number): Promise<[number, number]> {
    const { tf } = this;
    const { train } = this.splits;
    // WebAssembly answers at once: without a turn of the event loop no signal to stop would ever be heard.
    await setImmediate();
    throwIfAborted(this.context.signal);
    const x = tf.tensor2d(train.batch(this.order, from, to), [to - from, this.columns]);
    const y = tf.tensor1d(Float32Array.from(this.order.subarray(from, to), (row) => train.labels[row]));
    const result = (await this.model.trainOnBatch(x, y)) as number[];
    tf.dispose([x, y]);
    return result as [number, number];
  }

  evaluate(split: SplitName): Promise<Score> {
    return this.scorer.score(this.splits[split]);
  }

  evaluateWithPeaks(split: SplitName): Promise<Score & { readonly peaks: readonly Float32Array[] }> {
    return this.scorer.scoreWithPeaks(this.splits[split]);
  }

  penalty(): number {
    const { tf, model } = this;
    return this.context.params.hidden.reduce((sum, { l2 }, l) => {
      if (l2 === 0) return sum;
      return (
        sum +
        l2 * tf.tidy(() => tf.sum<Scalar>(tf.square(model.getLayer(`hidden${l + 1}`).getWeights()[0]))).dataSync()[0]
      );
    }, 0);
  }

  weights(): LayerWeights[] {
    const arrays = values(this.model);
    return Array.from({ length: arrays.length / 2 }, (_, l) => ({
      kernel: arrays[2 * l],
      bias: arrays[2 * l + 1],
    }));
  }

  setWeights(weights: readonly LayerWeights[]): void {
    setValues(
      this.tf,
      this.model,
      weights.flatMap(({ kernel, bias }) => [kernel, bias]),
    );
  }

  async close(): Promise<void> {
    this.model.optimizer.dispose();
    this.model.dispose();
  }
}
