import { describe, expect, it } from 'vitest';
import { glorotUniform, openTrainer, trainingBytes, type LabelledRows, type Network } from '@layerwise/kernels/train';

const network: Network = {
  inputs: 300,
  inputDropout: 0,
  hidden: [
    { units: 130, activation: 'gelu', dropout: 0, l2: 0 },
    { units: 33, activation: 'relu', dropout: 0, l2: 0 },
  ],
  classes: 7,
};
const optimizers = {
  adam: { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  sgd: { kind: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false },
} as const;

/** Rows of which every `step`-th number is 1, each row's beginning at another place. */
function rows(count: number, type: 'uint8' | 'float32', step: number): LabelledRows {
  const values = type === 'uint8' ? new Uint8Array(count * 300) : new Float32Array(count * 300);
  for (let i = 0; i < values.length; i += step) values[i] = 1;
  return { values, labels: Uint16Array.from({ length: count }, (_, i) => i % 7) };
}

/** Bytes that a trainer has, and the bound that is told of it. */
async function compare(
  kind: keyof typeof optimizers,
  type: 'uint8' | 'float32',
  step: number,
  batch: number,
  workers: number,
): Promise<{ held: number; bound: number; anyDensity: number }> {
  const sets = { train: rows(2000, type, step), validation: rows(500, type, step) };
  const optimizer = optimizers[kind];
  const open = (): ReturnType<typeof openTrainer> =>
    openTrainer({
      network,
      optimizer,
      batch,
      workers,
      rows: sets,
      scale: { factor: 1, offset: 0 },
      seeds: { shuffle: new Uint32Array(4).fill(1), dropout: new Uint32Array(4) },
      weights: glorotUniform(network, new Uint32Array([1, 2, 3, 4])),
    });
  // Takes what an earlier pool has left, if it is enough, so that the next one has memory of its own.
  const first = await open();
  const trainer = await open();
  try {
    const { pool } = trainer as unknown as { pool: { memory: WebAssembly.Memory } };
    const size = {
      network,
      optimizer,
      batch,
      workers,
      rows: { train: { count: 2000, dtype: type }, validation: { count: 500, dtype: type } },
    };
    return {
      held: pool.memory.buffer.byteLength,
      bound: trainingBytes({ ...size, density: 1 / step }),
      anyDensity: trainingBytes(size),
    };
  } finally {
    await Promise.all([trainer.close(), first.close()]);
  }
}

describe('the memory of a training, told before it', () => {
  for (const type of ['uint8', 'float32'] as const)
    for (const kind of ['adam', 'sgd'] as const)
      for (const [batch, workers] of [
        [1, 1],
        [64, 2],
        [2000, 2],
      ] as const) {
        it(`is exact for dense ${type} rows, ${kind}, batch ${batch}, ${workers} threads`, async () => {
          const { held, bound, anyDensity } = await compare(kind, type, 1, batch, workers);
          expect(bound).toBe(held);
          expect(anyDensity).toBeGreaterThanOrEqual(held);
        });

        it(`bounds it for sparse ${type} rows, ${kind}, batch ${batch}, ${workers} threads`, async () => {
          const { held, bound, anyDensity } = await compare(kind, type, 5, batch, workers);
          expect(bound).toBeGreaterThanOrEqual(held);
          expect(bound).toBeLessThan(2 * held);
          expect(anyDensity).toBeGreaterThanOrEqual(bound);
        });
      }

  it('tells of a training that no kernel could hold', () => {
    const bytes = trainingBytes({
      network: { ...network, inputs: 10_000 },
      optimizer: optimizers.adam,
      batch: 64,
      rows: { train: { count: 1_000_000, dtype: 'uint8' } },
      density: 1,
    });
    expect(bytes).toBeGreaterThan(1e10);
    expect(bytes).toBeLessThan(1.1e10);
  });
});
