import type { Slot } from '../layout.js';
import { Random } from '../random.js';
import { assemble, Net, type NetOptions, type SetScore } from './net.js';
import type { LayerWeights } from './network.js';
import type { Optimizer } from './optimizers.js';
import { ThreadTuner } from './thread-tuner.js';
import { totalsOf, type Training } from './plan.js';
import { PLAN, TOTALS } from './records.js';
import { packLayer, unpackLayer } from './panels.js';
import { usefulWorkers } from './useful-workers.js';

/** What a trainer is opened with; the rows must hold a set `train` of at least one row. */
export interface TrainerOptions extends NetOptions {
  readonly optimizer: Optimizer;
  /** Rows per step, at least 1; the last step of an epoch may have fewer. */
  readonly batch: number;
  /** uint32[4] each: the order of the rows, and dropout masks. */
  readonly seeds: { readonly shuffle: Uint32Array; readonly dropout: Uint32Array };
  /** Whether the rows are shuffled before each epoch. Default true. */
  readonly shuffle?: boolean;
}

/** How far an epoch has come; loss and accuracy are means so far, as Keras shows them. */
export interface EpochProgress extends SetScore {
  readonly step: number;
  readonly steps: number;
}

/** Everything that later steps depend on; plain data, to be kept and given back by {@link Trainer.restore}. */
export interface TrainerState {
  /** Steps done. */
  readonly steps: number;
  /** Epochs done. */
  readonly epochs: number;
  /** beta1^steps and beta2^steps of Adam. */
  readonly powers: readonly [number, number];
  /** The shuffling generator: uint32[4]. */
  readonly shuffle: Uint32Array;
  readonly weights: readonly LayerWeights[];
  /** For each layer the optimiser's slots, of the shape of its weights. */
  readonly slots: readonly (readonly LayerWeights[])[];
  /** uint32[D]: step at which each row of the first kernel was last updated; empty where none is left for later. */
  readonly updated: Uint32Array;
}

/** The loss of a step was NaN or infinite; the weights are of no more use. */
export class DivergenceError extends RangeError {
  /** From 1. */
  readonly epoch: number;
  /** Step within the epoch, from 1. */
  readonly step: number;
  readonly steps: number;

  constructor(epoch: number, step: number, steps: number) {
    super(`the loss must stay finite, got NaN or infinity in epoch ${epoch}, step ${step} of ${steps}`);
    this.name = 'DivergenceError';
    this.epoch = epoch;
    this.step = step;
    this.steps = steps;
  }
}

/** A net with its optimiser. Opened by {@link openTrainer}. */
export class Trainer extends Net {
  /** The most threads that step together, chosen by the work of a step. */
  readonly stepWorkers: number;
  private readonly options: TrainerOptions;
  private readonly training: Training;
  private readonly tuner: ThreadTuner;
  private readonly order: Uint32Array;
  private readonly orderOffset: number;
  private random: Random;
  private steps = 0;
  private epochs = 0;

  /** For {@link openTrainer}. */
  constructor(options: TrainerOptions, parts: Awaited<ReturnType<typeof assemble>>) {
    super(options.network, parts.pool, parts.plan, parts.sets, parts.desk);
    this.options = options;
    this.training = parts.training as Training;
    this.stepWorkers = this.training.workers;
    this.tuner = new ThreadTuner(this.stepWorkers);
    this.order = parts.pool.view(parts.orders);
    this.orderOffset = parts.orders.offset;
    this.random = new Random(options.seeds.shuffle);
  }

  /** Steps in an epoch. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.order.length / this.options.batch);
  }

  /**
   * One epoch over the rows `train`. Loss (with the L2 penalty) and accuracy are means over the rows, each taken
   * before its step, as Keras reports them.
   * @param progress told of every so many steps
   * @param rate learning rate of a step, counted from 0 over all epochs; without it that of the optimiser
   * @throws DivergenceError when a loss is not finite; the signal's reason when it has fired
   */
  async epoch(
    progress?: (state: EpochProgress) => void,
    rate: (step: number) => number = () => this.options.optimizer.learningRate,
  ): Promise<SetScore> {
    const { order, stepsPerEpoch: steps } = this;
    for (let i = 0; i < order.length; i++) order[i] = i;
    if (this.options.shuffle !== false) this.random.shuffle(order);
    const totals = totalsOf(this.pool.memory, this.plan.totals);
    for (const sum of ['loss', 'penalty'] as const) totals.real[TOTALS[sum]] = 0;
    for (const count of ['hits', 'status', 'failed'] as const) totals.whole[TOTALS[count]] = 0;
    this.pool.view(this.plan.words)[PLAN.step] = this.steps;
    const rates = this.pool.view(this.plan.rates as Slot<Float32ArrayConstructor>);
    for (let step = 0; step < steps; step++) rates[step] = rate(this.steps + step);
    let score = { loss: NaN, accuracy: NaN };
    for (let from = 0, to = 0; from < steps; from = to) {
      const chunk = this.tuner.next();
      to = Math.min(steps, from + chunk.steps);
      this.pool.view(this.plan.words)[PLAN.workers] = chunk.workers;
      const started = performance.now();
      await this.pool.run(chunk.workers, (_, thread) => [
        'trainBatches',
        this.plan.words.offset,
        thread,
        this.rowsOf('train').record.offset,
        this.orderOffset,
        from,
        to,
        order.length,
      ]);
      this.tuner.took(chunk.workers, to - from, (performance.now() - started) / 1000);
      if (totals.whole[TOTALS.status] !== 0)
        throw new DivergenceError(this.epochs + 1, totals.whole[TOTALS.failed] + 1, steps);
      const rows = Math.min(order.length, to * this.options.batch);
      score = {
        loss: (totals.real[TOTALS.loss] + totals.real[TOTALS.penalty]) / rows,
        accuracy: totals.whole[TOTALS.hits] / rows,
      };
      progress?.({ step: to, steps, ...score });
    }
    this.steps += steps;
    this.epochs++;
    return score;
  }

  /** The L2 penalty of the weights as they are: the sum over layers of l2 times the squared kernel weights. */
  penalty(): number {
    return this.network.hidden.reduce((sum, { l2 }, l) => {
      if (l2 === 0) return sum;
      const { inputs, units, weights } = this.plan.layers[l];
      let squares = 0;
      for (const x of unpackLayer(this.pool.view(weights), inputs, units).kernel) squares += x * x;
      return sum + l2 * squares;
    }, 0);
  }

  /** A copy of everything that later steps depend on. */
  state(): TrainerState {
    const { real } = totalsOf(this.pool.memory, this.plan.totals);
    return {
      steps: this.steps,
      epochs: this.epochs,
      powers: [real[TOTALS.power1], real[TOTALS.power2]],
      shuffle: this.random.state(),
      weights: this.weights(),
      slots: this.plan.layers.map((layer) =>
        layer.slots.map((slot) => unpackLayer(this.pool.view(slot), layer.inputs, layer.units)),
      ),
      updated: this.plan.last ? this.pool.view(this.plan.last).slice() : new Uint32Array(0),
    };
  }

  /** Goes on from a state of a trainer opened with the same options. @throws RangeError when a size does not fit */
  restore(state: TrainerState): void {
    this.setWeights(state.weights);
    const last = this.plan.last && this.pool.view(this.plan.last);
    if ((last?.length ?? 0) !== state.updated.length)
      throw new RangeError(
        `a state of ${last?.length ?? 0} rows of the first kernel is wanted, got ${state.updated.length}`,
      );
    this.plan.layers.forEach((layer, l) => {
      if (state.slots[l]?.length !== layer.slots.length)
        throw new RangeError(`layer ${l} has ${layer.slots.length} optimiser slots, got ${state.slots[l]?.length}`);
      layer.slots.forEach((slot, i) => packLayer(state.slots[l][i], layer.inputs, layer.units, this.pool.view(slot)));
    });
    last?.set(state.updated);
    const { real } = totalsOf(this.pool.memory, this.plan.totals);
    [real[TOTALS.power1], real[TOTALS.power2]] = state.powers;
    this.random = new Random(state.shuffle);
    this.steps = state.steps;
    this.epochs = state.epochs;
  }
}

/** Opens a trainer. Close it in a `finally`. @throws RangeError for sizes, labels, numbers or settings that do not fit */
export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  const { network, batch, optimizer, seeds, rows } = options;
  if (!Number.isInteger(batch) || batch < 1)
    throw new RangeError(`batch must be a whole number of at least 1, got ${batch}`);
  const train = rows['train'];
  if (!train || train.labels.length === 0)
    throw new RangeError("rows 'train' must hold at least one row to train on, got none");
  const size = Math.min(batch, train.labels.length);
  const parts = await assemble(options, {
    set: 'train',
    optimizer,
    batch: size,
    steps: Math.ceil(train.labels.length / size),
    dropoutSeed: seeds.dropout,
    workers: (density) => usefulWorkers(network, size, density),
  });
  const trainer = new Trainer({ ...options, batch: size }, parts);
  trainer.setWeights(options.weights);
  return trainer;
}
