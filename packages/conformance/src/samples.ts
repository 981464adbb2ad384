import type { Column, DatasetInfo, EmbeddingView, Evaluation, FeaturesInfo } from '@layerwise/contracts';
import type { Sizes } from './checks.js';
import { MemoryArtifact } from './memory.js';

/** Side of the sample images. */
const SIDE = 8;
const COLUMNS = SIDE * SIDE;
const CLASSES = 10;
/** Widths of the sample net's hidden layers. */
const HIDDEN = [6, 2];
const SPLITS = ['train', 'validation', 'test'] as const;

const dataset: DatasetInfo = {
  name: 'sample',
  width: SIDE,
  height: SIDE,
  classes: Array.from({ length: CLASSES }, (_, k) => String(k)),
  origin: 'Made for tests.',
};

/** A whole number of 0 … n-1 that only depends on the others (a multiplicative hash). */
function dice(n: number, ...keys: readonly number[]): number {
  let h = 2_166_136_261;
  for (const key of keys) {
    h = Math.imul(h ^ key, 0x85ebca6b);
    h ^= h >>> 13;
  }
  return (Math.imul(h, 0xc2b2ae35) >>> 8) % n;
}

interface Rows {
  readonly rows: number;
  readonly columns: { readonly id: Column<Uint32Array>; readonly label: Column<Uint16Array> };
}

/** Row numbers and classes of a split; every class appears once there are ten rows. */
function labelled(rows: number): Rows {
  const id = Uint32Array.from({ length: rows }, (_, row) => row);
  return {
    rows,
    columns: { id: { data: id, width: 1 }, label: { data: Uint16Array.from(id, (row) => row % CLASSES), width: 1 } },
  };
}

/** Images of which a third of the pixels tell the class, the others are noise, and most are 0. */
function pixels(rows: number, salt: number): Column<Uint8Array> {
  const data = Uint8Array.from({ length: rows * COLUMNS }, (_, i) => {
    const [row, column] = [Math.floor(i / COLUMNS), i % COLUMNS];
    if (column % 3 === 0 && dice(4, row % CLASSES, column) === 0) return 120 + dice(136, salt, row, column);
    return dice(12, salt, row, column, 1) === 0 ? dice(256, salt, row, column, 2) : 0;
  });
  return { data, width: COLUMNS };
}

/** An artifact of kind `dataset`: 8 x 8 images of 10 classes. */
export async function sampleDataset({ train, validation, test }: Sizes): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('dataset');
  for (const [salt, [name, rows]] of [
    ['train', train + validation],
    ['test', test],
  ].entries()) {
    const split = labelled(rows as number);
    await artifact.matrix(name as string, {
      rows: split.rows,
      columns: { ...split.columns, pixels: pixels(split.rows, salt) },
    });
  }
  await artifact.json('dataset', dataset);
  return artifact;
}

/** An artifact of kind `features`: the pixels of {@link sampleDataset}'s images as uint8, to be divided by 255. */
export async function sampleFeatures(sizes: Sizes): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('features');
  for (const [salt, name] of SPLITS.entries()) {
    const split = labelled(sizes[name]);
    await artifact.matrix(name, {
      rows: split.rows,
      columns: { ...split.columns, features: pixels(split.rows, salt) },
    });
  }
  const info: FeaturesInfo = { origin: 'pixels', columns: COLUMNS, scale: { factor: 1 / 255, offset: 0 }, dataset };
  await artifact.json('features', info);
  return artifact;
}

/** An artifact of kind `model`: a LayersModel 64-6-2-10 with a history of three epochs. */
export async function sampleModel(): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('model');
  const widths = [COLUMNS, ...HIDDEN, CLASSES];
  const names = [...HIDDEN.map((_, layer) => `hidden${layer + 1}`), 'output'];
  const weights = names.flatMap((name, layer) => [
    { name: `${name}/kernel`, shape: [widths[layer], widths[layer + 1]], dtype: 'float32' },
    { name: `${name}/bias`, shape: [widths[layer + 1]], dtype: 'float32' },
  ]);
  const total = weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const values = Float32Array.from({ length: total }, (_, i) => (dice(2001, i, 77) - 1000) / 2000);
  await artifact.bytes('weights.bin', new Uint8Array(values.buffer));
  const layers = names.map((name, layer) => ({
    class_name: 'Dense',
    config: {
      name,
      units: widths[layer + 1],
      activation: name === 'output' ? 'softmax' : 'relu',
      use_bias: true,
      trainable: true,
      dtype: 'float32',
      ...(layer === 0 ? { batch_input_shape: [null, COLUMNS] } : {}),
    },
  }));
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 'sample', layers },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  await artifact.json('model', {
    format: 'layers-model',
    generatedBy: 'layerwise',
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  });
  await artifact.table('history', {
    epoch: { type: 'int32', values: [1, 2, 3] },
    loss: { type: 'float64', values: [2.2, 1.9, 1.7] },
    accuracy: { type: 'float64', values: [0.2, 0.3, 0.4] },
    valLoss: { type: 'float64', values: [2.1, 1.9, 1.8] },
    valAccuracy: { type: 'float64', values: [0.2, 0.25, 0.3] },
  });
  const score = { accuracy: 0.3, loss: 1.8 };
  const evaluation: Evaluation = {
    train: score,
    validation: score,
    test: score,
    params: total,
    features: COLUMNS,
    epochs: 3,
    bestEpoch: 3,
    stoppedEarly: false,
    hidden: HIDDEN,
    deadUnits: HIDDEN.map(() => []),
  };
  await artifact.json('evaluation', evaluation);
  return artifact;
}

/** An artifact of kind `activations`: two hidden layers, of 6 and 2 nodes, a fifth of the rows predicted wrongly. */
export async function sampleActivations(sizes: Sizes): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('activations');
  for (const [salt, name] of SPLITS.entries()) {
    const split = labelled(sizes[name]);
    const predicted = split.columns.label.data.map((label, row) =>
      dice(5, salt, row, 5) === 0 ? dice(CLASSES, salt, row, 6) : label,
    );
    const probabilities = Float32Array.from({ length: split.rows * CLASSES }, (_, i) =>
      i % CLASSES === predicted[Math.floor(i / CLASSES)] ? 0.55 : 0.05,
    );
    const hidden = HIDDEN.map((width, layer): [string, Column] => {
      const data = Float32Array.from({ length: split.rows * width }, (_, i) =>
        Math.max(
          0,
          (dice(1000, split.columns.label.data[Math.floor(i / width)], i % width, layer) +
            dice(400, salt, i, layer) -
            500) /
            300,
        ),
      );
      return [`hidden${layer + 1}`, { data, width }];
    });
    const columns = {
      ...split.columns,
      predicted: { data: predicted, width: 1 },
      probabilities: { data: probabilities, width: CLASSES },
      ...Object.fromEntries(hidden),
    };
    await artifact.matrix(name, { rows: split.rows, columns });
  }
  return artifact;
}

/** An artifact of kind `embedding`: the second hidden layer of {@link sampleActivations}' training rows, node against node. */
export async function sampleEmbedding(sizes: Sizes): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('embedding');
  const { rows, columns } = await (await sampleActivations(sizes)).matrix('train');
  const { id, label, predicted, hidden2 } = columns as Record<string, Column>;
  await artifact.matrix('hidden2-nodes', {
    rows,
    columns: { id: id, label: label, predicted: predicted, position: hidden2 },
  });
  const view: EmbeddingView = {
    name: 'hidden2-nodes',
    method: 'columns',
    source: 'hidden2',
    split: 'train',
    dimensions: 2,
    rows,
    columns: [0, 1],
  };
  await artifact.json('views', [view]);
  return artifact;
}
