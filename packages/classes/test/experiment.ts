import type { FeaturesInfo } from '@layerwise/contracts';
import { MemoryArtifact } from '@layerwise/conformance';
import { Random } from '@layerwise/kernels/random';
import { ACTIVATIONS, FLOAT64, layersModel, type ActivationName, type DenseLayer } from '@layerwise/nets';

/** Width and height of an image. */
export const SIDE = 4;
/** P: pixels of an image. */
export const P = SIDE * SIDE;
/** K: classes. */
export const K = 3;
/** Rows of each split. */
export const ROWS = { train: 150, validation: 20, test: 90 } as const;
type Split = keyof typeof ROWS;

/** A hidden layer of the net of an experiment. */
export interface Hidden {
  readonly units: number;
  readonly activation: ActivationName;
}

/** Images of a split. */
export interface Images {
  /** [rows][P] stored pixels. */
  readonly stored: Uint8Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
}

/** A small experiment whose artifacts belong together, and what its net computes, in the plainest way. */
export interface SmallExperiment {
  readonly inputs: Record<'pixels' | 'features' | 'model' | 'activations', MemoryArtifact>;
  readonly splits: Readonly<Record<Split, Images>>;
  /** Activations of each hidden layer, then the logits, of an image of P intensities. */
  readonly run: (image: ArrayLike<number>) => number[][];
  /** The same from the activations of hidden layer `l`, counted from 0, on: those of later layers and the logits. */
  readonly onward: (l: number, values: readonly number[]) => number[][];
}

const dataset = {
  name: 'squares',
  width: SIDE,
  height: SIDE,
  classes: ['one', 'two', 'three'],
  origin: 'made for a test',
};
const scale = {
  factor: Array.from({ length: P }, (_, p) => (1 + p / P) / 255),
  offset: Array.from({ length: P }, (_, p) => -0.1 * (p % 3)),
};
const scaled = (image: ArrayLike<number>): number[] =>
  Array.from(image, (value, p) => value * 255 * scale.factor[p] + scale.offset[p]);

interface Origin {
  readonly info: Omit<FeaturesInfo, 'dataset'>;
  readonly features: (image: ArrayLike<number>) => number[];
  readonly files?: (artifact: MemoryArtifact) => Promise<void>;
}

function originOf(origin: FeaturesInfo['origin'], random: Random): Origin {
  if (origin === 'pixels') return { info: { origin, columns: P, scale }, features: scaled };
  if (origin === 'selected') {
    const selected = [1, 4, 5, 6, 9, 10, 11, 14];
    const [factor, offset] = [selected.map((p) => scale.factor[p]), selected.map((p) => scale.offset[p])];
    return {
      info: { origin, columns: selected.length, scale: { factor, offset }, selected, sourceScale: scale },
      features: (image) => selected.map((p) => scaled(image)[p]),
    };
  }
  const rows = 5;
  const component = Float64Array.from({ length: rows * P }, () => random.float() - 0.5);
  const mean = Float64Array.from({ length: P }, () => random.float());
  return {
    info: { origin, columns: rows, scale: { factor: 1, offset: 0 }, sourceScale: scale, explained: 0.9 },
    features: (image) =>
      Array.from({ length: rows }, (_, k) =>
        scaled(image).reduce((sum, x, p) => sum + (x - mean[p]) * component[k * P + p], 0),
      ),
    files: async (artifact) => {
      await artifact.matrix('components', {
        rows,
        columns: {
          component: { data: component, width: P },
          variance: { data: new Float64Array(rows), width: 1 },
          ratio: { data: new Float64Array(rows), width: 1 },
        },
      });
      await artifact.matrix('mean', { rows: 1, columns: { mean: { data: mean, width: P } } });
    },
  };
}

/** Three classes of 4 x 4 images through a net of random weights. */
export async function smallExperiment(
  origin: FeaturesInfo['origin'],
  hidden: readonly Hidden[],
): Promise<SmallExperiment> {
  const random = new Random(Uint32Array.of(2, 7, 1, 8));
  const { info, features, files } = originOf(origin, random);
  const widths = [info.columns, ...hidden.map(({ units }) => units), K];
  const layers = widths.slice(1).map((units, l): DenseLayer => ({
    name: l < hidden.length ? `hidden${l + 1}` : 'output',
    inputs: widths[l],
    units,
    activation: hidden[l]?.activation ?? 'softmax',
    kernel: Float32Array.from({ length: widths[l] * units }, () => (random.float() * 2 - 1) * 1.4),
    bias: Float32Array.from({ length: units }, () => random.float() - 0.5),
    hasBias: true,
    inputDropout: 0,
  }));
  const through = (from: number, input: readonly number[]): number[][] => {
    const found: number[][] = [];
    let x = input;
    for (const { units, kernel, bias, activation } of layers.slice(from)) {
      const sums = Array.from({ length: units }, (_, j) =>
        x.reduce((sum, value, i) => sum + value * kernel[i * units + j], bias[j]),
      );
      x = activation === 'softmax' ? sums : sums.map((z) => ACTIVATIONS[activation].apply(z, FLOAT64));
      found.push([...x]);
    }
    return found;
  };
  const run = (image: ArrayLike<number>): number[][] => through(0, features(image));
  // Every class is told about as often as each other.
  const drawn = Array.from({ length: 200 }, () => run(Array.from({ length: P }, () => random.float() * 0.6)));
  const output = layers[hidden.length];
  for (let k = 0; k < K; k++)
    output.bias[k] -= drawn.reduce((sum, all) => sum + all[hidden.length][k], 0) / drawn.length;
  const pixels = new MemoryArtifact('features');
  const activations = new MemoryArtifact('activations');
  const splits: Record<string, Images> = {};
  for (const [split, rows] of Object.entries(ROWS)) {
    const stored = Uint8Array.from({ length: rows * P }, (_, i) =>
      random.below(3) === 0 ? 0 : (i % 5) % K === Math.floor(i / P) % K ? 120 + random.below(136) : random.below(160),
    );
    const outputs = Array.from({ length: rows }, (_, r) =>
      run(Array.from(stored.subarray(r * P, (r + 1) * P), (v) => v / 255)),
    );
    const predicted = Uint16Array.from(outputs, (all) => all[hidden.length].indexOf(Math.max(...all[hidden.length])));
    // Most rows are told right, as by a trained net.
    const label = predicted.map((told) => (random.below(6) === 0 ? random.below(K) : told));
    const id = { data: Uint32Array.from({ length: rows }, (_, r) => 1000 + r), width: 1 };
    const common = { id, label: { data: label, width: 1 } };
    await pixels.matrix(split, { rows, columns: { ...common, features: { data: stored, width: P } } });
    await activations.matrix(split, {
      rows,
      columns: {
        ...common,
        predicted: { data: predicted, width: 1 },
        probabilities: { data: Float32Array.from({ length: rows * K }, () => 1 / K), width: K },
        ...Object.fromEntries(
          hidden.map(({ units }, l) => [
            `hidden${l + 1}`,
            { data: Float32Array.from(outputs.flatMap((all) => all[l])), width: units },
          ]),
        ),
      },
    });
    splits[split] = { stored, label, predicted };
  }
  await pixels.json('features', { origin: 'pixels', columns: P, scale, dataset } satisfies FeaturesInfo);
  const reduced = new MemoryArtifact('features');
  await reduced.json('features', { ...info, dataset } satisfies FeaturesInfo);
  await files?.(reduced);
  const model = new MemoryArtifact('model');
  const made = layersModel({ inputs: info.columns, classes: K, layers }, { l2: [] }, {});
  await model.json('model', made.model);
  await model.bytes('weights.bin', made.bytes);
  return {
    inputs: { pixels, features: origin === 'pixels' ? pixels : reduced, model, activations },
    splits: splits as Record<Split, Images>,
    run,
    onward: (l, values) => through(l + 1, values),
  };
}

/** Intensities of one image. */
export function imageOf({ stored }: Images, row: number): Float64Array {
  return Float64Array.from(stored.subarray(row * P, (row + 1) * P), (value) => value / 255);
}

/** The mean training image. */
export function meanOf({ splits: { train } }: SmallExperiment): Float64Array {
  return Float64Array.from(
    { length: P },
    (_, p) =>
      Array.from({ length: ROWS.train }, (_row, r) => imageOf(train, r)[p]).reduce((a, b) => a + b) / ROWS.train,
  );
}
