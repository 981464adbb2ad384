import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import type { Evaluation, ResultTable } from '@layerwise/contracts';
import { runInMemory, type MemoryArtifact, type MemoryResult } from '@layerwise/conformance';
import { stage } from '@layerwise/train';
import { blobs } from './blobs.js';

const EPOCHS = 4;
let features: MemoryArtifact;
let result: MemoryResult;

beforeAll(async () => {
  features = await blobs({ train: 600, validation: 100, test: 100 });
  result = await runInMemory(stage, { params: { hidden: [{ units: 20 }], epochs: EPOCHS }, inputs: { features } });
});

const real = (table: ResultTable, name: string): number[] => Array.from(table[name].values as ArrayLike<number>);

describe('the train stage', () => {
  it('learns well separated classes and says how well', async () => {
    const evaluation = await result.output.json<Evaluation>('evaluation');
    expect(evaluation).toMatchObject({
      params: 65 * 20 + 21 * 3,
      features: 64,
      epochs: EPOCHS,
      hidden: [20],
      stoppedEarly: false,
    });
    expect(evaluation.train.accuracy).toBeGreaterThan(0.95);
    expect(evaluation.test.accuracy).toBeGreaterThan(0.9);
    expect(evaluation.test.loss).toBeLessThan(0.5);
  });

  it('learns nothing of shuffled labels, and is measured on the true ones', async () => {
    const params = { hidden: [{ units: 20 }], epochs: 2, labels: 'shuffled', restoreBest: false };
    const { output, warnings } = await runInMemory(stage, { params, inputs: { features } });
    const { train, test } = await output.json<Evaluation>('evaluation');
    expect(train.accuracy).toBeLessThan(0.5);
    expect(test.accuracy).toBeLessThan(0.7);
    expect(warnings.map(({ code }) => code)).not.toContain('NO_BETTER_THAN_CHANCE');
    const again = await runInMemory(stage, { params, inputs: { features } });
    expect(await again.output.bytes('weights.bin')).toEqual(await output.bytes('weights.bin'));
  });

  it('keeps the epoch of the lowest validation loss', async () => {
    const history = await result.output.table('history');
    const losses = real(history, 'valLoss');
    const evaluation = await result.output.json<Evaluation>('evaluation');
    expect(losses).toHaveLength(EPOCHS);
    expect(evaluation.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(evaluation.validation.loss).toBe(Math.min(...losses));
    expect(Object.keys(history)).toEqual(['epoch', 'loss', 'accuracy', 'valLoss', 'valAccuracy']);
  });

  it('writes a model that TensorFlow.js loads and that predicts the same', async () => {
    const model = await result.output.json<{
      modelTopology: object;
      weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
    }>('model');
    const bytes = await result.output.bytes('weights.bin');
    const net = await tf.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: model.modelTopology,
        weightSpecs: model.weightsManifest[0].weights,
        weightData: bytes.slice().buffer,
      }),
    );
    const test = await features.matrix('test');
    const values = Float32Array.from(test.columns.features.data, (x) => x / 255);
    const probabilities = (net.predict(tf.tensor2d(values, [test.rows, 64])) as tf.Tensor2D).arraySync();
    const labels = test.columns.label.data;
    const loss = probabilities.reduce((sum, row, r) => sum - Math.log(row[labels[r]]), 0) / test.rows;
    const evaluation = await result.output.json<Evaluation>('evaluation');
    expect(loss).toBeCloseTo(evaluation.test.loss, 5);
    const right = probabilities.filter((row, r) => row.indexOf(Math.max(...row)) === labels[r]).length;
    expect(right / test.rows).toBe(evaluation.test.accuracy);
  });

  it('gives the same bytes for any number of workers, and others for another seed', async () => {
    const params = {
      hidden: [
        { units: 96, dropout: 0.2 },
        { units: 40, activation: 'tanh', l2: 0.001 },
      ],
      epochs: 2,
      batch: 64,
      inputDropout: 0.1,
      optimizer: { adam: {} },
    };
    const runs = await Promise.all(
      [1, 2, 4].map((workers) => runInMemory(stage, { params, inputs: { features }, workers })),
    );
    const bytes = await Promise.all(runs.map((run) => run.output.bytes('weights.bin')));
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
    const other = await runInMemory(stage, { params, inputs: { features }, seed: 44 });
    expect(await other.output.bytes('weights.bin')).not.toEqual(bytes[0]);
  });

  it('scores train and test after each epoch where asked', async () => {
    const { output } = await runInMemory(stage, {
      params: {
        hidden: [],
        epochs: 2,
        evaluateEachEpoch: true,
        restoreBest: false,
        optimizer: { sgd: { momentum: 0.9 } },
      },
      inputs: { features },
    });
    const history = await output.table('history');
    const evaluation = await output.json<Evaluation>('evaluation');
    expect(real(history, 'testAccuracy')[1]).toBe(evaluation.test.accuracy);
    expect(real(history, 'cleanLoss')[1]).toBe(evaluation.train.loss);
    expect(evaluation.bestEpoch).toBe(2);
  });

  it('stops when the metric no longer improves', async () => {
    const { output, progress } = await runInMemory(stage, {
      params: {
        hidden: [{ units: 8 }],
        epochs: 50,
        earlyStop: { metric: 'valAccuracy', patience: 2, minDelta: 1 },
        restoreBest: false,
      },
      inputs: { features },
    });
    const evaluation = await output.json<Evaluation>('evaluation');
    expect(evaluation).toMatchObject({ epochs: 3, stoppedEarly: true, bestEpoch: 3 });
    expect(progress.at(-1)).toMatchObject({ done: progress.at(-1)?.total });
  });

  it('stops with DIVERGED and keeps the history when the loss is no longer finite', async () => {
    const params = {
      hidden: [{ units: 16, activation: 'linear' }],
      epochs: 20,
      optimizer: { sgd: { learningRate: 1e20 } },
    };
    await expect(runInMemory(stage, { params, inputs: { features } })).rejects.toMatchObject({
      code: 'DIVERGED',
      message: expect.stringMatching(/epoch \d+, step \d+/),
      remedy: expect.stringContaining('learningRate'),
    });
  });

  it('warns of dead ReLU nodes by number', async () => {
    const params = { hidden: [{ units: 12 }], epochs: 1, optimizer: { sgd: { learningRate: 50 } } };
    const { output, warnings } = await runInMemory(stage, { params, inputs: { features } });
    const { deadUnits } = await output.json<Evaluation>('evaluation');
    expect(deadUnits[0].length).toBeGreaterThan(0);
    expect(warnings).toContainEqual({
      code: 'DEAD_UNITS',
      message: expect.stringContaining(`${deadUnits[0].length} of 12 ReLU nodes of hidden layer 1`),
    });
    const named = /: nodes? ([\d, ]+)/.exec(warnings.find(({ code }) => code === 'DEAD_UNITS')?.message ?? '');
    expect(named?.[1].split(', ').map(Number), 'numbered from 0, as in the file').toEqual(deadUnits[0].slice(0, 12));
  });

  it('warns, with the numbers, of a net that learned its rows by heart and knows nothing of others', async () => {
    const noise = await blobs({ train: 60, validation: 30, test: 300 });
    const test = await noise.matrix('test');
    const label = Uint16Array.from({ length: test.rows }, (_, r) => (test.columns.label.data[r] + 1) % 3);
    await noise.matrix('test', { ...test, columns: { ...test.columns, label: { data: label, width: 1 } } });
    const { output, warnings } = await runInMemory(stage, {
      params: { hidden: [{ units: 20 }], epochs: 10, optimizer: { adam: { learningRate: 0.01 } } },
      inputs: { features: noise },
    });
    const { train, test: score } = await output.json<Evaluation>('evaluation');
    expect(warnings).toContainEqual({
      code: 'NO_BETTER_THAN_CHANCE',
      message: expect.stringContaining(`test accuracy ${(100 * score.accuracy).toFixed(2)}% is no better than chance`),
    });
    expect(warnings).toContainEqual({
      code: 'NO_BETTER_THAN_CHANCE',
      message: expect.stringContaining(
        `though training accuracy is ${(100 * train.accuracy).toFixed(2)}%: the net is overfitted, or the test rows are labelled otherwise`,
      ),
    });
    expect(warnings.map(({ code }) => code)).not.toContain('OVERFITTED');
    expect(result.warnings.map(({ code }) => code)).not.toContain('NO_BETTER_THAN_CHANCE');
  });

  it('goes without validation rows, but not where they are needed', async () => {
    const bare = await blobs({ train: 40, validation: 0, test: 10 });
    const { output, warnings } = await runInMemory(stage, {
      params: { hidden: [{ units: 4 }], epochs: 2 },
      inputs: { features: bare },
    });
    expect((await output.json<Evaluation>('evaluation')).bestEpoch).toBe(2);
    expect(warnings.map((warning) => warning.code)).toContain('NO_VALIDATION');
    await expect(
      runInMemory(stage, { params: { hidden: [], epochs: 2, earlyStop: {} }, inputs: { features: bare } }),
    ).rejects.toMatchObject({ code: 'PARAMS_INVALID' });
    const none = await blobs({ train: 0, validation: 10, test: 10 });
    await expect(
      runInMemory(stage, { params: { hidden: [], epochs: 2 }, inputs: { features: none } }),
    ).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('says which number of the features is none', async () => {
    const spoilt = await blobs({ train: 20, validation: 5, test: 5 });
    const table = await spoilt.matrix('train');
    const data = Float32Array.from(table.columns.features.data);
    data[64 * 7 + 3] = NaN;
    await spoilt.matrix('train', { ...table, columns: { ...table.columns, features: { data, width: 64 } } });
    await expect(
      runInMemory(stage, { params: { hidden: [], epochs: 1 }, inputs: { features: spoilt } }),
    ).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining('got NaN in row 7, column 3') });
  });

  it('stops when told to', async () => {
    const stopper = new AbortController();
    const run = runInMemory(stage, {
      params: { hidden: [{ units: 200 }], epochs: 100_000 },
      inputs: { features },
      signal: stopper.signal,
      workers: 2,
    });
    setTimeout(() => stopper.abort(), 150);
    await expect(run).rejects.toThrow();
  });
});
