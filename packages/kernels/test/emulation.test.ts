import { describe, expect, it } from 'vitest';
import { emulateMultiplyAdd } from '@layerwise/kernels/multiply-add';
import { covariance, fitPca, project, symmetricEigen } from '@layerwise/kernels/pca';
import { Random } from '@layerwise/kernels/random';
import { glorotUniform, openTrainer, type Network, type Optimizer } from '@layerwise/kernels/train';
import { tsne } from '@layerwise/kernels/tsne';
import type { ActivationName } from '@layerwise/nets';

const seed = (n: number): Uint32Array => Uint32Array.of(n, 2, 3, 4);
const layer = (units: number, activation: ActivationName, dropout = 0, l2 = 0) => ({ units, activation, dropout, l2 });
const rmsprop = {
  kind: 'rmsprop',
  learningRate: 0.01,
  rho: 0.9,
  momentum: 0,
  epsilon: 1e-7,
  epsilonInSqrt: true,
} as const;
const adam = { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const nesterov = { kind: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true } as const;

/** Rows of bytes, of which a share is not zero, in classes that differ. */
function rowsOf(count: number, columns: number, share: number, classes = 5) {
  const random = new Random(seed(7));
  const labels = Uint16Array.from({ length: count }, () => random.below(classes));
  const values = Uint8Array.from({ length: count * columns }, (_, i) => {
    const strong = i % classes === labels[Math.floor(i / columns)];
    return random.float() < share ? (strong ? 128 : 0) + random.below(128) : 0;
  });
  return { values, labels };
}

interface Case {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly share: number;
  readonly batch: number;
}
const net = (hidden: Network['hidden'], inputDropout = 0): Network => ({
  inputs: 45,
  inputDropout,
  hidden,
  classes: 5,
});
const trainings: Record<string, Case> = {
  'sparse rows, wide relu': {
    network: net([layer(70, 'relu'), layer(37, 'relu')]),
    optimizer: adam,
    share: 0.2,
    batch: 17,
  },
  'sparse rows, one narrow layer': { network: net([layer(13, 'tanh')]), optimizer: rmsprop, share: 0.2, batch: 16 },
  'dense rows, tanh and gelu, L2': {
    network: net([layer(33, 'tanh', 0, 0.01), layer(20, 'gelu', 0, 0.01)]),
    optimizer: nesterov,
    share: 0.9,
    batch: 20,
  },
  'dropout everywhere': {
    network: net([layer(40, 'sigmoid', 0.3), layer(36, 'relu', 0.4)], 0.2),
    optimizer: adam,
    share: 0.3,
    batch: 25,
  },
};

/** All numbers of a training and what the net says afterwards. */
async function train({ network, optimizer, share, batch }: Case, workers: number): Promise<Uint8Array[]> {
  const trainer = await openTrainer({
    network,
    optimizer,
    batch,
    seeds: { shuffle: seed(1), dropout: seed(2) },
    scale: { factor: 1 / 255, offset: 0 },
    rows: { train: rowsOf(200, network.inputs, share) },
    weights: glorotUniform(network, seed(3)),
    workers,
  });
  try {
    const scores: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) scores.push((await trainer.epoch()).loss);
    scores.push((await trainer.evaluate('train')).loss);
    const { probabilities, hidden } = await trainer.predict('train', 0, 100);
    const weights = trainer.weights().flatMap(({ kernel, bias }) => [kernel, bias]);
    return [Float64Array.from(scores), probabilities, ...hidden, ...weights].map(bytesOf);
  } finally {
    await trainer.close();
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength).slice();

/** Runs the same with the instruction and without it. */
async function both<T>(work: () => Promise<T>): Promise<readonly [fused: T, emulated: T]> {
  const fused = await work();
  emulateMultiplyAdd(true);
  try {
    return [fused, await work()];
  } finally {
    emulateMultiplyAdd(false);
  }
}

describe.each([1, 2])('with %i workers the bytes are the same with fused multiply-add and without', (workers) => {
  it.each(Object.keys(trainings))('in training: %s', async (name) => {
    const [fused, emulated] = await both(() => train(trainings[name] as Case, workers));
    expect(emulated).toEqual(fused);
  });

  it('in principal components of bytes and of floats, few and all', async () => {
    const [bytes, floats] = [rowsOf(300, 60, 0.4).values, rowsOf(300, 60, 0.9).values];
    const matrices = [bytes, Float32Array.from(floats, (x) => Math.fround(x / 3 - 20))];
    const [fused, emulated] = await both(async () => {
      const found: Uint8Array[] = [];
      for (const data of matrices) {
        const matrix = { data, rows: 300, columns: 60 };
        found.push(bytesOf((await covariance(matrix, { workers })).covariance));
        for (const components of [6, 55]) {
          const model = await fitPca(matrix, { components }, { workers });
          found.push(
            bytesOf(model.components),
            bytesOf(model.spectrum),
            bytesOf(await project(model, matrix, { workers })),
          );
        }
      }
      return found;
    });
    expect(emulated).toEqual(fused);
  });

  it('in eigenvectors of a matrix that threads share', async () => {
    const n = 300;
    const random = new Random(seed(5));
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++)
        matrix[i * n + j] = matrix[j * n + i] = random.float() - 0.5 + (i === j ? i / 10 : 0);
    const [fused, emulated] = await both(async () => {
      const { values, vectors } = await symmetricEigen(matrix, n, () => 20, { workers });
      return [bytesOf(values), bytesOf(vectors)];
    });
    expect(emulated).toEqual(fused);
  });

  it.each([
    [300, 12],
    [2100, 3],
  ])('in a map of %i rows', async (rows, iterations) => {
    const data = Float32Array.from(rowsOf(rows, 20, 0.9).values);
    const matrix = { data, rows, columns: 20 };
    const [fused, emulated] = await both(async () => {
      const { embedding, klDivergence } = await tsne(matrix, { perplexity: 10, iterations, workers });
      return [bytesOf(embedding), klDivergence];
    });
    expect(emulated).toEqual(fused);
  });
});
