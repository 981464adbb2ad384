import type {
  DatasetInfo,
  EmbeddingView,
  Evaluation,
  FeaturesInfo,
  ForestInfo,
  Inputs as InputsOf,
  Reader,
  ResultTable,
  Score,
  Warning,
} from '@layerwise/contracts';
import { readTrainedNet, widthsOf, type DenseNet, type FeatureMap } from '@layerwise/nets';
import { readClasses, type ClassFindings } from './classes.js';
import { openImages, type Images, type SplitName } from './images.js';
import { readHidden, type ActivationRows } from './hidden.js';
import { readNodes, type NodeFindings } from './nodes.js';

/** What the net did with each row of one split; N rows, K classes. */
export interface Split {
  readonly name: SplitName;
  readonly rows: number;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
  /** float32[N x K]. */
  readonly probabilities: Float32Array;
}

/** The training rows, with what the hidden nodes made of them. */
export interface TrainingSplit extends Split {
  /** One per hidden layer: float32[N x H]. */
  readonly hidden: readonly HiddenLayer[];
}

/** Activations of one hidden layer, of all training rows or, of wide layers of many rows, of evenly spaced ones. */
export interface HiddenLayer extends Pick<Split, 'rows' | 'id' | 'label' | 'predicted'> {
  /** `hidden1`, `hidden2`, ... */
  readonly name: string;
  readonly width: number;
  readonly data: Float32Array;
}

/** A map of rows in two or three dimensions. */
export interface View extends EmbeddingView {
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted?: Uint16Array;
  /** float32[rows x dimensions]. */
  readonly position: Float32Array;
}

/** The principal components the net saw. */
export interface Components {
  readonly rows: number;
  /** float64[rows x D0]. */
  readonly component: Float64Array;
  readonly ratio: Float64Array;
  /** Explained-variance ratio of every component, kept or not. */
  readonly spectrum?: readonly number[];
}

/** How a forest ranked the pixels. */
export interface Importances {
  readonly importance: readonly number[];
  readonly selected: readonly boolean[];
  readonly forest?: ForestInfo;
}

/** Everything a report shows, opened and typed. */
export interface Experiment {
  /** `<study>:<experiment>`. */
  readonly name: string;
  readonly dataset: DatasetInfo;
  readonly images: Images;
  readonly features: FeaturesInfo;
  readonly network: DenseNet;
  /** From pixels to the inputs of the net. */
  readonly map: FeatureMap;
  /** `784-128-10`. */
  readonly net: string;
  readonly evaluation: Evaluation;
  readonly history: ResultTable;
  readonly train: TrainingSplit;
  readonly validation: Split;
  readonly test: Split;
  readonly views: readonly View[];
  readonly components?: Components;
  readonly importances?: Importances;
  /** Where the study has the role. */
  readonly nodes?: NodeFindings;
  /** Where the study has the role. */
  readonly classes?: ClassFindings;
  readonly warnings: readonly (Warning & { readonly stage: string })[];
}

/** Role and kind of what a report reads. */
export type ReportReads = {
  readonly dataset: 'dataset';
  readonly pixels: 'features';
  readonly features: 'features';
  readonly model: 'model';
  readonly activations: 'activations';
  readonly embedding: 'embedding';
  readonly 'nodes?': 'nodes';
  readonly 'classes?': 'classes';
};

/** The inputs of a report. */
export type Inputs = InputsOf<ReportReads>;

/** Opens the inputs of a report. @param name `<study>:<experiment>` */
export async function readExperiment(inputs: Inputs, name: string): Promise<Experiment> {
  const { features: featuresArtifact, model, activations, embedding } = inputs;
  const dataset = await inputs.dataset.json('dataset');
  const features = await featuresArtifact.json('features');
  const { map, net: network } = await readTrainedNet(name, featuresArtifact, model);
  const evaluation = await model.json('evaluation');
  const importances = await readImportances(featuresArtifact);
  const components = await readComponents(featuresArtifact);
  const validation = await readSplit(activations, 'validation');
  const test = await readSplit(activations, 'test');
  return {
    name,
    dataset,
    images: await openImages(
      await inputs.dataset.rows('train'),
      await inputs.dataset.rows('test'),
      dataset.width,
      dataset.height,
    ),
    features,
    network,
    map,
    net: widthsOf(network),
    evaluation: {
      ...evaluation,
      train: known(evaluation.train),
      validation: known(evaluation.validation),
      test: known(evaluation.test),
    },
    history: await model.table('history'),
    train: await readTraining(activations),
    validation,
    test,
    views: await readViews(embedding),
    ...(components && { components }),
    ...(importances && { importances }),
    ...(inputs.nodes && { nodes: await readNodes(inputs.nodes, dataset.width * dataset.height) }),
    ...(inputs.classes && { classes: await readClasses(inputs.classes, dataset.width * dataset.height) }),
    warnings: uniqueWarnings(inputs),
  };
}

/** A score as numbers: NaN where the split has no rows. */
function known({ accuracy, loss }: { readonly [name in keyof Score]: Score[name] | null }): Score {
  return { accuracy: accuracy ?? NaN, loss: loss ?? NaN };
}

async function readSplit(artifact: Reader<'activations'>, name: SplitName): Promise<Split> {
  const table = await artifact.rows(name);
  try {
    return await splitOf(name, table);
  } finally {
    await table.close();
  }
}

async function readTraining(artifact: Reader<'activations'>): Promise<TrainingSplit> {
  const table = await artifact.rows('train');
  try {
    const split = await splitOf('train', table);
    return { ...split, hidden: await readHidden(table, split) };
  } finally {
    await table.close();
  }
}

async function splitOf(name: SplitName, table: ActivationRows): Promise<Split> {
  const { rows } = table;
  return {
    name,
    rows,
    id: (await table.read('id', 0, rows)).slice(),
    label: (await table.read('label', 0, rows)).slice(),
    predicted: (await table.read('predicted', 0, rows)).slice(),
    probabilities: (await table.read('probabilities', 0, rows)).slice(),
  };
}

/** The training rows with the activations of layers of two nodes alone, which are drawn as a plane. */
export function withoutWideLayers(train: TrainingSplit): TrainingSplit {
  return {
    ...train,
    hidden: train.hidden.map((layer) => ({ ...layer, data: layer.width === 2 ? layer.data : new Float32Array(0) })),
  };
}

async function readViews(artifact: Reader<'embedding'>): Promise<View[]> {
  const views: View[] = [];
  for (const entry of await artifact.json('views')) {
    const table = await artifact.matrix(entry.name);
    const { id, label, predicted, position } = table.columns;
    views.push({
      ...entry,
      id: id.data,
      label: label.data,
      position: position.data,
      ...(predicted && { predicted: predicted.data }),
    });
  }
  return views;
}

async function readComponents(artifact: Reader<'features'>): Promise<Components | undefined> {
  if (!artifact.has('components.arrow')) return undefined;
  const table = await artifact.matrix('components');
  const spectrum = artifact.has('spectrum.parquet') ? (await artifact.table('spectrum')).ratio : undefined;
  return {
    rows: table.rows,
    component: table.columns.component.data,
    ratio: table.columns.ratio.data,
    ...(spectrum && { spectrum: numbers(spectrum.values) }),
  };
}

async function readImportances(artifact: Reader<'features'>): Promise<Importances | undefined> {
  if (!artifact.has('importances.parquet')) return undefined;
  const table = await artifact.table('importances');
  return {
    importance: numbers(table.importance.values),
    selected: table.selected.values,
    ...(artifact.has('forest.json') && { forest: await artifact.json('forest') }),
  };
}

/** The numbers of a result column. */
export function numbers(values: ArrayLike<unknown> | undefined): number[] {
  return Array.from(values ?? [], Number);
}

function uniqueWarnings(inputs: Inputs): Experiment['warnings'] {
  const seen = new Map<string, Warning & { stage: string }>();
  for (const artifact of Object.values(inputs)) {
    for (const warning of artifact.made.warnings)
      seen.set(`${warning.code} ${warning.message}`, { ...warning, stage: artifact.made.stage });
  }
  return [...seen.values()];
}

/** Whether the validation images are the test images themselves: then they must not be chosen by. */
export function validatesOnTest({
  train,
  validation,
  test,
  images,
}: Pick<Experiment, 'train' | 'validation' | 'test' | 'images'>): boolean {
  return (
    validation.rows > 0 &&
    validation.rows === test.rows &&
    train.rows + validation.rows > images.train.rows &&
    validation.id.every((id, i) => id === test.id[i])
  );
}
