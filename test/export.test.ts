import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stage as activations } from '@layerwise/activations';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { column, type AnyStage } from '@layerwise/contracts';
import { exportFiles, FORMATS } from '@layerwise/export';
import { stage as ingest } from '@layerwise/ingest';
import { readTrainedNet, respond } from '@layerwise/nets';
import { stage as preprocess } from '@layerwise/preprocess';
import { stage as forest } from '@layerwise/reduce-forest';
import { stage as pca } from '@layerwise/reduce-pca';
import { stage as train } from '@layerwise/train';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnx } from '../packages/export/test/interpreter.js';

const IMAGES = 1000;
const TOLERANCE = 1e-5;
/** A Python with keras and onnxruntime, where there is one. */
const python = [
  process.env.LAYERWISE_PYTHON,
  fileURLToPath(new URL('../bench/.venv/bin/python', import.meta.url)),
].find((path) => path !== undefined && existsSync(path));

const kinds: Record<string, { reduce?: AnyStage; params?: object }> = {
  pixels: {},
  components: { reduce: pca, params: { variance: 0.9 } },
  selected: { reduce: forest, params: { trees: 5, topK: 60 } },
};

let folder: string;
let dataset: MemoryArtifact;
let pixelFeatures: MemoryArtifact;
let images: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layerwise-export-'));
  dataset = (await runInMemory(ingest, { params: { use: 'strokes', strokes: { train: 2000, test: IMAGES } } })).output;
  pixelFeatures = (await runInMemory(preprocess, { params: { validation: { first: 200 } }, inputs: { dataset } }))
    .output;
  images = column(await dataset.matrix('test'), 'pixels', Uint8Array).data;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.entries(kinds))(
  'a net on %s, exported, predicts what its own activations say of 1,000 images',
  (kind, { reduce, params }) => {
    let ours: Float32Array;
    let features: MemoryArtifact;
    let model: MemoryArtifact;
    const image = (i: number): Uint8Array => images.subarray(784 * i, 784 * (i + 1));

    beforeAll(async () => {
      features = reduce
        ? (await runInMemory(reduce, { params, inputs: { features: pixelFeatures } })).output
        : pixelFeatures;
      model = (await runInMemory(train, { params: { hidden: [{ units: 24 }], epochs: 3 }, inputs: { features } }))
        .output;
      const { output } = await runInMemory(activations, { inputs: { features, model } });
      ours = column(await output.matrix('test'), 'probabilities', Float32Array).data;
      const net = await readTrainedNet(`test:${kind}`, features, model);
      const own = {
        model: new TextEncoder().encode(JSON.stringify(await model.json('model'))),
        weights: await model.bytes('weights.bin'),
      };
      for (const { file, bytes } of exportFiles(net, FORMATS, own)) {
        mkdirSync(dirname(join(folder, kind, file)), { recursive: true });
        writeFileSync(join(folder, kind, file), bytes);
      }
    });

    function difference(predict: (i: number) => ArrayLike<number>): number {
      let most = 0;
      for (let i = 0; i < IMAGES; i++) {
        const theirs = predict(i);
        for (let k = 0; k < 10; k++) most = Math.max(most, Math.abs(theirs[k]! - ours[10 * i + k]!));
      }
      return most;
    }

    it('by the plain forward pass of `layerwise predict`', async () => {
      const net = await readTrainedNet(`test:${kind}`, features, model);
      expect(difference((i) => respond(net, image(i)).probabilities)).toBeLessThanOrEqual(TOLERANCE);
    });

    it('as a JavaScript module', async () => {
      const { predict } = (await import(pathToFileURL(join(folder, kind, 'model.mjs')).href)) as {
        predict: (pixels: Uint8Array) => number[];
      };
      expect(difference((i) => predict(image(i)))).toBeLessThanOrEqual(TOLERANCE);
    });

    it('as ONNX', () => {
      const run = openOnnx(readFileSync(join(folder, kind, 'model.onnx')));
      expect(difference((i) => run(Array.from(image(i))))).toBeLessThanOrEqual(TOLERANCE);
    });

    it('as a TensorFlow.js LayersModel, fed with the features', async () => {
      const { modelTopology, weightsManifest } = await model.json<{
        modelTopology: object;
        weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
      }>('model');
      const weights = await model.bytes('weights.bin');
      const loaded = await tf.loadLayersModel(
        tf.io.fromMemory({
          modelTopology,
          weightSpecs: weightsManifest.flatMap((group) => group.weights),
          weightData: Uint8Array.from(weights).buffer,
        }),
      );
      const net = await readTrainedNet(`test:${kind}`, features, model);
      const rows = Array.from({ length: IMAGES }, (_, i) => Array.from(respond(net, image(i)).features));
      const predicted = (await (loaded.predict(tf.tensor2d(rows)) as tf.Tensor).data()) as Float32Array;
      expect(difference((i) => predicted.subarray(10 * i, 10 * i + 10))).toBeLessThanOrEqual(TOLERANCE);
    });

    it.runIf(python)('in Keras and onnxruntime themselves', () => {
      writeFileSync(join(folder, 'images.bin'), images);
      const script = `
import sys, os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np, onnxruntime, keras
x = np.fromfile(sys.argv[1] + '/images.bin', np.uint8).reshape(-1, 784).astype('float32')
folder = sys.argv[1] + '/' + sys.argv[2]
onnxruntime.InferenceSession(folder + '/model.onnx').run(None, {'pixels': x})[0].astype('<f4').tofile(folder + '/onnx.bin')
keras.models.load_model(folder + '/model.keras').predict(x, verbose=0).astype('<f4').tofile(folder + '/keras.bin')
`;
      execFileSync(python as string, ['-c', script, folder, kind], { stdio: ['ignore', 'ignore', 'pipe'] });
      for (const name of ['onnx', 'keras']) {
        const bytes = readFileSync(join(folder, kind, `${name}.bin`));
        const predicted = new Float32Array(Uint8Array.from(bytes).buffer);
        expect(
          difference((i) => predicted.subarray(10 * i, 10 * i + 10)),
          name,
        ).toBeLessThanOrEqual(TOLERANCE);
      }
    });
  },
);
