import { describe, expect, it } from 'vitest';
import { Random } from '@layerwise/kernels/random';
import {
  DivergenceError,
  glorotUniform,
  openNet,
  openTrainer,
  type LabelledRows,
  type LayerWeights,
  type Network,
  type Optimizer,
  type TrainerOptions,
} from '@layerwise/kernels/train';
import type { ActivationName } from '@layerwise/nets';
import { Descent, gradients, loss, toLayers64 } from '../dist/train/reference.js';

const layer = (units: number, activation: ActivationName, dropout = 0, l2 = 0) => ({ units, activation, dropout, l2 });
const rmsprop = {
  kind: 'rmsprop',
  learningRate: 0.01,
  rho: 0.9,
  momentum: 0,
  epsilon: 1e-7,
  epsilonInSqrt: true,
} as const;
/** An epsilon so large that its place shows in the first digits. */
const beside = { ...rmsprop, epsilon: 1e-3, epsilonInSqrt: false } as const;
const adam = { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const adamw = { ...adam, kind: 'adamw', weightDecay: 0.5 } as const;
const sgd = { kind: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false } as const;
const seeds = { shuffle: new Uint32Array([1, 1, 2, 3]), dropout: new Uint32Array([5, 8, 13, 21]) };

interface Case {
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** Share of the inputs that are not zero. */
  readonly density: number;
  readonly rows: number;
  readonly batch: number;
  readonly floats?: boolean;
  readonly offset?: number;
}

const cases: Record<string, Case> = {
  'one node, sparse bytes, lazy RMSprop': {
    network: { inputs: 50, inputDropout: 0, hidden: [layer(1, 'relu')], classes: 10 },
    optimizer: rmsprop,
    density: 0.1,
    rows: 70,
    batch: 8,
  },
  '6 nodes, sparse floats, lazy RMSprop': {
    network: { inputs: 50, inputDropout: 0, hidden: [layer(6, 'relu')], classes: 10 },
    optimizer: rmsprop,
    density: 0.1,
    rows: 70,
    batch: 8,
    floats: true,
  },
  '10 nodes, sparse bytes, dropout of inputs, L2, RMSprop': {
    network: { inputs: 50, inputDropout: 0.2, hidden: [layer(10, 'tanh', 0, 0.01)], classes: 10 },
    optimizer: rmsprop,
    density: 0.1,
    rows: 70,
    batch: 8,
  },
  '16 nodes, sparse bytes, Adam': {
    network: { inputs: 50, inputDropout: 0, hidden: [layer(16, 'relu')], classes: 10 },
    optimizer: adam,
    density: 0.1,
    rows: 70,
    batch: 8,
  },
  '85 nodes, sparse bytes, lazy RMSprop': {
    network: { inputs: 49, inputDropout: 0, hidden: [layer(85, 'relu')], classes: 10 },
    optimizer: rmsprop,
    density: 0.15,
    rows: 100,
    batch: 32,
  },
  'sparse bytes, two layers, L2, AdamW': {
    network: { inputs: 45, inputDropout: 0, hidden: [layer(70, 'relu', 0, 0.01), layer(7, 'tanh')], classes: 6 },
    optimizer: adamw,
    density: 0.2,
    rows: 70,
    batch: 16,
  },
  'sparse bytes, two layers, GELU and dropout': {
    network: { inputs: 45, inputDropout: 0, hidden: [layer(70, 'gelu', 0.3), layer(7, 'gelu')], classes: 6 },
    optimizer: adam,
    density: 0.2,
    rows: 70,
    batch: 16,
  },
  'sparse floats, two layers, Adam': {
    network: { inputs: 40, inputDropout: 0, hidden: [layer(33, 'relu'), layer(17, 'relu')], classes: 5 },
    optimizer: adam,
    density: 0.2,
    rows: 61,
    batch: 16,
    floats: true,
  },
  'dense bytes with offset, tanh, RMSprop with momentum': {
    network: { inputs: 21, inputDropout: 0, hidden: [layer(70, 'tanh')], classes: 3 },
    optimizer: { ...rmsprop, momentum: 0.5 },
    density: 1,
    rows: 50,
    batch: 7,
    offset: -0.5,
  },
  'sparse bytes, lazy RMSprop, epsilon beside the root': {
    network: { inputs: 49, inputDropout: 0, hidden: [layer(85, 'relu')], classes: 10 },
    optimizer: beside,
    density: 0.15,
    rows: 100,
    batch: 32,
  },
  'one panel, RMSprop with momentum, epsilon beside the root': {
    network: { inputs: 50, inputDropout: 0.2, hidden: [layer(6, 'relu', 0, 0.01)], classes: 10 },
    optimizer: { ...beside, momentum: 0.5 },
    density: 0.1,
    rows: 70,
    batch: 8,
  },
  'dense bytes, two layers, RMSprop with momentum, epsilon beside the root': {
    network: { inputs: 21, inputDropout: 0, hidden: [layer(70, 'tanh'), layer(40, 'relu')], classes: 3 },
    optimizer: { ...beside, momentum: 0.5 },
    density: 1,
    rows: 50,
    batch: 7,
    offset: -0.5,
  },
  'dense floats, three layers, SGD': {
    network: {
      inputs: 30,
      inputDropout: 0,
      hidden: [layer(20, 'relu'), layer(9, 'sigmoid'), layer(6, 'linear')],
      classes: 4,
    },
    optimizer: sgd,
    density: 1,
    rows: 40,
    batch: 10,
    floats: true,
  },
  'no hidden layer, Nesterov': {
    network: { inputs: 30, inputDropout: 0, hidden: [], classes: 20 },
    optimizer: { ...sgd, momentum: 0.9, nesterov: true },
    density: 0.3,
    rows: 64,
    batch: 16,
  },
  'sparse, dropout everywhere, L2, Adam': {
    network: {
      inputs: 44,
      inputDropout: 0.25,
      hidden: [layer(40, 'relu', 0.5, 0.001), layer(25, 'tanh', 0.2, 0.01)],
      classes: 6,
    },
    optimizer: adam,
    density: 0.25,
    rows: 75,
    batch: 25,
  },
  'dense, dropout everywhere, heavy ball': {
    network: {
      inputs: 19,
      inputDropout: 0.1,
      hidden: [layer(36, 'sigmoid', 0.3), layer(18, 'relu', 0.4, 0.02)],
      classes: 6,
    },
    optimizer: { ...sgd, momentum: 0.8 },
    density: 0.9,
    rows: 75,
    batch: 25,
  },
};

const WARM = 60;

/** Rows, weights and settings of a case. */
function problem({
  network,
  optimizer,
  density,
  rows,
  batch,
  floats,
  offset = 0,
}: Case): TrainerOptions & { train: LabelledRows; factor: number; shift: number } {
  const random = new Random(new Uint32Array([network.inputs, 2, 3, 4]));
  const count = rows * network.inputs;
  const draw = (): number => (random.float() < density ? 1 + random.below(255) : 0);
  const values = floats
    ? Float32Array.from({ length: count }, () => draw() * 0.37)
    : Uint8Array.from({ length: count }, draw);
  const train = { values, labels: Uint16Array.from({ length: rows }, () => random.below(network.classes)) };
  const factor = Math.fround(1 / 255);
  return {
    network,
    optimizer,
    batch,
    scale: { factor, offset },
    rows: { train },
    weights: glorotUniform(network, new Uint32Array([9, 9, 9, 1])),
    seeds,
    shuffle: false,
    train,
    factor,
    shift: offset,
  };
}

/** Training of `epochs` epochs by the twin, without shuffling: the running loss of each, and the weights. */
function twin(
  { network, optimizer, batch, weights, train, factor, shift }: ReturnType<typeof problem>,
  epochs: number,
): { losses: number[]; layers: ReturnType<typeof toLayers64> } {
  const layers = toLayers64(weights);
  const descent = new Descent(optimizer, layers);
  const values = Float64Array.from(train.values, (x) => x * factor + shift);
  const rows = train.labels.length;
  const losses: number[] = [];
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let sum = 0;
    for (let from = 0; from < rows; from += batch) {
      const to = Math.min(rows, from + batch);
      const part = {
        values: values.subarray(from * network.inputs, to * network.inputs),
        labels: train.labels.subarray(from, to),
      };
      const dropping = { seed: seeds.dropout, step: ++step };
      sum += loss(network, layers, part, dropping) * (to - from);
      descent.step(layers, gradients(network, layers, part, dropping));
    }
    losses.push(sum / rows);
  }
  return { losses, layers };
}

function furthest(mine: readonly LayerWeights[], theirs: ReturnType<typeof toLayers64>): number {
  let worst = 0;
  mine.forEach((part, l) => {
    part.kernel.forEach((w, i) => (worst = Math.max(worst, Math.abs(w - theirs[l].kernel[i]))));
    part.bias.forEach((w, i) => (worst = Math.max(worst, Math.abs(w - theirs[l].bias[i]))));
  });
  return worst;
}

async function trained(
  options: TrainerOptions,
  epochs: number,
): Promise<{ losses: number[]; weights: LayerWeights[]; score: unknown; workers: number }> {
  const trainer = await openTrainer(options);
  try {
    const losses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) losses.push((await trainer.epoch()).loss);
    return { losses, weights: trainer.weights(), score: await trainer.evaluate('train'), workers: trainer.stepWorkers };
  } finally {
    await trainer.close();
  }
}

describe.each(Object.entries(cases))('training: %s', (name, given) => {
  it('follows the twin', async () => {
    const options = problem(given);
    const right = twin(options, 3);
    const { losses, weights } = await trained(options, 3);
    const far = Math.max(...losses.map((value, i) => Math.abs(value - right.losses[i])));
    console.log(
      `${name}: losses at most ${far.toExponential(1)}, weights ${furthest(weights, right.layers).toExponential(1)} from the twin`,
    );
    expect(far).toBeLessThan(2e-5);
    expect(furthest(weights, right.layers)).toBeLessThan(1e-3);
  });

  it('never changes what it is given', async () => {
    const options = problem(given);
    const before = structuredClone({ weights: options.weights, rows: options.rows, seeds: options.seeds });
    await trained(options, 1);
    expect({ weights: options.weights, rows: options.rows, seeds: options.seeds }).toEqual(before);
  });
});

/** A net large enough that several threads step together. */
const wide: Case = {
  network: {
    inputs: 200,
    inputDropout: 0.1,
    hidden: [layer(100, 'relu', 0.2, 0.001), layer(90, 'tanh', 0.1)],
    classes: 11,
  },
  optimizer: rmsprop,
  density: 0.2,
  rows: 200,
  batch: 64,
};

describe('threads', () => {
  it.each([
    ['sparse', wide],
    ['dense', { ...wide, density: 0.9, optimizer: adam }],
    ['GELU', { ...wide, network: { ...wide.network, hidden: [layer(100, 'gelu', 0.2), layer(90, 'gelu')] } }],
    ['dense, AdamW', { ...wide, density: 0.9, optimizer: adamw }],
    [
      'lazy, epsilon beside the root',
      { ...wide, optimizer: beside, network: { ...wide.network, hidden: [layer(150, 'relu')] } },
    ],
    ['dense, epsilon beside the root, momentum', { ...wide, density: 0.9, optimizer: { ...beside, momentum: 0.5 } }],
    ['lazy', { ...wide, network: { ...wide.network, hidden: [layer(150, 'relu')] } }],
  ])('1, 2 and 4 give the same bits: %s', async (_, given) => {
    const options = { ...problem(given), shuffle: true };
    const one = await trained(options, 2);
    expect(one.workers).toBe(1);
    for (const workers of [2, 4]) {
      const { workers: used, ...more } = await trained({ ...options, workers }, 2);
      expect(used).toBe(workers);
      expect(more).toEqual({ losses: one.losses, weights: one.weights, score: one.score });
    }
  });

  it('are not used for nets too small to gain from them', async () => {
    const { workers } = await trained({ ...problem(cases['one node, sparse bytes, lazy RMSprop']), workers: 4 }, 1);
    expect(workers).toBe(1);
  });

  it('stop at once when told to', async () => {
    const stopper = new AbortController();
    const trainer = await openTrainer({ ...problem({ ...wide, rows: 20_000 }), workers: 2, signal: stopper.signal });
    const epoch = trainer.epoch(() => stopper.abort(new Error('enough')));
    await expect(epoch).rejects.toThrow('enough');
    await trainer.close();
  });
});

describe('a trainer', () => {
  it('gives the same bits from lists as from dense rows', async () => {
    const options = problem({
      ...wide,
      optimizer: adam,
      network: { ...wide.network, hidden: [layer(100, 'relu', 0.2), layer(90, 'tanh')] },
    });
    const padded = {
      ...options,
      rows: { ...options.rows, other: { values: new Uint8Array(200 * 2000).fill(7), labels: new Uint16Array(2000) } },
    };
    expect(await trained(padded, 2)).toEqual(await trained(options, 2));
  });

  it('goes on from its state as if it had not stopped', async () => {
    const options = {
      ...problem({ ...wide, network: { ...wide.network, hidden: [layer(40, 'relu')] } }),
      shuffle: true,
    };
    const straight = await openTrainer(options);
    for (let epoch = 0; epoch < 2; epoch++) await straight.epoch();
    const state = structuredClone(straight.state());
    const last = await straight.epoch();
    const again = await openTrainer({
      ...options,
      weights: glorotUniform(options.network, new Uint32Array([4, 4, 4, 4])),
    });
    again.restore(state);
    expect(await again.epoch()).toEqual(last);
    expect(again.state()).toEqual(straight.state());
    await Promise.all([straight.close(), again.close()]);
  });

  it('separates classes that can be separated', async () => {
    const labels = Uint16Array.from({ length: 200 }, (_, r) => r % 4);
    const values = new Uint8Array(200 * 8);
    labels.forEach((label, r) => values.fill(200, 8 * r + 2 * label, 8 * r + 2 * label + 2));
    const trainer = await openTrainer({
      ...problem({ ...wide, network: { inputs: 8, inputDropout: 0, hidden: [layer(16, 'relu')], classes: 4 } }),
      rows: { train: { values, labels } },
      weights: glorotUniform({ inputs: 8, inputDropout: 0, hidden: [layer(16, 'relu')], classes: 4 }, seeds.shuffle),
      batch: 10,
    });
    for (let epoch = 0; epoch < WARM; epoch++) await trainer.epoch();
    const { loss: end, accuracy } = await trainer.evaluate('train');
    expect(accuracy).toBe(1);
    expect(end).toBeLessThan(0.01);
    await trainer.close();
  });

  it('learns one class alone, and rows that are all zero', async () => {
    const options = problem({ ...wide, rows: 40 });
    const train = { values: new Uint8Array(40 * 200), labels: new Uint16Array(40).fill(3) };
    const { losses } = await trained({ ...options, rows: { train } }, 20);
    expect(losses[19]).toBeLessThan(losses[0]);
  });

  it('says where its loss was no longer finite', async () => {
    const options = problem({ ...cases['dense floats, three layers, SGD'], optimizer: { ...sgd, learningRate: 1e30 } });
    const trainer = await openTrainer(options);
    const error = await trainer.epoch().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DivergenceError);
    expect(error).toMatchObject({ epoch: 1, steps: 4, message: expect.stringMatching(/epoch 1, step [23] of 4/) });
    await trainer.close();
  });

  it.each([
    ['a batch of none', { batch: 0 }, 'batch must be a whole number of at least 1, got 0'],
    ['no rows', { rows: { train: { values: new Uint8Array(0), labels: new Uint16Array(0) } } }, 'at least one row'],
    [
      'too few values',
      { rows: { train: { values: new Uint8Array(7), labels: new Uint16Array(2) } } },
      '2 labels and 200 columns need 400 values, got 7',
    ],
    [
      'a label beyond the classes',
      { rows: { train: { values: new Uint8Array(400), labels: new Uint16Array([1, 11]) } } },
      'label of row 1 must be below 11, got 11',
    ],
    [
      'NaN',
      { rows: { train: { values: new Float32Array(400).fill(NaN, 203, 204), labels: new Uint16Array(2) } } },
      'got NaN in row 1, column 3',
    ],
    [
      'a scale of another width',
      { scale: { factor: [1, 2], offset: 0 } },
      'scale.factor must hold 200 numbers, one for each column, got 2',
    ],
    [
      'an infinite scale',
      { scale: { factor: 1, offset: Infinity } },
      'scale.offset must be finite, got Infinity for column 0',
    ],
    ['weights of another net', { weights: [] }, 'weights must hold 3 layers, got 0'],
    [
      'a rate of dropout of one',
      { network: { ...wide.network, inputDropout: 1 } },
      'inputDropout must be in [0, 1), got 1',
    ],
    [
      'a layer of no units',
      { network: { ...wide.network, hidden: [layer(0, 'relu')] } },
      'hidden[0].units must be a whole number of at least 1, got 0',
    ],
  ])('refuses %s', async (_, change, message) => {
    await expect(openTrainer({ ...problem(wide), ...change })).rejects.toThrow(message);
  });
});

describe('a net', () => {
  it('predicts what the twin predicts, and knows the peaks of its units', async () => {
    const options = problem(cases['sparse floats, two layers, Adam']);
    const net = await openNet({ ...options, workers: 2 });
    const { probabilities, predicted, hidden } = await net.predict('train', 3, 40);
    expect([predicted.length, probabilities.length, hidden.map((values) => values.length)]).toEqual([
      37,
      37 * 5,
      [37 * 33, 37 * 17],
    ]);
    const layers = toLayers64(options.weights);
    const values = Float64Array.from(options.train.values, (x) => x * options.factor);
    let far = 0;
    for (let r = 3; r < 40; r++) {
      const row = values.subarray(r * 40, (r + 1) * 40);
      for (let k = 0; k < 5; k++)
        far = Math.max(
          far,
          Math.abs(
            probabilities[(r - 3) * 5 + k] - Math.exp(-loss(options.network, layers, { values: row, labels: [k] })),
          ),
        );
    }
    expect(far).toBeLessThan(1e-5);
    const all = await net.predict('train', 0, 61);
    const { peaks } = await net.evaluateWithPeaks('train');
    peaks.forEach((peak, l) =>
      peak.forEach((top, j) =>
        expect(top).toBe(Math.max(...Array.from({ length: 61 }, (_, r) => all.hidden[l][r * peak.length + j]))),
      ),
    );
    await expect(net.predict('train', 0, 62)).rejects.toThrow('rows [0, 62) must lie within the 61 rows');
    await expect(net.evaluate('tset')).rejects.toThrow("no rows 'tset'; there are train");
    await net.close();
  });
});
