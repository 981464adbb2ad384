import type { Layout, Slot } from '../layout.js';
import type { AffinityPlan } from './affinities.js';
import type { TsnePool } from './kernel.js';
import { STATE, STATE_BYTES } from './records.js';

const BLOCK = 256;
const CHUNKS = 4;
/** Nodes a side that the grid may have; for a wider map all pairs are summed. */
const MAX_NODES = 1016;
const MAX_SIZE = 2048;
/** Distance of the grid's nodes, in units of the map: the error of the repulsion is 1 to 2% of the net gradient of a settled map (at 0.4, 8%; at 0.2, 0.6%). */
export const SPACING = 0.25;

/** Where a descent keeps its state; float64 [N x 2] unless said otherwise. */
export interface DescentPlan {
  readonly rows: number;
  readonly threads: number;
  readonly exact: boolean;
  readonly state: Slot<Float64ArrayConstructor>;
  readonly y: Slot<Float64ArrayConstructor>;
  readonly update: Slot<Float64ArrayConstructor>;
  readonly gains: Slot<Float64ArrayConstructor>;
  readonly attraction: Slot<Float64ArrayConstructor>;
  readonly repulsion: Slot<Float64ArrayConstructor>;
  readonly y32: Slot<Float32ArrayConstructor>;
  /** [blocks x 8]. */
  readonly stats: Slot<Float64ArrayConstructor>;
  readonly charges: Slot<Float64ArrayConstructor>;
  readonly potential: Slot<Float64ArrayConstructor>;
  readonly spectrum: Slot<Float64ArrayConstructor>;
  readonly kernel: Slot<Float64ArrayConstructor>;
  readonly table: Slot<Float64ArrayConstructor>;
  readonly scratch: Slot<Float64ArrayConstructor>;
  readonly barrier: Slot<Int32ArrayConstructor>;
}

/** Plans the arrays; pages of the grid that a small map never touches cost no memory. */
export function planDescent(layout: Layout, rows: number, threads: number, exact: boolean): DescentPlan {
  const pairs = () => layout.take(Float64Array, 2 * rows);
  const nodes = exact ? 4 : MAX_NODES;
  const size = exact ? 4 : MAX_SIZE;
  return {
    rows,
    threads,
    exact,
    state: layout.take(Float64Array, STATE_BYTES / 8),
    y: pairs(),
    update: pairs(),
    gains: pairs(),
    attraction: pairs(),
    repulsion: pairs(),
    y32: layout.take(Float32Array, 2 * rows),
    stats: layout.take(Float64Array, Math.ceil(rows / BLOCK) * 8),
    charges: layout.take(Float64Array, CHUNKS * nodes * nodes),
    potential: layout.take(Float64Array, nodes * nodes),
    spectrum: layout.take(Float64Array, (size / 2 + 2) * nodes * 2),
    kernel: layout.take(Float64Array, (size / 2 + 2) * size),
    table: layout.take(Float64Array, 2 * size),
    scratch: layout.take(Float64Array, threads * size * 8),
    barrier: layout.take(Int32Array, 64),
  };
}

/** The arrays of a plan that the state names. */
const ARRAYS = [
  'y',
  'update',
  'gains',
  'attraction',
  'repulsion',
  'y32',
  'stats',
  'charges',
  'potential',
  'spectrum',
  'kernel',
  'table',
  'scratch',
  'barrier',
] as const;

/** Writes the words of the state; the grid's numbers of nodes and the transforms' length are the kernel's to set. */
function writeState(words: Uint32Array, plan: DescentPlan, { rowStart, columns, p }: AffinityPlan): void {
  words[STATE.rows] = plan.rows;
  words[STATE.threads] = plan.threads;
  words[STATE.blocks] = Math.ceil(plan.rows / BLOCK);
  words[STATE.exact] = plan.exact ? 1 : 0;
  words[STATE.nodes] = 0;
  words[STATE.maxNodes] = MAX_NODES;
  words[STATE.size] = 0;
  words[STATE.scratchStride] = MAX_SIZE * 64;
  for (const [name, slot] of Object.entries({ rowStart, columns, p }))
    words[STATE[name as 'rowStart' | 'columns' | 'p']] = slot.offset;
  for (const name of ARRAYS) words[STATE[name]] = plan[name].offset;
}

/** Gradient descent on the positions `y` of a plan. */
export class Descent {
  private readonly pool: TsnePool;
  private readonly plan: DescentPlan;
  private readonly numbers: Float64Array;

  constructor(pool: TsnePool, plan: DescentPlan, affinities: AffinityPlan) {
    this.pool = pool;
    this.plan = plan;
    this.numbers = pool.view(plan.state);
    this.numbers[STATE.wantedSpacing] = SPACING;
    pool.view(plan.gains).fill(1);
    const words = new Uint32Array(this.numbers.buffer, this.numbers.byteOffset);
    writeState(words, plan, affinities);
  }

  /** Takes `iterations` steps. */
  async descend(
    iterations: number,
    { rate, momentum, exaggeration }: { rate: number; momentum: number; exaggeration: number },
  ): Promise<void> {
    this.numbers[STATE.rate] = rate;
    this.numbers[STATE.momentum] = momentum;
    this.numbers[STATE.exaggeration] = exaggeration;
    await this.pool.run(this.plan.threads, (thread) => ['descend', this.plan.state.offset, thread, iterations]);
  }

  /** Kullback-Leibler divergence of the present positions, sum p log(p / q), q by the same repulsion as the descent. Leaves forces and Z up to date. */
  async divergence(): Promise<number> {
    await this.pool.run(this.plan.threads, (thread) => ['measure', this.plan.state.offset, thread]);
    const stats = this.pool.view(this.plan.stats);
    let sum = 0;
    for (let b = 0; b < stats.length; b += 8) sum += stats[b + 5];
    return sum + this.pool.local.logarithm(this.numbers[STATE.Z]);
  }

  /** Moves the centre of mass to 0; steps and forces do not change. */
  centre(): void {
    const y = this.pool.view(this.plan.y);
    for (let c = 0; c < 2; c++) {
      let sum = 0;
      for (let i = c; i < y.length; i += 2) sum += y[i];
      const mean = sum / this.plan.rows;
      for (let i = c; i < y.length; i += 2) y[i] -= mean;
    }
  }

  /** Attraction - repulsion / Z after {@link divergence}: float64 [N x 2], without the factor 4 of the paper. */
  gradient(): Float64Array {
    const attraction = this.pool.view(this.plan.attraction);
    const repulsion = this.pool.view(this.plan.repulsion);
    return Float64Array.from(attraction, (a, i) => a - repulsion[i] / this.numbers[STATE.Z]);
  }
}
