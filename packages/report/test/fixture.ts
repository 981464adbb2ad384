import { MemoryArtifact } from '@layerwise/conformance';
import type { DatasetInfo, EmbeddingView, Evaluation, FeaturesInfo, MatrixTable } from '@layerwise/contracts';

/** What the small made-up experiment looks like. */
export interface FixtureOptions {
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly hidden?: readonly number[];
  readonly origin?: FeaturesInfo['origin'];
  readonly fallback?: DatasetInfo['fallback'];
  readonly seed?: number;
  /** Class names; by default ten digits. */
  readonly classes?: readonly string[];
  /** Side of the images; 28 by default. */
  readonly side?: number;
  /** Names of the views to make; by default all. */
  readonly views?: readonly string[];
  readonly warnings?: readonly { code: string; message: string }[];
}

/** Side of the images and number of classes. */
interface Shape {
  readonly side: number;
  readonly K: number;
}

/** Small deterministic numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Artifacts of a small experiment with class structure everywhere: a ring of ten classes drawn as blobs. */
export function fixture({
  train = 600,
  validation = 100,
  test = 200,
  hidden = [16],
  origin = 'pixels',
  fallback,
  seed = 1,
  views,
  warnings = [],
  classes = Array.from({ length: 10 }, (_, i) => String(i)),
  side = 28,
}: FixtureOptions = {}) {
  const shape: Shape = { side, K: classes.length };
  const random = generator(seed);
  const noise = (): number => random() + random() + random() - 1.5;
  const file = (rows: number) => rawFile(rows, random, noise, shape);
  const [trainFile, testFile] = [file(train + validation), file(test)];
  const dataset = new MemoryArtifact('dataset');
  const info: DatasetInfo = {
    name: fallback ? 'strokes' : 'rings',
    width: side,
    height: side,
    classes,
    origin: 'blobs on a ring, made for tests',
    ...(fallback && { fallback }),
  };
  dataset.matrices.set('train', imageTable(trainFile, shape));
  dataset.matrices.set('test', imageTable(testFile, shape));
  dataset.values.set('dataset', info);

  const columns = { pixels: side * side, selected: 70, components: 20 }[origin];
  const selected = Array.from({ length: 70 }, (_, i) => 200 + i * 5);
  const features = new MemoryArtifact('features');
  features.values.set('features', {
    origin,
    columns,
    scale: { factor: 1 / 255, offset: 0 },
    dataset: info,
    ...(origin === 'selected' && { selected }),
    ...(origin === 'components' && { explained: 0.95 }),
  } satisfies FeaturesInfo);
  if (origin === 'selected') addImportances(features, selected, random, shape);
  if (origin === 'components') addComponents(features, columns, noise, shape);

  const splits = {
    train: slice(trainFile, validation, train, shape),
    validation: slice(trainFile, 0, validation, shape),
    test: slice(testFile, 0, test, shape),
  };
  const activations = new MemoryArtifact('activations');
  for (const [name, rows] of Object.entries(splits))
    activations.matrices.set(name, activationTable(rows, hidden, noise, shape));
  return {
    dataset,
    pixels: features,
    features,
    model: modelArtifact(columns, hidden, random, warnings, shape),
    activations,
    embedding: embeddingArtifact(splits.train, noise, views, shape),
  };
}

interface Rows {
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
  readonly pixels: Uint8Array;
}

function rawFile(rows: number, random: () => number, noise: () => number, { side: SIDE, K }: Shape): Rows {
  const pixels = new Uint8Array(rows * SIDE * SIDE);
  const label = Uint16Array.from({ length: rows }, () => Math.floor(random() * K));
  const predicted = label.map((c) => (random() < 0.12 ? (random() < 0.5 ? (c + 1) % K : Math.floor(random() * K)) : c));
  for (let i = 0; i < rows; i++) {
    const angle = ((label[i] as number) / K) * 2 * Math.PI;
    const [cx, cy] = [
      SIDE / 2 + (SIDE / 4) * Math.cos(angle) + noise(),
      SIDE / 2 + (SIDE / 4) * Math.sin(angle) + noise(),
    ];
    for (let p = 0; p < SIDE * SIDE; p++) {
      const d = ((p % SIDE) - cx) ** 2 + (Math.floor(p / SIDE) - cy) ** 2;
      pixels[i * SIDE * SIDE + p] = d < 16 ? Math.round(255 * (1 - d / 16)) : 0;
    }
  }
  return { id: Uint32Array.from({ length: rows }, (_, i) => i), label, predicted, pixels };
}

function slice({ id, label, predicted, pixels }: Rows, from: number, length: number, { side: SIDE }: Shape): Rows {
  return {
    id: id.slice(from, from + length),
    label: label.slice(from, from + length),
    predicted: predicted.slice(from, from + length),
    pixels: pixels.slice(from * SIDE * SIDE, (from + length) * SIDE * SIDE),
  };
}

function imageTable({ id, label, pixels }: Rows, { side: SIDE }: Shape): MatrixTable {
  return {
    rows: id.length,
    columns: {
      id: { data: id, width: 1 },
      label: { data: label, width: 1 },
      pixels: { data: pixels, width: SIDE * SIDE },
    },
  };
}

function activationTable(
  { id, label, predicted }: Rows,
  hidden: readonly number[],
  noise: () => number,
  { K }: Shape,
): MatrixTable {
  const rows = id.length;
  const probabilities = new Float32Array(rows * K);
  for (let i = 0; i < rows; i++) {
    const top = 0.55 + 0.44 * Math.min(1, Math.abs(noise()));
    for (let c = 0; c < K; c++) probabilities[i * K + c] = c === predicted[i] ? top : (1 - top) / (K - 1);
  }
  const layers = hidden.map((width, layer) => {
    const data = Float32Array.from({ length: rows * width }, (_, at) => {
      const [i, j] = [Math.floor(at / width), at % width];
      const angle = ((predicted[i] as number) / K) * 2 * Math.PI;
      return Math.max(0, 3 * Math.cos(angle - (j * 2 * Math.PI) / Math.max(4, width)) + 2 + noise());
    });
    return [`hidden${layer + 1}`, { data, width }] as const;
  });
  return {
    rows,
    columns: {
      id: { data: id, width: 1 },
      label: { data: label, width: 1 },
      predicted: { data: predicted, width: 1 },
      probabilities: { data: probabilities, width: K },
      ...Object.fromEntries(layers),
    },
  };
}

function modelArtifact(
  columns: number,
  hidden: readonly number[],
  random: () => number,
  warnings: FixtureOptions['warnings'],
  { K }: Shape,
): MemoryArtifact {
  const widths = [columns, ...hidden, K];
  const weights: number[] = [];
  const manifest: { name: string; shape: number[]; dtype: string }[] = [];
  const layers = widths.slice(1).map((units, i) => {
    const inputs = widths[i] as number;
    manifest.push(
      { name: `dense_${i}/kernel`, shape: [inputs, units], dtype: 'float32' },
      { name: `dense_${i}/bias`, shape: [units], dtype: 'float32' },
    );
    for (let n = 0; n < (inputs + 1) * units; n++) weights.push(random() - 0.5);
    return {
      class_name: 'Dense',
      config: { name: `dense_${i}`, units, activation: i === widths.length - 2 ? 'softmax' : 'relu', use_bias: true },
    };
  });
  const model = new MemoryArtifact('model');
  model.values.set('model', {
    format: 'layers-model',
    modelTopology: { model_config: { class_name: 'Sequential', config: { layers } } },
    weightsManifest: [{ paths: ['weights.bin'], weights: manifest }],
  });
  model.blobs.set('weights.bin', new Uint8Array(Float32Array.from(weights).buffer));
  const epochs = 12;
  const curve = (from: number, to: number, rate: number): Float64Array =>
    Float64Array.from({ length: epochs }, (_, e) => to + (from - to) * rate ** e);
  model.tables.set('history', {
    epoch: { type: 'int32', values: Int32Array.from({ length: epochs }, (_, e) => e + 1) },
    loss: { type: 'float64', values: curve(0.62, 0.05, 0.6) },
    accuracy: { type: 'float64', values: curve(0.81, 0.985, 0.6) },
    valLoss: { type: 'float64', values: curve(0.4, 0.2, 0.5).map((value, e) => value + 0.004 * e) },
    valAccuracy: { type: 'float64', values: curve(0.85, 0.92, 0.5) },
  });
  model.values.set('evaluation', {
    train: { accuracy: 0.955, loss: 0.11 },
    validation: { accuracy: 0.922, loss: 0.22 },
    test: { accuracy: 0.915, loss: 0.24 },
    params: weights.length,
    features: columns,
    epochs,
    bestEpoch: 7,
    stoppedEarly: false,
    hidden,
    deadUnits: hidden.map((width) => (width > 4 ? [3] : [])),
  } satisfies Evaluation);
  model.made = { ...model.made, stage: 'train', warnings: warnings ?? [] };
  return model;
}

function embeddingArtifact(
  { id, label, predicted }: Rows,
  noise: () => number,
  wanted: readonly string[] | undefined,
  { K }: Shape,
): MemoryArtifact {
  const embedding = new MemoryArtifact('embedding');
  const all: EmbeddingView[] = [
    {
      name: 'pixels-columns',
      method: 'columns',
      source: 'pixels',
      split: 'train',
      dimensions: 2,
      rows: id.length,
      columns: [77, 78],
    },
    {
      name: 'pixels-pca2',
      method: 'pca',
      source: 'pixels',
      split: 'train',
      dimensions: 2,
      rows: id.length,
      explained: [0.3, 0.2],
    },
    {
      name: 'hidden1-pca3',
      method: 'pca',
      source: 'hidden1',
      split: 'train',
      dimensions: 3,
      rows: id.length,
      explained: [0.3, 0.2, 0.1],
    },
    {
      name: 'hidden1-tsne',
      method: 'tsne',
      source: 'hidden1',
      split: 'train',
      dimensions: 2,
      rows: id.length,
      perplexity: 40,
      iterations: 300,
      klDivergence: 1.234,
    },
  ];
  const views = all.filter(({ name }) => !wanted || wanted.includes(name));
  for (const { name, dimensions, source } of views) {
    const position = Float32Array.from({ length: id.length * dimensions }, (_, at) => {
      const c = label[Math.floor(at / dimensions)] as number;
      return 5 * Math.cos((c / K) * 2 * Math.PI + ((at % dimensions) * Math.PI) / 2) + noise();
    });
    embedding.matrices.set(name, {
      rows: id.length,
      columns: {
        id: { data: id, width: 1 },
        label: { data: label, width: 1 },
        ...(source !== 'pixels' && { predicted: { data: predicted, width: 1 } }),
        position: { data: position, width: dimensions },
      },
    });
  }
  embedding.values.set('views', views);
  return embedding;
}

function addImportances(
  features: MemoryArtifact,
  selected: readonly number[],
  random: () => number,
  { side: SIDE }: Shape,
): void {
  const importance = Float64Array.from(
    { length: SIDE * SIDE },
    (_, i) => (selected.includes(i) ? 1 + random() : random() * 0.2) / 150,
  );
  const order = Array.from(importance.keys()).sort((a, b) => (importance[b] as number) - (importance[a] as number));
  features.tables.set('importances', {
    column: { type: 'int32', values: Int32Array.from({ length: SIDE * SIDE }, (_, i) => i) },
    importance: { type: 'float64', values: importance },
    standardDeviation: { type: 'float64', values: importance.map((value) => value / 10) },
    rank: { type: 'int32', values: Int32Array.from({ length: SIDE * SIDE }, (_, i) => order.indexOf(i) + 1) },
    selected: { type: 'boolean', values: Array.from({ length: SIDE * SIDE }, (_, i) => selected.includes(i)) },
  });
  features.values.set('forest', {
    trees: 100,
    outOfBagAccuracy: 0.965,
    validationAccuracy: 0.966,
    testAccuracy: 0.967,
    nodes: 800000,
    maxDepth: 30,
  });
}

function addComponents(features: MemoryArtifact, k: number, noise: () => number, { side: SIDE }: Shape): void {
  const ratio = Float64Array.from({ length: k }, (_, i) => 0.3 * 0.72 ** i);
  features.matrices.set('components', {
    rows: k,
    columns: {
      component: { data: Float64Array.from({ length: k * SIDE * SIDE }, noise), width: SIDE * SIDE },
      variance: { data: ratio, width: 1 },
      ratio: { data: ratio, width: 1 },
    },
  });
  features.matrices.set('mean', {
    rows: 1,
    columns: { mean: { data: new Float64Array(SIDE * SIDE).fill(0.2), width: SIDE * SIDE } },
  });
  features.tables.set('spectrum', {
    component: { type: 'int32', values: Int32Array.from({ length: k }, (_, i) => i + 1) },
    variance: { type: 'float64', values: ratio },
    ratio: { type: 'float64', values: ratio },
    cumulative: { type: 'float64', values: ratio.map((_, i) => ratio.subarray(0, i + 1).reduce((a, b) => a + b)) },
  });
}
