import { MemoryArtifact, runInMemory, sampleFeatures, type MemoryResult } from '@layerwise/conformance';
import type { Evaluation, ResultTable } from '@layerwise/contracts';
import { stage as own } from '@layerwise/train';
import { openBackend, stage, type Candidate } from '@layerwise/train-tfjs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';

const sizes = { train: 400, validation: 100, test: 100 };
const usual = { hidden: [{ units: 16 }], epochs: 12, optimizer: { adam: { learningRate: 0.01 } } };

async function train(params: object, features?: MemoryArtifact): Promise<MemoryResult> {
  return runInMemory(stage, {
    params: { ...usual, ...params },
    inputs: { features: features ?? (await sampleFeatures(sizes)) },
  });
}

async function columnOf(result: MemoryResult, name: string): Promise<number[]> {
  const table: ResultTable = await result.output.table('history');
  return Array.from(table[name]!.values as ArrayLike<number>);
}

interface SavedModel {
  modelTopology: object;
  weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
}

/** The saved net, opened by TensorFlow.js from its two files. */
async function reopened({ output }: MemoryResult): Promise<tf.LayersModel> {
  const { modelTopology, weightsManifest } = await output.json<SavedModel>('model');
  const bytes = await output.bytes('weights.bin');
  const weightData = bytes.slice().buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0]!.weights, weightData }));
}

describe('train-tfjs', () => {
  it('takes the parameters of train, and reads and writes the same', () => {
    expect(stage.params).toEqual(own.params);
    expect([stage.reads, stage.writes]).toEqual([own.reads, own.writes]);
  });

  it('warns of a net that is right on the rows it saw and no better than chance on others', async () => {
    const features = await sampleFeatures(sizes);
    const test = await features.matrix('test');
    const classes = 1 + Math.max(...(test.columns.label!.data as Uint16Array));
    const label = Uint16Array.from(test.columns.label!.data as Uint16Array, (value) => (value + 1) % classes);
    await features.matrix('test', { ...test, columns: { ...test.columns, label: { data: label, width: 1 } } });
    const { warnings } = await train({}, features);
    expect(
      warnings.map(({ code }) => code).filter((code) => ['NO_BETTER_THAN_CHANCE', 'OVERFITTED'].includes(code)),
    ).toEqual(['NO_BETTER_THAN_CHANCE']);
    expect(warnings.find(({ code }) => code === 'NO_BETTER_THAN_CHANCE')?.message).toContain(
      'the net is overfitted, or the test rows are labelled otherwise',
    );
  });

  it('learns, keeps the best epoch, and names its backend', async () => {
    const result = await train({});
    const loss = await columnOf(result, 'loss');
    expect(loss).toHaveLength(12);
    expect(loss.at(-1)).toBeLessThan(loss[0]! / 4);
    const evaluation = await result.output.json<Evaluation>('evaluation');
    expect(evaluation.test.accuracy).toBeGreaterThan(0.9);
    expect(evaluation).toMatchObject({
      params: 64 * 16 + 16 + 160 + 10,
      features: 64,
      epochs: 12,
      hidden: [16],
      stoppedEarly: false,
    });
    const valLoss = await columnOf(result, 'valLoss');
    expect(evaluation.bestEpoch).toBe(valLoss.indexOf(Math.min(...valLoss)) + 1);
    expect(evaluation.validation.loss).toBeCloseTo(Math.min(...valLoss), 5);
    expect(result.warnings).toContainEqual({
      code: 'TFJS_BACKEND',
      message: expect.stringMatching(/native backend|WASM backend/),
    });
    expect(tf.getBackend()).toMatch(/tensorflow|wasm/);
  });

  it('saves a LayersModel that gives the scores it states', async () => {
    const result = await train({
      hidden: [
        { units: 8, dropout: 0.3, l2: 0.01 },
        { units: 5, activation: 'sigmoid' },
      ],
      inputDropout: 0.2,
    });
    const model = await reopened(result);
    expect(model.layers.map((layer) => layer.name)).toEqual([
      'input_dropout',
      'hidden1',
      'hidden1_dropout',
      'hidden2',
      'output',
    ]);
    const { columns } = await (await sampleFeatures(sizes)).matrix('test');
    const x = tf.tensor2d(
      Float32Array.from(columns.features!.data as Uint8Array, (value) => value / 255),
      [100, 64],
    );
    const guesses = (model.predict(x) as tf.Tensor).argMax(1).dataSync();
    const right = (columns.label!.data as Uint16Array).reduce(
      (sum, label, i) => sum + (guesses[i] === label ? 1 : 0),
      0,
    );
    expect((await result.output.json<Evaluation>('evaluation')).test.accuracy).toBeCloseTo(right / 100, 10);
  });

  it('gives the same net for the same seed and another for another', async () => {
    const params = { epochs: 1, inputDropout: 0.2 };
    const inputs = { features: await sampleFeatures(sizes) };
    const weights = async (seed: number): Promise<Uint8Array> =>
      (await runInMemory(stage, { params: { ...usual, ...params }, inputs, seed })).output.bytes('weights.bin');
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(2)).not.toEqual(await weights(1));
  });

  it('draws a new dropout mask at each step', async () => {
    // One weight per input, no hidden layer, one step per epoch: with one fixed mask the dropped inputs' weights would never move.
    const result = await train({
      hidden: [],
      inputDropout: 0.5,
      epochs: 12,
      batch: 400,
      restoreBest: false,
      optimizer: { sgd: { learningRate: 0.5 } },
    });
    const start = await train({
      hidden: [],
      inputDropout: 0.5,
      epochs: 1,
      batch: 400,
      restoreBest: false,
      optimizer: { sgd: { learningRate: 1e-30 } },
    });
    const [after, before] = await Promise.all(
      [result, start].map(async ({ output }) => new Float32Array((await output.bytes('weights.bin')).slice().buffer)),
    );
    const moved = Array.from({ length: 64 }, (_, input) =>
      after!.subarray(10 * input, 10 * input + 10).some((value, k) => value !== before![10 * input + k]),
    );
    expect(moved.filter(Boolean).length).toBe(64);
  });

  it.each([
    { rmsprop: {} },
    { rmsprop: { momentum: 0.5 } },
    { rmsprop: { epsilonInSqrt: false } },
    { adam: {} },
    { sgd: { learningRate: 0.1 } },
    { sgd: { learningRate: 0.05, momentum: 0.9, nesterov: true } },
  ])('trains by %o', async (optimizer) => {
    const loss = await columnOf(await train({ optimizer, epochs: 6 }), 'loss');
    expect(loss.at(-1)).toBeLessThan(0.9 * loss[0]!);
  });

  it.each([true, false])(
    'divides by the root in the form that is asked for: epsilonInSqrt %s',
    async (epsilonInSqrt) => {
      // One step on all rows: a step of SGD at rate 1 gives the gradient, one at no rate the weights before.
      const once = async (optimizer: object): Promise<Float32Array> =>
        new Float32Array(
          (
            await (await train({ epochs: 1, batch: 400, restoreBest: false, optimizer })).output.bytes('weights.bin')
          ).slice().buffer,
        );
      const [before, after, moved] = [
        await once({ sgd: { learningRate: 1e-30 } }),
        await once({ sgd: { learningRate: 1 } }),
        await once({ rmsprop: { learningRate: 0.1, epsilon: 1e-3, epsilonInSqrt } }),
      ];
      let worst = 0;
      before.forEach((w, i) => {
        const g = w - after[i]!;
        const root = epsilonInSqrt ? Math.sqrt(0.1 * g * g + 1e-3) : Math.sqrt(0.1 * g * g) + 1e-3;
        worst = Math.max(worst, Math.abs(w - (0.1 * g) / root - moved[i]!));
      });
      expect(worst).toBeLessThan(1e-4);
    },
  );

  it('stops early', async () => {
    const result = await train({ epochs: 60, earlyStop: { metric: 'valAccuracy', patience: 2 }, restoreBest: false });
    const evaluation = await result.output.json<Evaluation>('evaluation');
    const accuracy = await columnOf(result, 'valAccuracy');
    expect(evaluation.stoppedEarly).toBe(true);
    expect(evaluation.epochs).toBe(accuracy.length);
    expect(accuracy.length).toBeLessThan(60);
    const best = Math.max(...accuracy);
    expect(accuracy.indexOf(best)).toBe(accuracy.length - 3);
    expect(evaluation.bestEpoch).toBe(accuracy.length);
  });

  it('scores each epoch without dropout where asked to', async () => {
    const result = await train({ epochs: 2, inputDropout: 0.5, evaluateEachEpoch: true, restoreBest: false });
    const evaluation = await result.output.json<Evaluation>('evaluation');
    expect((await columnOf(result, 'testAccuracy'))[1]).toBeCloseTo(evaluation.test.accuracy, 10);
    expect((await columnOf(result, 'cleanLoss'))[1]).toBeCloseTo(evaluation.train.loss, 10);
  });

  it('stops at a loss that is not finite, and keeps the history', async () => {
    const written = vi.spyOn(MemoryArtifact.prototype, 'table');
    const failure = train({ optimizer: { sgd: { learningRate: 1e38 } } });
    await expect(failure).rejects.toMatchObject({
      code: 'DIVERGED',
      message: expect.stringMatching(/must stay finite, got NaN or infinity in epoch 1, step \d+/),
      remedy: expect.stringMatching(/learningRate/),
    });
    expect(written).toHaveBeenCalledWith('history', expect.anything());
    written.mockRestore();
  });

  it('keeps the history of the epochs before it was stopped', async () => {
    const written = vi.spyOn(MemoryArtifact.prototype, 'table');
    const features = await sampleFeatures(sizes);
    const stop = new AbortController();
    const onProgress = ({ detail }: { detail?: string }): void =>
      detail?.startsWith('epoch 3/') ? stop.abort() : undefined;
    await expect(
      runInMemory(stage, { params: usual, inputs: { features }, signal: stop.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    const [, history] = written.mock.calls.find(([name]) => name === 'history') as [string, ResultTable];
    expect(Array.from(history.epoch!.values as ArrayLike<number>)).toEqual([1, 2, 3]);
    written.mockRestore();
  });

  it('counts dead units', async () => {
    const features = await sampleFeatures(sizes);
    await features.json('features', { ...(await features.json<object>('features')), scale: { factor: 0, offset: -1 } });
    // All inputs are -1 and nothing is learned, so a node whose weights sum to more than 0 is dead.
    const { output, warnings } = await train({ epochs: 1, optimizer: { sgd: { learningRate: 1e-30 } } }, features);
    const [dead] = (await output.json<Evaluation>('evaluation')).deadUnits;
    const kernel = new Float32Array((await output.bytes('weights.bin')).slice(0, 4 * 64 * 16).buffer);
    const sums = Array.from({ length: 16 }, (_, unit) =>
      kernel.filter((_, i) => i % 16 === unit).reduce((a, b) => a + b, 0),
    );
    expect(dead).toEqual(sums.flatMap((sum, unit) => (sum > 0 ? [unit] : [])));
    expect(dead!.length).toBeGreaterThan(0);
    const named = /: nodes? ([\d, ]+)/.exec(warnings.find(({ code }) => code === 'DEAD_UNITS')?.message ?? '');
    expect(named?.[1]?.split(', ').map(Number), 'numbered from 0, as in the file').toEqual(dead!.slice(0, 12));
  });
});

describe('openBackend', () => {
  const broken = (name: string): Candidate => ({ name, load: () => Promise.reject(new Error(`no ${name}\nstack`)) });
  const working: Candidate = { name: 'b', load: () => Promise.resolve({ tf, name: 'b', note: 'note' }) };

  it('takes the first that loads', async () => {
    expect((await openBackend([broken('a'), working, broken('c')])).name).toBe('b');
  });

  it('never goes on to the plain CPU backend', async () => {
    await expect(openBackend([broken('a'), broken('c')])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'TensorFlow.js has no fast backend here (a: no a; c: no c)',
    });
  });
});
