import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/activations';
import { blobs } from './blobs.js';

/** A model made by TensorFlow.js itself, as an artifact. */
async function tfjsModel(net: tf.Sequential): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('model');
  await net.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      await artifact.json('model', {
        format: 'layers-model',
        modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      });
      await artifact.bytes('weights.bin', new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return artifact;
}

function sequential(): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({
        units: 20,
        activation: 'relu',
        inputShape: [64],
        kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }),
      }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 7, activation: 'tanh', kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) }),
      tf.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: tf.initializers.glorotUniform({ seed: 5 }),
      }),
    ],
  });
}

describe('the activations stage', () => {
  it('gives what TensorFlow.js gives for its own model, on every row of every split', async () => {
    const features = await blobs({ train: 500, validation: 3, test: 70 });
    const net = sequential();
    const { output, progress } = await runInMemory(stage, {
      inputs: { features, model: await tfjsModel(net) },
      workers: 2,
    });
    const layers = [net.layers[0], net.layers[2], net.layers[3]].map((layer) =>
      tf.model({ inputs: net.inputs, outputs: layer.output as tf.SymbolicTensor }),
    );
    for (const split of ['train', 'validation', 'test']) {
      const given = await features.matrix(split);
      const table = await output.matrix(split);
      const x = tf.tensor2d(
        Float32Array.from(given.columns.features.data, (value) => value / 255),
        [given.rows, 64],
      );
      const [hidden1, hidden2, probabilities] = layers.map((layer) => layer.predict(x) as tf.Tensor2D);
      expect(Object.entries(table.columns).map(([name, { width }]) => [name, width])).toEqual([
        ['id', 1],
        ['label', 1],
        ['predicted', 1],
        ['probabilities', 3],
        ['hidden1', 20],
        ['hidden2', 7],
      ]);
      expect(furthest(table.columns.hidden1.data, hidden1)).toBeLessThan(1e-5);
      expect(furthest(table.columns.hidden2.data, hidden2)).toBeLessThan(1e-5);
      expect(furthest(table.columns.probabilities.data, probabilities)).toBeLessThan(1e-5);
      expect(Array.from(table.columns.predicted.data)).toEqual(Array.from(probabilities.argMax(1).dataSync()));
      expect(table.columns.id.data).toEqual(given.columns.id.data);
    }
    expect(progress.at(-1)).toMatchObject({ done: 573, total: 573 });
  });

  it('gives the same bytes for any number of workers', async () => {
    const features = await blobs({ train: 300, validation: 0, test: 1 });
    const model = await tfjsModel(sequential());
    const runs = await Promise.all(
      [1, 2, 3].map((workers) => runInMemory(stage, { inputs: { features, model }, workers })),
    );
    for (const run of runs.slice(1)) expect(run.output.matrices).toEqual(runs[0].output.matrices);
  });

  it('refuses models that it cannot read', async () => {
    const features = await blobs({ train: 3, validation: 0, test: 1 });
    const narrow = tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [5] })] });
    await expect(runInMemory(stage, { inputs: { features, model: await tfjsModel(narrow) } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
    const linear = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [64] })] });
    await expect(runInMemory(stage, { inputs: { features, model: await tfjsModel(linear) } })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('softmax, got linear'),
    });
  });
});

function furthest(a: ArrayLike<number>, b: tf.Tensor): number {
  const data = b.dataSync();
  expect(a.length).toBe(data.length);
  let max = 0;
  for (let i = 0; i < data.length; i++) max = Math.max(max, Math.abs(a[i] - data[i]));
  return max;
}
