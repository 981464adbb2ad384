import type { ActivationName } from '@layerwise/nets/activations';

/** A dense hidden layer. */
export interface HiddenLayer {
  readonly units: number;
  readonly activation: ActivationName;
  /** Share of the units left out at each training step, in [0, 1); what is kept grows by 1 / (1 - dropout). */
  readonly dropout: number;
  /** L2 penalty: l2 times the sum of the squared kernel weights is added to the loss. */
  readonly l2: number;
}

/** A dense net: D inputs, hidden layers, a softmax over K classes trained on cross-entropy. */
export interface Network {
  readonly inputs: number;
  readonly inputDropout: number;
  readonly hidden: readonly HiddenLayer[];
  readonly classes: number;
}

/** One layer's weights: kernel float32[in * out] row by row (in x out, as Keras), bias float32[out]. */
export interface LayerWeights {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Value used in computation = stored value * factor + offset, for all columns or each (float32 arithmetic). */
export interface Scale {
  readonly factor: number | readonly number[];
  readonly offset: number | readonly number[];
}

/** N rows of D stored numbers, row by row, with their class indices uint16[N]. */
export interface LabelledRows {
  readonly values: Uint8Array | Float32Array;
  readonly labels: Uint16Array;
}

/** The same rows where they are not in memory, but read as they are needed. */
export interface RowSource {
  readonly dtype: 'uint8' | 'float32';
  readonly labels: Uint16Array;
  /** Rows [from, to), row by row; may be overwritten by the next call. */
  read(from: number, to: number): Promise<Uint8Array | Float32Array>;
}

/** Widths from the inputs to the classes: [D, H1, …, K]. */
export function widths(network: Network): number[] {
  return [network.inputs, ...network.hidden.map((layer) => layer.units), network.classes];
}

/** Number of trainable numbers. */
export function parameterCount(network: Network): number {
  const sizes = widths(network);
  return sizes.slice(1).reduce((sum, out, l) => sum + (sizes[l] + 1) * out, 0);
}

/** @throws RangeError naming what is wrong with a net's sizes and rates */
export function checkNetwork(network: Network): void {
  const whole = (name: string, value: number): void => {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} must be a whole number of at least 1, got ${value}`);
  };
  const rate = (name: string, value: number): void => {
    if (!(value >= 0 && value < 1)) throw new RangeError(`${name} must be in [0, 1), got ${value}`);
  };
  whole('inputs', network.inputs);
  whole('classes', network.classes);
  rate('inputDropout', network.inputDropout);
  network.hidden.forEach((layer, l) => {
    whole(`hidden[${l}].units`, layer.units);
    rate(`hidden[${l}].dropout`, layer.dropout);
    if (!(layer.l2 >= 0 && layer.l2 < Infinity))
      throw new RangeError(`hidden[${l}].l2 must be a number of at least 0, got ${layer.l2}`);
  });
}

/** @throws RangeError naming the set and what is wrong with its lengths, labels or values */
export async function checkRows(name: string, rows: LabelledRows | RowSource, network: Network): Promise<void> {
  const { inputs, classes } = network;
  const { labels } = rows;
  if ('values' in rows && rows.values.length !== labels.length * inputs)
    throw new RangeError(
      `rows '${name}': ${labels.length} labels and ${inputs} columns need ${labels.length * inputs} values, got ${rows.values.length}`,
    );
  for (let r = 0; r < labels.length; r++) {
    if (labels[r] >= classes)
      throw new RangeError(`rows '${name}': the label of row ${r} must be below ${classes}, got ${labels[r]}`);
  }
  const source = sourceOf(rows, inputs);
  if (source.dtype === 'uint8') return;
  for await (const { from, values } of blocksOf(source, inputs)) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new RangeError(
        `rows '${name}': every value must be a finite number, got ${values[bad]} in row ${from + Math.floor(bad / inputs)}, column ${bad % inputs}`,
      );
  }
}

/** Rows as a source of D columns. */
export function sourceOf(rows: LabelledRows | RowSource, columns: number): RowSource {
  if ('read' in rows) return rows;
  const { values, labels } = rows;
  return {
    dtype: values instanceof Uint8Array ? 'uint8' : 'float32',
    labels,
    read: (from, to) => Promise.resolve(values.subarray(from * columns, to * columns)),
  };
}

/** Bytes of rows that are taken from a source at once. */
const BLOCK_BYTES = 1 << 20;

/** Most rows of D columns in a block of {@link blocksOf}. */
export function rowsOfBlock({ dtype }: Pick<RowSource, 'dtype'>, columns: number): number {
  return Math.max(1, Math.floor(BLOCK_BYTES / (columns * (dtype === 'uint8' ? 1 : 4))));
}

/** The rows of a source in order, a block at a time. */
export async function* blocksOf(
  source: RowSource,
  columns: number,
): AsyncGenerator<{ readonly from: number; readonly rows: number; readonly values: Uint8Array | Float32Array }> {
  const most = rowsOfBlock(source, columns);
  for (let from = 0; from < source.labels.length; from += most) {
    const rows = Math.min(most, source.labels.length - from);
    yield { from, rows, values: await source.read(from, from + rows) };
  }
}

/** The scale as two float32[D] arrays. @throws RangeError when its length or a number does not fit */
export function expandScale({ factor, offset }: Scale, inputs: number): { factor: Float32Array; offset: Float32Array } {
  const expand = (name: string, given: number | readonly number[]): Float32Array => {
    if (typeof given !== 'number' && given.length !== inputs)
      throw new RangeError(`scale.${name} must hold ${inputs} numbers, one for each column, got ${given.length}`);
    const filled = typeof given === 'number' ? new Float32Array(inputs).fill(given) : Float32Array.from(given);
    const bad = filled.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new RangeError(`scale.${name} must be finite, got ${filled[bad]} for column ${bad}`);
    return filled;
  };
  return { factor: expand('factor', factor), offset: expand('offset', offset) };
}
