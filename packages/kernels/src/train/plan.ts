import { activationOf } from '@layerwise/nets/activations';
import { view, type Layout, type Slot } from '../layout.js';
import { widths, type Network } from './network.js';
import { settled, type Optimizer } from './optimizers.js';
import { dropThreshold } from './dropout.js';
import { panelCount, panelFloats } from './panels.js';
import { LAYER, LAYER_BYTES, PLAN, PLAN_BYTES, TOTALS, TOTALS_BYTES } from './records.js';

const LAYER_WORDS = LAYER_BYTES / 4;
/** What a layer's record says of the last one, whose activation is no hidden node's. */
const SOFTMAX = 0xff;

type Words = Slot<Uint32ArrayConstructor>;
type Floats = Slot<Float32ArrayConstructor>;

/** How a net is to be trained. */
export interface Training {
  readonly optimizer: Optimizer;
  /** Rows per step. */
  readonly batch: number;
  /** uint32[4], for dropout masks. */
  readonly dropoutSeed: Uint32Array;
  /** Threads that step together. */
  readonly workers: number;
  /** Whether the first layer works on lists of non-zeros, and the most of them that a batch can hold. */
  readonly sparse: boolean;
  readonly nonZerosPerBatch: number;
  /** Steps in an epoch. */
  readonly steps: number;
}

/** One layer's places in memory. */
export interface PlannedLayer {
  readonly inputs: number;
  readonly units: number;
  readonly weights: Floats;
  /** The optimiser's slots, of the same shape as the weights. */
  readonly slots: readonly Floats[];
  readonly transposed: Floats | undefined;
}

/** The places in memory of everything but the rows. */
export interface Plan {
  readonly words: Words;
  readonly layers: readonly PlannedLayer[];
  readonly totals: Slot<Uint8ArrayConstructor>;
  readonly last: Words | undefined;
  /** float32[steps]: the learning rate of each step of an epoch. */
  readonly rates: Floats | undefined;
  /** Writes the plan's numbers once the memory exists. */
  write(memory: WebAssembly.Memory, scale: { factor: Float32Array; offset: Float32Array }): void;
}

/** The totals of an epoch: numbers by their places in {@link TOTALS}. */
export function totalsOf(
  memory: WebAssembly.Memory,
  totals: Slot,
): { readonly real: Float64Array; readonly whole: Int32Array } {
  return {
    real: new Float64Array(memory.buffer as never, totals.offset, TOTALS_BYTES / 8),
    whole: new Int32Array(memory.buffer as never, totals.offset, TOTALS_BYTES / 4),
  };
}

/** Whether rows of weights whose inputs are all zero may be updated later, with the same result but for rounding. */
export function isLazy(network: Network, { optimizer, sparse }: Training): boolean {
  return sparse && settled(optimizer).restsWithoutGradient && !(network.hidden.length > 0 && network.hidden[0].l2 > 0);
}

/** Plans the memory of a net, and of its training unless that is left out. */
export function planNet(layout: Layout, network: Network, training?: Training): Plan {
  const sizes = widths(network);
  const words = layout.take(Uint32Array, PLAN_BYTES / 4);
  const table = layout.take(Uint32Array, LAYER_WORDS * sizes.length);
  const factor = layout.take(Float32Array, network.inputs + 4);
  const offset = layout.take(Float32Array, network.inputs + 4);
  const totals = layout.take(Uint8Array, TOTALS_BYTES);
  const layers = sizes.slice(1).map((units, l): PlannedLayer => {
    const inputs = sizes[l];
    const floats = panelFloats(inputs + 1, units);
    return {
      inputs,
      units,
      weights: layout.take(Float32Array, floats),
      slots: Array.from({ length: training ? settled(training.optimizer).slots : 0 }, () =>
        layout.take(Float32Array, floats),
      ),
      transposed: training && l > 0 ? layout.take(Float32Array, panelFloats(units + 1, inputs)) : undefined,
    };
  });
  const desk = training && planTraining(layout, network, training, sizes);
  return {
    words,
    layers,
    totals,
    last: desk?.last,
    rates: desk?.rates,
    write(memory, scale) {
      view(memory, factor).set(scale.factor);
      view(memory, offset).set(scale.offset);
      const plan = new Fields(memory, words);
      plan.integers(
        {
          layers: layers.length,
          inputs: network.inputs,
          classes: network.classes,
          factor: factor.offset,
          offset: offset.offset,
          layerTable: table.offset,
          totals: totals.offset,
        },
        PLAN,
      );
      const sums = totalsOf(memory, totals).real;
      sums[TOTALS.power1] = 1;
      sums[TOTALS.power2] = 1;
      layers.forEach((layer, l) => writeLayer(memory, table, network, layer, l, layers.length));
      if (training && desk) writeTraining(memory, plan, table, network, training, desk);
    },
  };
}

interface TrainingDesk {
  readonly inputs: readonly Slot[];
  readonly starts: readonly Words[];
  readonly entries: readonly Words[];
  readonly records: readonly Words[];
  readonly recordCounts: Words;
  readonly cursors: Words;
  readonly last: Words;
  readonly rates: Floats;
  readonly powers: Floats;
  readonly losses: Floats;
  readonly hits: Words;
  readonly barrier: Words;
  readonly scratch: Floats;
  readonly lists: Words;
  readonly penalties: Slot;
  readonly values: readonly (readonly Floats[])[];
  readonly deltas: readonly Floats[];
  /** Weighted sums of the hidden layers whose slope cannot be told from the activation. */
  readonly sums: readonly (Floats | undefined)[];
  readonly tiles: readonly number[];
}

function planTraining(
  layout: Layout,
  network: Network,
  { batch, workers, sparse, nonZerosPerBatch, steps }: Training,
  sizes: readonly number[],
): TrainingDesk {
  const two = <T>(make: () => T): T[] => [make(), make()];
  const sparseColumns = sparse ? network.inputs : 0;
  const tiles = firstTiles(sizes);
  return {
    inputs: two(() =>
      sparse
        ? layout.take(Uint32Array, 2 * nonZerosPerBatch)
        : layout.take(Float32Array, panelFloats(batch, network.inputs)),
    ),
    starts: two(() => layout.take(Uint32Array, sparse ? 2 * batch : 0)),
    entries: two(() =>
      layout.take(
        Uint32Array,
        sparse
          ? Math.max(2 * nonZerosPerBatch * workers, panelCount(sizes[1]) === 1 ? panelFloats(sizes[0], sizes[1]) : 0)
          : 0,
      ),
    ),
    records: two(() => layout.take(Uint32Array, (3 + Math.max(1, Math.ceil(batch / DEPTH))) * sparseColumns)),
    recordCounts: layout.take(Uint32Array, 2 * workers),
    cursors: layout.take(Uint32Array, sparseColumns),
    last: layout.take(Uint32Array, sparseColumns),
    rates: layout.take(Float32Array, steps),
    powers: layout.take(Float32Array, 4097),
    losses: layout.take(Float32Array, batch),
    hits: layout.take(Uint32Array, batch),
    barrier: layout.take(Uint32Array, 64),
    scratch: layout.take(Float32Array, 768 * workers),
    lists: layout.take(Uint32Array, (listBytes(network, batch) / 4) * workers),
    penalties: layout.take(Float64Array, tiles[tiles.length - 1]),
    values: sizes
      .slice(1)
      .map((units, l) =>
        l === 0
          ? two(() => layout.take(Float32Array, panelFloats(batch, units)))
          : [layout.take(Float32Array, panelFloats(batch, units))],
      ),
    deltas: sizes.slice(1).map((units) => layout.take(Float32Array, panelFloats(batch, units))),
    sums: network.hidden.map(({ units, activation }) =>
      activationOf(activation).slopeFromOutput ? undefined : layout.take(Float32Array, panelFloats(batch, units)),
    ),
    tiles,
  };
}

/** The number of each layer's first tile of work, and of all tiles: the first layer is cut by columns, the others by rows, 16 each. */
function firstTiles(sizes: readonly number[]): number[] {
  const starts = [0];
  for (let l = 0; l + 1 < sizes.length; l++) starts.push(starts[l] + panelCount(sizes[l === 0 ? 1 : l]));
  return starts;
}

/** Integers and floats of a record by name. */
class Fields {
  private readonly whole: Uint32Array;
  private readonly real: Float32Array;

  constructor(memory: WebAssembly.Memory, slot: Words, first = 0) {
    this.whole = view(memory, slot).subarray(first);
    this.real = new Float32Array(this.whole.buffer as never, this.whole.byteOffset, this.whole.length);
  }

  integers<K extends string>(values: Partial<Record<K, number>>, numbers: Readonly<Record<K, number>>): void {
    for (const name of Object.keys(values) as K[]) this.whole[numbers[name]] = values[name] as number;
  }

  floats<K extends string>(values: Partial<Record<K, number>>, numbers: Readonly<Record<K, number>>): void {
    for (const name of Object.keys(values) as K[]) this.real[numbers[name]] = values[name] as number;
  }

  pair(number: number, slots: readonly Slot[]): void {
    this.whole[number] = slots[0].offset;
    this.whole[number + 1] = (slots[1] ?? slots[0]).offset;
  }
}

function writeLayer(
  memory: WebAssembly.Memory,
  table: Words,
  network: Network,
  layer: PlannedLayer,
  l: number,
  count: number,
): void {
  const fields = new Fields(memory, table, l * LAYER_WORDS);
  const hidden = network.hidden[l];
  fields.integers(
    {
      in: layer.inputs,
      out: layer.units,
      weights: layer.weights.offset,
      slot1: layer.slots[0] ? layer.slots[0].offset - layer.weights.offset : 0,
      slot2: layer.slots[1] ? layer.slots[1].offset - layer.weights.offset : 0,
      transposed: layer.transposed?.offset ?? 0,
      activation: l === count - 1 ? SOFTMAX : activationOf(hidden.activation).code,
      drop: hidden && hidden.dropout > 0 ? dropThreshold(hidden.dropout) : 0,
      sparse: sparseParts(network, l),
    },
    LAYER,
  );
  fields.floats({ dropScale: hidden ? 1 / (1 - hidden.dropout) : 1, decay: hidden ? 2 * hidden.l2 : 0 }, LAYER);
}

/** Products narrower than this gain nothing from lists. */
const SPARSE_WIDTH = 32;

/** Which products of layer `l` work on lists of non-zeros: those with values (1) or gradients (2) of a rectified layer, if wide enough. */
function sparseParts(network: Network, l: number): number {
  const sizes = widths(network);
  const input = l > 0 && activationOf(network.hidden[l - 1].activation).sparse && sizes[l + 1] >= SPARSE_WIDTH;
  const delta =
    l > 0 &&
    network.hidden[l] !== undefined &&
    activationOf(network.hidden[l].activation).sparse &&
    sizes[l] >= SPARSE_WIDTH;
  return (input ? 1 : 0) + (delta ? 2 : 0);
}

/** Rows of a matrix that sums take at a time; as in assembly/train/sparse.ts. */
const DEPTH = 256;

/** Bytes of a thread's buffer of lists: bounds and entries of 32 rows of the widest layer, or of 16 columns of a batch. */
export function listBytes(network: Network, batch: number): number {
  const widest = Math.max(0, ...network.hidden.map((layer) => layer.units));
  const bytes = (lists: number, length: number): number => lists * (4 * (Math.ceil(length / DEPTH) + 2) + 8 * length);
  return 64 + Math.max(bytes(32, widest), bytes(16, batch));
}

function writeTraining(
  memory: WebAssembly.Memory,
  plan: Fields,
  table: Words,
  network: Network,
  training: Training,
  desk: TrainingDesk,
): void {
  const { batch, workers, sparse, nonZerosPerBatch, dropoutSeed } = training;
  plan.integers(
    {
      batch,
      workers,
      sparse: sparse ? 1 : 0,
      lazy: isLazy(network, training) ? 1 : 0,
      drop: network.inputDropout > 0 ? dropThreshold(network.inputDropout) : 0,
      entriesStride: 8 * nonZerosPerBatch,
      tiles: desk.tiles[desk.tiles.length - 1],
      penalised: network.hidden.some((layer) => layer.l2 > 0) ? 1 : 0,
      listsStride: 4 * (desk.lists.length / workers),
    },
    PLAN,
  );
  plan.integers({ seed0: dropoutSeed[0], seed1: dropoutSeed[1] }, { seed0: PLAN.dropSeed, seed1: PLAN.dropSeed + 1 });
  plan.floats({ dropScale: 1 / (1 - network.inputDropout) }, PLAN);
  writeOptimizer(memory, plan, training.optimizer, desk);
  writeDesk(plan, desk);
  desk.tiles.forEach((tile, l) => new Fields(memory, table, l * LAYER_WORDS).integers({ tile }, LAYER));
  desk.values.forEach((values, l) => {
    const fields = new Fields(memory, table, l * LAYER_WORDS);
    fields.pair(LAYER.values, values);
    fields.integers({ delta: desk.deltas[l].offset, sums: desk.sums[l]?.offset ?? 0 }, LAYER);
  });
}

/** The optimiser's code and constants, and the powers of its first. */
function writeOptimizer(memory: WebAssembly.Memory, plan: Fields, optimizer: Optimizer, desk: TrainingDesk): void {
  const { code, constants } = settled(optimizer);
  const { beta1, beta2, epsilon, extra } = constants;
  plan.integers({ optimizer: code }, PLAN);
  plan.floats({ beta1, beta2, oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2, epsilon, extra }, PLAN);
  const powers = view(memory, desk.powers);
  powers[0] = 1;
  for (let k = 1; k < powers.length; k++) powers[k] = Math.fround(powers[k - 1] * Math.fround(beta1));
}

/** Where the buffers of training are. */
function writeDesk(plan: Fields, desk: TrainingDesk): void {
  const { rates, recordCounts, cursors, last, powers, losses, hits, barrier, penalties, scratch, lists } = desk;
  const single = { rates, recordCounts, cursors, last, powers, losses, hits, barrier, penalties, scratch, lists };
  for (const [name, slot] of Object.entries(single)) plan.integers({ [name]: slot.offset }, PLAN);
  plan.pair(PLAN.input, desk.inputs);
  plan.pair(PLAN.starts, desk.starts);
  plan.pair(PLAN.entries, desk.entries);
  plan.pair(PLAN.records, desk.records);
}
