import type { TrainedNet } from '@layerwise/nets';
import { boundsOf } from '@layerwise/scan/normalise';
import { penWidth } from '@layerwise/scan/pen';
import type { PackedNet, PackedNumbers, PackedPart } from '../payloads/net.js';
import type { Pad, PackedReference, PadLayer } from '../payloads/pad.js';
import { base64 } from '../payloads/base64.js';
import { count, percent, words } from '../page/format.js';
import type { Experiment, HiddenLayer } from './experiment.js';

/** Most bytes of a net that a page holds; in base64 they are a third more. */
const MOST_BYTES = 6 << 20;

/**
 * The draw pad's data, or why there is none, in words.
 * @param packReference of the last hidden layer
 */
export async function padOf(
  experiment: Experiment,
  packReference: (last: HiddenLayer) => Promise<PackedReference>,
): Promise<Pad | string> {
  const unlike = unlikeStrokes(experiment.images);
  if (unlike) return unlike;
  const { name, features, map, network } = experiment;
  const net: TrainedNet = { name, dataset: features.dataset, map, net: network };
  const bytes = bytesOf(net);
  if (bytes > MOST_BYTES)
    return words`its net and preprocessing take ${count(bytes / 1e6)} MB, and a page holds
      ${count(MOST_BYTES / 1e6)} MB at most; npx layerwise export ${name} --format js writes it as a module`;
  const last = experiment.train.hidden.at(-1);
  const reference = last && experiment.train.rows >= 2 && packReference(last);
  const layers = experiment.train.hidden.map((layer) => padLayer(layer, experiment));
  return {
    net: packed(net),
    layers,
    ...(reference && { reference: await reference }),
  };
}

const LOOKED_AT = 300;
const FRAME = 0.8;
const WIDEST = 0.3;

/** Why images are not strokes on a plain dark ground, so that a drawing would be like none of them. */
function unlikeStrokes({ width, height, train }: Experiment['images']): string | undefined {
  if (width !== height) return `the images are not square (${width} × ${height})`;
  if (train.rows === 0) return 'there are no training images to compare a drawing with';
  const size = width * height;
  const rows = Array.from({ length: Math.min(LOOKED_AT, train.rows) }, (_, i) =>
    Math.floor((i * train.rows) / Math.min(LOOKED_AT, train.rows)),
  );
  const images = rows.map((i) => train.of(i));
  const plain =
    images.filter((pixels) =>
      pixels.every(
        (value, p) => value < 64 || (p % width !== 0 && p % width !== width - 1 && p >= width && p < size - width),
      ),
    ).length / images.length;
  if (plain < FRAME)
    return words`only ${percent(plain, 0)} of the training images have a plain dark edge, so a drawing on an empty
      ground would be like few of them`;
  const pens = images.map((pixels) => {
    const ink = { width, height, data: Float32Array.from(pixels, (value) => value / 255) };
    const bounds = boundsOf(ink);
    return bounds ? penWidth(ink) / Math.max(bounds.width, bounds.height) : 0;
  });
  const pen = pens.sort((a, b) => a - b)[pens.length >> 1];
  return pen > WIDEST
    ? `the images are filled shapes, not strokes: their parts are ${percent(pen, 0)} as wide as the whole is long`
    : undefined;
}

function bytesOf({ map, net }: TrainedNet): number {
  const projections = map.steps.reduce(
    (sum, step) => sum + (step.kind === 'project' ? 8 * (step.components.length + step.mean.length) : 0),
    0,
  );
  return net.layers.reduce((sum, { kernel, bias }) => sum + 4 * (kernel.length + bias.length), projections);
}

function packed({ name, dataset, map, net }: TrainedNet): PackedNet {
  const opened = (value: unknown): unknown =>
    value instanceof Float32Array || value instanceof Float64Array ? numbers(value) : value;
  const each = (parts: readonly object[]): PackedPart[] =>
    parts.map((part) => Object.fromEntries(Object.entries(part).map(([key, value]) => [key, opened(value)])));
  return { name, dataset, map: { ...map, steps: each(map.steps) }, net: { ...net, layers: each(net.layers) } };
}

function numbers(values: Float32Array | Float64Array): PackedNumbers {
  const text = base64(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return values instanceof Float32Array ? { f32: text } : { f64: text };
}

function padLayer({ width, data, ...of }: HiddenLayer, { dataset }: Experiment): PadLayer {
  const K = dataset.classes.length;
  const largest = new Float32Array(width);
  const sums = new Float64Array(K * width);
  const rows = new Float64Array(K);
  for (let i = 0; i < of.rows; i++) {
    const c = of.label[i];
    rows[c] = rows[c] + 1;
    for (let h = 0; h < width; h++) {
      const value = data[i * width + h];
      largest[h] = Math.max(largest[h], Math.abs(value));
      sums[c * width + h] = sums[c * width + h] + value;
    }
  }
  const mean = (c: number, h: number): number => (rows[c] ? sums[c * width + h] / rows[c] : -Infinity);
  const home = Array.from({ length: width }, (_, h) =>
    Array.from(rows.keys()).reduce((best, c) => (mean(c, h) > mean(best, h) ? c : best), 0),
  );
  return { largest: base64(new Uint8Array(largest.buffer)), home };
}
