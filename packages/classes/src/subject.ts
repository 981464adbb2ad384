import { LayerwiseError, openFeatures, type FeatureRows, type MatrixRows, type Warning } from '@layerwise/contracts';
import { spread } from '@layerwise/kernels/ranking';
import { sharedBytes } from '@layerwise/kernels/threads';
import { readFeatureMap, readModel, type DenseNet, type FeatureMap } from '@layerwise/nets';
import { gather, heldCount } from './gather.js';
import { intensities, pixelNet, pointOf, sumsOf, WHITE, type PixelNet, type Start } from './net.js';
import type { ClassesContext } from './params.js';

/** Activations of a hidden layer: float32[rows][width]. */
export interface LayerValues {
  readonly data: Float32Array;
  readonly width: number;
}

/** Rows of a split with what the net makes of them, in memory that threads share. */
export interface Rows {
  readonly split: 'train' | 'validation' | 'test';
  readonly count: number;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
  /** [count][P] as stored. */
  readonly images: Uint8Array | Float32Array;
  readonly hidden: readonly LayerValues[];
  /** float64[count][K] */
  readonly logits: Float64Array;
}

/** A net and the rows it is looked at on. */
export interface Looked extends Start {
  readonly names: readonly string[];
  readonly width: number;
  readonly height: number;
  /** What is chosen, ranked and worded comes from these. */
  readonly train: Rows;
  /** What is said of effects comes from these: the test rows, without any the validation rows, else the training rows. */
  readonly held: Rows;
}

/** Everything that is looked at. */
export interface Subject extends Looked {
  /** The net as it was trained, and how its features come from pixels. */
  readonly model: DenseNet;
  readonly map: FeatureMap;
}

/** Opens and checks the inputs. @throws LayerwiseError DATA_INVALID where they do not belong together */
export async function readSubject({ inputs, warn }: Pick<ClassesContext, 'inputs' | 'warn'>): Promise<Subject> {
  const { info, map } = await readFeatureMap('the experiment', inputs.features);
  const model = await readModel(inputs.model);
  if (model.inputs !== info.columns)
    throw unfit("the model's inputs must be as many as the features", `${model.inputs} and ${info.columns}`);
  const { classes: names, width, height } = info.dataset;
  if (model.classes !== names.length)
    throw unfit(`the model must have an output for each of ${names.length} classes`, String(model.classes));
  const net = pixelNet(model, map);
  const train = await readRows(inputs, 'train', model, net, warn);
  if (train.count === 0) throw unfit('there must be training rows', 'none');
  const held = await heldRows(inputs, train, model, net, warn);
  const mean = meanImage(train, net.pixels);
  return { names, width, height, net, train, held, mean, baseline: pointOf(net, mean), model, map };
}

async function heldRows(
  inputs: ClassesContext['inputs'],
  train: Rows,
  model: DenseNet,
  net: PixelNet,
  warn: ClassesContext['warn'],
): Promise<Rows> {
  for (const split of ['test', 'validation'] as const) {
    const rows = await readRows(inputs, split, model, net, warn);
    if (rows.count > 0) return rows;
  }
  return train;
}

async function readRows(
  { pixels, activations }: ClassesContext['inputs'],
  split: Rows['split'],
  model: DenseNet,
  net: PixelNet,
  warn: ClassesContext['warn'],
): Promise<Rows> {
  const table = await activations.rows(split);
  const images = await openFeatures(pixels, split, net.pixels).catch(async (error: unknown) => {
    await table.close();
    throw error;
  });
  try {
    if (images.count !== table.rows)
      throw unfit(`there must be an image for each row of ${split}.arrow`, `${images.count} and ${table.rows}`);
    const widths = widthsOf(table, model);
    const perRow = widths.reduce((sum, width) => sum + 4 * width, 0) + bytesOfImage(images) + 8 * net.classes;
    const count = heldCount(split, table.rows, perRow);
    if (count < table.rows) warn(sampleWarning(split, count, table.rows));
    return await gatherSplit(split, table, images, spread(table.rows, count), widths, net);
  } finally {
    await table.close();
    await images.close();
  }
}

function sampleWarning(split: string, count: number, rows: number): Warning {
  return {
    code: 'ROWS_SAMPLED',
    message: `classes: ${count} of the ${rows} ${split} rows, evenly spaced, stand for all, since what the net makes of all would not fit in memory`,
  };
}

function bytesOfImage({ columns, dtype }: FeatureRows): number {
  return columns * (dtype === 'uint8' ? 1 : 4);
}

/** Widths of the hidden layers, which the activations must have. */
function widthsOf({ columns }: MatrixRows, { layers }: DenseNet): number[] {
  return layers.slice(0, -1).map(({ units }, l) => {
    const name = `hidden${l + 1}`;
    const width = Object.hasOwn(columns, name) ? columns[name].width : undefined;
    if (width !== units)
      throw unfit(`activations must have a column ${name} of width ${units}`, String(width ?? 'none'));
    return width;
  });
}

async function gatherSplit(
  split: Rows['split'],
  table: MatrixRows,
  { columns: P, dtype, read }: FeatureRows,
  rows: Uint32Array,
  widths: readonly number[],
  net: PixelNet,
): Promise<Rows> {
  const count = rows.length;
  const column = async <T extends Column>(name: string, width: number, data: T): Promise<T> => {
    await gather((from, to) => table.read(name, from, to), width, rows, data);
    return data;
  };
  const hidden: LayerValues[] = [];
  for (const [l, width] of widths.entries())
    hidden.push({
      data: await column(`hidden${l + 1}`, width, new Float32Array(sharedBytes(count * width, 4))),
      width,
    });
  const label = await column('label', 1, new Uint16Array(sharedBytes(count, 2)));
  const predicted = await column('predicted', 1, new Uint16Array(sharedBytes(count, 2)));
  for (const data of [label, predicted]) {
    const beyond = data.find((c) => c >= net.classes);
    if (beyond !== undefined) throw unfit(`classes must be below ${net.classes}`, String(beyond));
  }
  const images =
    dtype === 'uint8' ? new Uint8Array(sharedBytes(count * P, 1)) : new Float32Array(sharedBytes(count * P, 4));
  await gather(read, P, rows, images);
  const id = await column('id', 1, new Uint32Array(sharedBytes(count, 4)));
  return { split, count, id, label, predicted, images, hidden, logits: logitsOfRows(net, hidden, images, count) };
}

type Column = Float32Array | Uint16Array | Uint32Array;

/** float64[rows][K]: what the last layer makes of the activations before it, or of the pixels. */
function logitsOfRows(
  net: PixelNet,
  hidden: readonly LayerValues[],
  images: Rows['images'],
  rows: number,
): Float64Array {
  const last = net.layers[net.layers.length - 1];
  const K = last.units;
  const before = hidden.at(-1);
  const logits = new Float64Array(sharedBytes(rows * K, 8));
  const [out, image] = [new Float64Array(K), new Float64Array(net.pixels)];
  for (let r = 0; r < rows; r++) {
    const input = before
      ? before.data.subarray(r * before.width, (r + 1) * before.width)
      : intensities(images, r, net.pixels, image);
    logits.set(sumsOf(last, input, out), r * K);
  }
  return logits;
}

/** float64[P]: intensities summed row by row. */
export function meanImage(
  { images, count }: Pick<Rows, 'images' | 'count'>,
  P: number,
  only?: ArrayLike<number>,
): Float64Array {
  const sum = new Float64Array(P);
  const rows = only?.length ?? count;
  for (let n = 0; n < rows; n++) {
    const from = (only ? only[n] : n) * P;
    if (images instanceof Uint8Array) for (let p = 0; p < P; p++) sum[p] += images[from + p];
    else for (let p = 0; p < P; p++) sum[p] += Math.min(WHITE, Math.max(0, images[from + p]));
  }
  return sum.map((value) => (rows === 0 ? 0 : value / WHITE / rows));
}

/** float64[width]: mean activations of some rows; zeros of none. */
export function meanValues({ data, width }: LayerValues, rows: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(width);
  for (let n = 0; n < rows.length; n++) for (let h = 0, at = rows[n] * width; h < width; h++, at++) sum[h] += data[at];
  return sum.map((value) => (rows.length === 0 ? 0 : value / rows.length));
}

/** What was found of some rows, which do not change. */
const sorted = new WeakMap<Rows, Map<boolean, readonly Uint32Array[]>>();

/** Rows of each class, ascending. @param right only those told right */
export function rowsByClass(rows: Rows, K: number, right: boolean): readonly Uint32Array[] {
  const known = sorted.get(rows) ?? new Map<boolean, readonly Uint32Array[]>();
  sorted.set(rows, known);
  const found = known.get(right) ?? sortRows(rows, K, right);
  known.set(right, found);
  return found;
}

function sortRows({ count, label, predicted }: Rows, K: number, right: boolean): readonly Uint32Array[] {
  const rows: number[][] = Array.from({ length: K }, () => []);
  for (let r = 0; r < count; r++) if (!right || label[r] === predicted[r]) rows[label[r]].push(r);
  return rows.map((own) => Uint32Array.from(own));
}

/** At most `most` of some rows, evenly spaced. */
export function sample(rows: Uint32Array, most: number): Uint32Array {
  const count = Math.min(rows.length, Math.max(1, Math.floor(most)));
  return Uint32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);
}

function unfit(rule: string, got: string): LayerwiseError {
  return new LayerwiseError('DATA_INVALID', `classes: ${rule}, got ${got}`, {
    remedy: 'give the artifacts of one experiment',
  });
}
