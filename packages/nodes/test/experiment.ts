import type { FeaturesInfo } from '@layerwise/contracts';
import { MemoryArtifact } from '@layerwise/conformance';
import { Random } from '@layerwise/kernels/random';

const SIDE = 4;
/** P: pixels of an image. */
export const P = SIDE * SIDE;
/** K: classes. */
export const K = 3;
/** N: training rows. */
export const N = 240;

/** A small experiment whose artifacts belong together, and the function that its net computes of stored pixels. */
export interface SmallExperiment {
  readonly inputs: Record<'pixels' | 'features' | 'model' | 'activations', MemoryArtifact>;
  /** Weighted sums of every layer, in order, the last being the logits, of one image of P stored pixels. */
  readonly sums: (stored: ArrayLike<number>) => number[][];
  readonly images: Uint8Array;
  readonly label: Uint16Array;
}

/** Features of each origin, computed from stored pixels in the plainest way. */
interface Origin {
  readonly info: Omit<FeaturesInfo, 'dataset'>;
  readonly features: (stored: ArrayLike<number>) => number[];
  readonly files?: (artifact: MemoryArtifact) => Promise<void>;
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
const scaled = (stored: ArrayLike<number>): number[] =>
  Array.from(stored, (value, p) => value * scale.factor[p] + scale.offset[p]);

function originOf(origin: FeaturesInfo['origin'], random: Random): Origin {
  if (origin === 'pixels') return { info: { origin, columns: P, scale }, features: scaled };
  if (origin === 'selected') {
    const selected = [1, 5, 6, 11, 14];
    return {
      info: {
        origin,
        columns: 5,
        scale: { factor: selected.map((p) => scale.factor[p]), offset: selected.map((p) => scale.offset[p]) },
        selected,
        sourceScale: scale,
      },
      features: (stored) => selected.map((p) => scaled(stored)[p]),
    };
  }
  const rows = 4;
  const component = Float64Array.from({ length: rows * P }, () => random.float() - 0.5);
  const mean = Float64Array.from({ length: P }, () => random.float());
  return {
    info: { origin, columns: rows, scale: { factor: 1, offset: 0 }, sourceScale: scale, explained: 0.9 },
    features: (stored) =>
      Array.from({ length: rows }, (_, k) =>
        scaled(stored).reduce((sum, x, p) => sum + (x - mean[p]) * component[k * P + p], 0),
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

/**
 * Three classes of 4 x 4 images through a net of the given hidden widths (ReLU) with random weights; the last node of each layer doubles
 * the first, the one before is dead.
 */
export async function smallExperiment(
  origin: FeaturesInfo['origin'],
  hidden: readonly number[],
): Promise<SmallExperiment> {
  const random = new Random(Uint32Array.of(3, 1, 4, 1));
  const label = Uint16Array.from({ length: N }, () => random.below(K));
  const images = Uint8Array.from({ length: N * P }, (_, i) =>
    i % K === label[Math.floor(i / P)] ? 120 + random.below(136) : random.below(100),
  );
  const { info, features, files } = originOf(origin, random);
  const widths = [info.columns, ...hidden, K];
  const layers = widths.slice(1).map((units, l) => ({
    inputs: widths[l],
    units,
    kernel: Float32Array.from({ length: widths[l] * units }, () => random.float() * 2 - 1),
    bias: Float32Array.from({ length: units }, () => random.float() / 4),
  }));
  for (const { inputs, units, kernel, bias } of layers.slice(0, -1)) {
    if (units < 3) continue;
    for (let i = 0; i < inputs; i++)
      [kernel[i * units + units - 1], kernel[i * units + units - 2]] = [2 * kernel[i * units], 0];
    [bias[units - 1], bias[units - 2]] = [2 * bias[0], -1];
  }
  const sums = (stored: ArrayLike<number>): number[][] => {
    const found: number[][] = [];
    let x = features(stored);
    for (const { units, kernel, bias } of layers) {
      found.push(
        Array.from({ length: units }, (_, j) =>
          x.reduce((sum, value, i) => sum + value * kernel[i * units + j], bias[j]),
        ),
      );
      x = found[found.length - 1].map((sum) => Math.max(0, sum));
    }
    return found;
  };
  const id = { data: Uint32Array.from({ length: N }, (_, r) => 1000 + r), width: 1 };
  const labels = { data: label, width: 1 };
  const outputs = Array.from({ length: N }, (_, r) => sums(images.subarray(r * P, (r + 1) * P)));
  const predicted = Uint16Array.from(outputs, (all) => all[hidden.length].indexOf(Math.max(...all[hidden.length])));
  const pixels = new MemoryArtifact('features');
  await pixels.matrix('train', { rows: N, columns: { id, label: labels, features: { data: images, width: P } } });
  await pixels.json('features', { origin: 'pixels', columns: P, scale, dataset } satisfies FeaturesInfo);
  const reduced = new MemoryArtifact('features');
  await reduced.json('features', { ...info, dataset } satisfies FeaturesInfo);
  await files?.(reduced);
  const activations = new MemoryArtifact('activations');
  const values = hidden.map(
    (width, l) =>
      [
        `hidden${l + 1}`,
        { data: Float32Array.from(outputs.flatMap((all) => all[l].map((sum) => Math.max(0, sum)))), width },
      ] as const,
  );
  await activations.matrix('train', {
    rows: N,
    columns: {
      id,
      label: labels,
      predicted: { data: predicted, width: 1 },
      probabilities: { data: Float32Array.from(outputs.flatMap((all) => all[hidden.length])), width: 3 },
      ...Object.fromEntries(values),
    },
  });
  return {
    inputs: { pixels, features: origin === 'pixels' ? pixels : reduced, model: await modelOf(layers), activations },
    sums,
    images,
    label,
  };
}

async function modelOf(
  layers: readonly { inputs: number; units: number; kernel: Float32Array; bias: Float32Array }[],
): Promise<MemoryArtifact> {
  const model = new MemoryArtifact('model');
  const weights = layers.flatMap(({ inputs, units }, l) => [
    { name: `dense${l}/kernel`, shape: [inputs, units], dtype: 'float32' },
    { name: `dense${l}/bias`, shape: [units], dtype: 'float32' },
  ]);
  await model.bytes(
    'weights.bin',
    new Uint8Array(Float32Array.from(layers.flatMap(({ kernel, bias }) => [...kernel, ...bias])).buffer),
  );
  const entries = layers.map(({ units }, l) => ({
    class_name: 'Dense',
    config: { name: `dense${l}`, units, activation: l === layers.length - 1 ? 'softmax' : 'relu' },
  }));
  await model.json('model', {
    modelTopology: { class_name: 'Sequential', config: { layers: entries } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  });
  return model;
}
