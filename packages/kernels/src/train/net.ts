import { Layout, type Slot } from '../layout.js';
import { KernelPool, ranges, type Call } from '../pool.js';
import {
  checkNetwork,
  checkRows,
  expandScale,
  sourceOf,
  type LabelledRows,
  type RowSource,
  type LayerWeights,
  type Network,
  type Scale,
} from './network.js';
import { packLayer, unpackLayer } from './panels.js';
import { ROWS } from './records.js';
import { CHUNK, planMemory, type Block, type Desk, type EvaluationDesk } from './memory.js';
import type { Plan, Training } from './plan.js';
import { fullestBatch, SPARSE_DENSITY, nonZeroStarts, sizeOf, type PlannedRows } from './rows.js';
import { trainKernel, type TrainPool } from './kernel.js';

/** Rows of one call. */
const CALL_ROWS = 2048;

/** What a net is opened with. */
export interface NetOptions {
  readonly network: Network;
  readonly scale: Scale;
  /** Sets of rows by name. */
  readonly rows: Readonly<Record<string, LabelledRows | RowSource>>;
  /** Weights to begin with, one entry for each layer and one for the output. */
  readonly weights: readonly LayerWeights[];
  /** Threads; the results do not depend on it. Default 1. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
}

/** Mean cross-entropy (nats) and share of right rows; NaN for no rows. */
export interface SetScore {
  readonly loss: number;
  readonly accuracy: number;
}

/** What a net says of a range of rows. */
export interface Prediction {
  /** uint16[n]: the most probable class, the first of equals. */
  readonly predicted: Uint16Array;
  /** float32[n * K]. */
  readonly probabilities: Float32Array;
  /** For each hidden layer float32[n * H], after the activation, without dropout. */
  readonly hidden: readonly Float32Array[];
}

/** How the rows of a set will be trained on, before it is known whether they are sparse. */
export type TrainingPlan = Omit<Training, 'sparse' | 'nonZerosPerBatch' | 'workers'> & {
  readonly set: string;
  workers(density: number): number;
};

/** A net in the kernel's memory, with its rows: evaluation, prediction, weights. Opened by {@link openNet}. */
export class Net {
  readonly network: Network;
  protected readonly pool: TrainPool;
  protected readonly plan: Plan;
  protected readonly sets: ReadonlyMap<string, PlannedRows>;
  private readonly desks: readonly Desk[];
  private readonly block: Block;
  private readonly losses: Slot<Float32ArrayConstructor>;
  private readonly best: Slot<Uint32ArrayConstructor>;

  /** For {@link openNet}. */
  constructor(
    network: Network,
    pool: TrainPool,
    plan: Plan,
    sets: ReadonlyMap<string, PlannedRows>,
    desk: EvaluationDesk,
  ) {
    this.network = network;
    this.pool = pool;
    this.plan = plan;
    this.sets = sets;
    this.desks = desk.desks;
    this.block = desk.block;
    this.losses = desk.losses;
    this.best = desk.best;
  }

  /** Mean cross-entropy and accuracy on a set, without dropout. @throws the signal's reason when it has fired */
  async evaluate(set: string): Promise<SetScore> {
    return this.score(set, false);
  }

  /** As {@link evaluate}, and for each hidden layer the largest value of every unit (float32[H]) over the set. */
  async evaluateWithPeaks(set: string): Promise<SetScore & { readonly peaks: readonly Float32Array[] }> {
    for (const { peaks } of this.desks) for (const slot of peaks) this.pool.view(slot).fill(-Infinity);
    const score = await this.score(set, true);
    const peaks = this.network.hidden.map((layer, l) => {
      const top = new Float32Array(layer.units).fill(-Infinity);
      for (const desk of this.desks)
        this.pool
          .view(desk.peaks[l])
          .subarray(0, layer.units)
          .forEach((value, j) => (top[j] = Math.max(top[j], value)));
      return top;
    });
    return { ...score, peaks };
  }

  private async score(set: string, peaks: boolean): Promise<SetScore> {
    const { count, record } = this.rowsOf(set);
    const calls = ranges(count, Math.ceil(count / CALL_ROWS));
    if (count > 0) {
      await this.pool.run(calls.length, (index, thread) => {
        const [from, to] = calls[index];
        return this.call(record.offset, from, to, thread, 0, 0, 0, peaks);
      });
    }
    const losses = this.pool.view(this.losses);
    const best = this.pool.view(this.best);
    const labels = this.labels(set);
    let loss = 0;
    let right = 0;
    for (let r = 0; r < count; r++) {
      loss += losses[r];
      if (best[r] === labels[r]) right++;
    }
    return { loss: loss / count, accuracy: right / count };
  }

  /** Classes, probabilities and hidden values of rows [from, to) of a set; at most {@link blockRows} rows. */
  async predict(set: string, from: number, to: number): Promise<Prediction> {
    const { count, record } = this.rowsOf(set);
    if (!(from >= 0 && from <= to && to <= count && to - from <= this.blockRows))
      throw new RangeError(
        `rows [${from}, ${to}) must lie within the ${count} rows of '${set}' and be at most ${this.blockRows}`,
      );
    const rows = to - from;
    const calls = ranges(rows, this.pool.width);
    if (rows > 0) {
      await this.pool.run(calls.length, (index, thread) => {
        const [a, b] = calls[index];
        return this.call(
          record.offset,
          from + a,
          from + b,
          thread,
          from,
          this.block.probabilities.offset,
          this.block.table.offset,
          false,
        );
      });
    }
    return {
      predicted: Uint16Array.from(this.pool.view(this.best).subarray(0, rows)),
      probabilities: this.pool.view(this.block.probabilities).slice(0, rows * this.network.classes),
      hidden: this.block.hidden.map((slot, l) => this.pool.view(slot).slice(0, rows * this.network.hidden[l].units)),
    };
  }

  /** The most rows of one {@link predict}. */
  get blockRows(): number {
    return this.block.rows;
  }

  private call(
    record: number,
    from: number,
    to: number,
    thread: number,
    base: number,
    probabilities: number,
    hidden: number,
    peaks: boolean,
  ): Call<(typeof trainKernel)['functions']> {
    const desk = this.desks[thread];
    return [
      'evaluateRows',
      this.plan.words.offset,
      record,
      from,
      to,
      CHUNK,
      desk.table.offset,
      base,
      this.losses.offset,
      this.best.offset,
      probabilities,
      hidden,
      peaks ? 1 : 0,
    ];
  }

  /** Copies of the weights, layer after layer. */
  weights(): LayerWeights[] {
    return this.plan.layers.map((layer) => unpackLayer(this.pool.view(layer.weights), layer.inputs, layer.units));
  }

  /** Replaces the weights. @throws RangeError when a size does not fit */
  setWeights(weights: readonly LayerWeights[]): void {
    if (weights.length !== this.plan.layers.length)
      throw new RangeError(`weights must hold ${this.plan.layers.length} layers, got ${weights.length}`);
    this.plan.layers.forEach((layer, l) => {
      const { kernel, bias } = weights[l];
      if (kernel.length !== layer.inputs * layer.units || bias.length !== layer.units)
        throw new RangeError(
          `weights[${l}] must hold a kernel of ${layer.inputs} x ${layer.units} and ${layer.units} biases, got ${kernel.length} and ${bias.length} numbers`,
        );
      packLayer(weights[l], layer.inputs, layer.units, this.pool.view(layer.weights));
      if (layer.transposed)
        this.pool.local.transpose(layer.weights.offset, layer.inputs, layer.units, layer.transposed.offset);
    });
  }

  protected rowsOf(set: string): PlannedRows {
    const rows = this.sets.get(set);
    if (!rows) throw new RangeError(`no rows '${set}'; there are ${[...this.sets.keys()].join(', ')}`);
    return rows;
  }

  private labels(set: string): Uint16Array {
    const { record, count } = this.rowsOf(set);
    return new Uint16Array(this.pool.memory.buffer as never, this.pool.view(record)[ROWS.labels], count);
  }

  /** Ends the threads; the net is of no use after. */
  async close(): Promise<void> {
    await this.pool.close();
  }
}

/** Everything a net (or a trainer) is built from: the planned memory filled, the threads waiting. */
export async function assemble(
  options: NetOptions,
  training?: TrainingPlan,
): Promise<{
  pool: TrainPool;
  plan: Plan;
  sets: ReadonlyMap<string, PlannedRows>;
  desk: EvaluationDesk;
  training: Training | undefined;
  orders: Slot<Uint32ArrayConstructor>;
}> {
  const { network, workers = 1, signal } = options;
  checkNetwork(network);
  const scale = expandScale(options.scale, network.inputs);
  const given = Object.entries(options.rows);
  for (const [name, rows] of given) await checkRows(name, rows, network);
  const named = given.map(([name, rows]) => [name, sourceOf(rows, network.inputs)] as const);
  const sources = named.map(([, rows]) => rows);
  const listable = network.inputs <= 65536 && scale.offset.every((x) => x === 0);
  const starts = listable ? await nonZeroStarts(sources, network.inputs) : [];
  const density = listable ? shareOf(starts, sources, network.inputs) : 1;
  const sparse = density <= SPARSE_DENSITY;
  const trained = training && named.findIndex(([name]) => name === training.set);
  const settled = training && {
    ...training,
    sparse,
    nonZerosPerBatch: sparse ? fullestBatch(starts[trained as number], training.batch) : 0,
    workers: Math.min(training.workers(density), workers),
  };
  const { layout, plan, sets, desk, orders } = planMemory(
    new Layout(),
    network,
    workers,
    new Map(named.map(([name, rows], i) => [name, sizeOf(rows, sparse ? starts[i] : undefined)])),
    sparse ? Math.max(...starts.map((s) => fullestBatch(s, CHUNK))) : undefined,
    training && settled && { set: training.set, settled },
  );
  const pool = await KernelPool.open(trainKernel, layout, { workers, signal });
  plan.write(pool.memory, scale);
  for (const [i, [name, rows]] of named.entries())
    await sets.get(name)?.load(pool.memory, pool.local, rows, sparse ? starts[i] : undefined);
  writeEvaluation(pool, desk);
  return { pool, plan, sets, desk, training: settled, orders };
}

/** The share of the numbers that are not 0; 1 for no rows. */
function shareOf(starts: readonly Uint32Array[], sources: readonly RowSource[], inputs: number): number {
  const total = inputs * sources.reduce((sum, { labels }) => sum + labels.length, 0);
  return total > 0 ? starts.reduce((sum, s) => sum + s[s.length - 1], 0) / total : 1;
}

function writeEvaluation(pool: TrainPool, { desks, block }: EvaluationDesk): void {
  for (const { table, buffers, peaks } of desks)
    pool.view(table).set([...buffers, ...peaks].map((slot) => slot.offset));
  pool.view(block.table).set(block.hidden.map((slot) => slot.offset));
}

/** Opens a net for evaluation and prediction. Close it in a `finally`. @throws RangeError for sizes, labels or numbers that do not fit */
export async function openNet(options: NetOptions): Promise<Net> {
  const { pool, plan, sets, desk } = await assemble(options);
  const net = new Net(options.network, pool, plan, sets, desk);
  net.setWeights(options.weights);
  return net;
}
