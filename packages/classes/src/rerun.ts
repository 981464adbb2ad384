import { glorotUniform, networkOf } from '@layerwise/kernels/train';
import { largest, logitsOf, pixelNet, pointOf, intensities, type PixelNet } from './net.js';
import { sample, type Looked, type Rows, type Subject } from './subject.js';

/** Rows that another net is run on, of the training rows and of the held ones. */
const TRAIN_ROWS = 4000;
const HELD_ROWS = 2000;

/** A net of the same form that was never trained: first weights drawn by a seed. */
export function untrained({ model, map }: Subject, seed: Uint32Array): PixelNet {
  const weights = glorotUniform(networkOf(model), seed);
  return pixelNet({ ...model, layers: model.layers.map((layer, l) => ({ ...layer, ...weights[l] })) }, map);
}

/** The same experiment with another net, on a sample of the rows. */
export function rerunSubject(subject: Looked, net: PixelNet): Looked {
  const train = rerun(net, subject.train, TRAIN_ROWS);
  const held = subject.held === subject.train ? train : rerun(net, subject.held, HELD_ROWS);
  return { ...subject, net, train, held, baseline: pointOf(net, subject.mean) };
}

function rerun(net: PixelNet, rows: Rows, most: number): Rows {
  const { classes: K, pixels: P, layers } = net;
  const chosen = sample(
    Uint32Array.from({ length: rows.count }, (_, r) => r),
    most,
  );
  const n = chosen.length;
  const images = rows.images instanceof Uint8Array ? new Uint8Array(n * P) : new Float32Array(n * P);
  const hidden = layers.slice(0, -1).map(({ units }) => ({ data: new Float32Array(n * units), width: units }));
  const logits = new Float64Array(n * K);
  const predicted = new Uint16Array(n);
  chosen.forEach((row, i) => {
    images.set(rows.images.subarray(row * P, (row + 1) * P), i * P);
    const point = pointOf(net, intensities(rows.images, row, P));
    point.hidden.forEach((values, l) => hidden[l].data.set(values, i * values.length));
    logits.set(logitsOf(point), i * K);
    predicted[i] = largest(logitsOf(point));
  });
  return {
    split: rows.split,
    count: n,
    id: Uint32Array.from(chosen, (row) => rows.id[row]),
    label: Uint16Array.from(chosen, (row) => rows.label[row]),
    predicted,
    images,
    hidden,
    logits,
  };
}
