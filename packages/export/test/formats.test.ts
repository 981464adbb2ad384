import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportFiles, FORMATS, toHdf5, toKeras, toModule, toOnnx } from '@layerwise/export';
import { respond, type TrainedNet } from '@layerwise/nets';
import { Random } from '@layerwise/kernels/random';
import { unzipSync } from 'fflate';
import { FS, File, ready } from 'h5wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { erf, openOnnx } from './interpreter.js';
import { NETS } from '../../nets/test/made.js';

const IMAGES = 1000;
const TOLERANCE = 1e-5;
const random = new Random(Uint32Array.of(5, 6, 7, 8));
const images = Array.from({ length: IMAGES }, () =>
  Uint8Array.from({ length: 784 }, () => (random.below(5) === 0 ? random.below(256) : 0)),
);

/** Largest difference of probabilities over all images. */
function difference(net: TrainedNet, predict: (pixels: Uint8Array) => ArrayLike<number>): number {
  let most = 0;
  for (const image of images) {
    const theirs = predict(image);
    respond(net, image).probabilities.forEach((p, k) => (most = Math.max(most, Math.abs(p - theirs[k]!))));
  }
  return most;
}

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layerwise-export-'));
  await ready;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(NETS.map((net, i) => [net.name, net, i] as const))('the net of %s', (_, net, number) => {
  it('as a JavaScript module predicts as ours, and imports nothing', async () => {
    const source = toModule(net);
    expect(source).not.toMatch(/\bimport\b(?!s nothing)|require\(/);
    const file = join(folder, `net${number}.mjs`);
    writeFileSync(file, source);
    const loaded = (await import(pathToFileURL(file).href)) as {
      classes: string[];
      predict: (pixels: ArrayLike<number>) => number[];
    };
    expect(loaded.classes).toEqual(net.dataset.classes);
    expect(difference(net, loaded.predict)).toBeLessThanOrEqual(TOLERANCE);
    expect(() => loaded.predict([1, 2])).toThrow('784');
  });

  it('as ONNX predicts as ours', () => {
    const run = openOnnx(toOnnx(net));
    expect(difference(net, (pixels) => run(Array.from(pixels)))).toBeLessThanOrEqual(TOLERANCE);
  });

  it('as Keras predicts as ours, from the configuration and weights that are in the file', () => {
    const files = unzipSync(toKeras(net));
    expect(Object.keys(files).sort()).toEqual(['config.json', 'metadata.json', 'model.weights.h5']);
    const layers = kerasLayers(files['config.json']!, files['model.weights.h5']!);
    expect(
      difference(net, (pixels) => layers.reduce<number[]>((values, layer) => layer(values), Array.from(pixels))),
    ).toBeLessThanOrEqual(TOLERANCE);
  });

  it('is the same bytes every time, and leaves the net as it was', () => {
    const before = JSON.stringify(net);
    expect(toKeras(net)).toEqual(toKeras(net));
    expect(toOnnx(net)).toEqual(toOnnx(net));
    expect(toModule(net)).toBe(toModule(net));
    expect(JSON.stringify(net)).toBe(before);
  });
});

/** The layers of a Keras configuration as functions; weights read by the HDF5 library, as Keras names them. */
function kerasLayers(config: Uint8Array, weights: Uint8Array): ((values: number[]) => number[])[] {
  type Layer = {
    class_name: string;
    config: { units: number; activation: string; scale: number | number[]; offset: number | number[] };
  };
  const { layers } = (JSON.parse(new TextDecoder().decode(config)) as { config: { layers: Layer[] } }).config;
  FS!.writeFile('/weights.h5', weights);
  const file = new File('/weights.h5', 'r');
  let count = 0;
  const read = (path: string): Float32Array => (file.get(path) as { value: Float32Array }).value;
  const functions = layers.slice(1).map(({ class_name, config: { units, activation, scale, offset } }) => {
    if (class_name === 'Rescaling')
      return (values: number[]) =>
        values.map(
          (value, i) =>
            value * (typeof scale === 'number' ? scale : scale[i]!) +
            (typeof offset === 'number' ? offset : offset[i]!),
        );
    const path = `layers/${count === 0 ? 'dense' : `dense_${count}`}/vars`;
    count++;
    const [kernel, bias] = [read(`${path}/0`), read(`${path}/1`)];
    expect(bias).toHaveLength(units);
    return (values: number[]) =>
      activate(
        activation,
        Array.from(bias, (b, o) => values.reduce((sum, value, i) => sum + value * kernel[i * units + o]!, b)),
      );
  });
  file.close();
  return functions;
}

function activate(activation: string, sums: number[]): number[] {
  const total = (): number => sums.reduce((sum, value) => sum + Math.exp(value), 0);
  if (activation !== 'softmax')
    return sums.map(
      (sum) =>
        ({
          relu: Math.max(0, sum),
          tanh: Math.tanh(sum),
          sigmoid: 1 / (1 + Math.exp(-sum)),
          gelu: (sum / 2) * (1 + erf(sum * Math.SQRT1_2)),
          linear: sum,
        })[activation]!,
    );
  const all = total();
  return sums.map((sum) => Math.exp(sum) / all);
}

describe('toHdf5', () => {
  it('is read by the HDF5 library: groups, shapes, values', () => {
    const data = Float32Array.from({ length: 6 }, (_, i) => i / 3);
    FS!.writeFile(
      '/small.h5',
      toHdf5({ a: { b: { shape: [2, 3], data }, c: {} }, d: { shape: [1], data: Float32Array.of(-7) } }),
    );
    const file = new File('/small.h5', 'r');
    expect(file.keys().sort()).toEqual(['a', 'd']);
    const b = file.get('a/b') as { shape: number[]; value: Float32Array };
    expect(b.shape).toEqual([2, 3]);
    expect(Array.from(b.value)).toEqual(Array.from(data));
    expect((file.get('d') as { value: Float32Array }).value[0]).toBe(-7);
    file.close();
  });
});

describe('exportFiles', () => {
  const own = { model: Uint8Array.of(1), weights: Uint8Array.of(2) };
  it('writes what is asked for and a README that says what each file expects', () => {
    const files = exportFiles(NETS[4]!, FORMATS, own);
    expect(files.map(({ file }) => file)).toEqual([
      'tfjs/model.json',
      'tfjs/weights.bin',
      'model.keras',
      'model.onnx',
      'model.mjs',
      'model.safetensors',
      'README.md',
    ]);
    const text = new TextDecoder().decode(files.at(-1)!.bytes);
    expect(text).toContain('only these are kept, in this order: 100, 111, 122');
    expect(text).toContain('Its input are 50 numbers after the steps above, which are not in this file');
    expect(
      exportFiles(
        NETS[0]!,
        FORMATS.filter(({ id }) => id === 'onnx'),
        own,
      ).map(({ file }) => file),
    ).toEqual(['model.onnx', 'README.md']);
  });
});
