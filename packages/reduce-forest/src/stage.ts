import {
  LayerwiseError,
  defineStage,
  featureSplits,
  importancesTable,
  integer,
  rankColumns,
  readFeatures,
  selectColumns,
  selectedInfo,
  throwIfAborted,
  withFeatures,
  type FeaturesInfo,
  type ForestInfo,
  type Infer,
  type StageContext,
} from '@layerwise/contracts';
import type { Forest, LabelledMatrix } from '@layerwise/kernels/forest';

const params = {
  trees: integer({ min: 1, max: 100_000, default: 100, doc: 'number of trees' }),
  keep: integer({ min: 1, doc: 'how many of the most important columns to keep' }),
  maxFeatures: integer({ min: 1, optional: true, doc: 'columns drawn per split; without it the whole part of the square root of their number' }),
  maxDepth: integer({ min: 1, optional: true, doc: 'deepest level of a tree, the root being 0; without it leaves are pure' }),
  minSamplesSplit: integer({ min: 2, default: 2, doc: 'a node of fewer drawn rows is not split' }),
  minSamplesLeaf: integer({ min: 1, default: 1, doc: 'drawn rows that either side of a split must have' }),
};

type Params = Infer<typeof params>;

/** Keeps the columns most important to a random forest (Gini, bootstrap) that was grown on the training rows alone. */
export const stage = defineStage({
  id: 'reduce-forest',
  summary: 'Keeps the columns most important to a random forest',
  params,
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => true,
  run,
});

async function run(context: StageContext<Params>): Promise<void> {
  const { params, inputs, output, signal, progress } = context;
  const source = await inputs.features!.json<FeaturesInfo>('features');
  checkColumns(params, source.columns);
  const train = await readFeatures(inputs.features!, 'train');
  const forest = await grow(context, { ...train, classes: source.dataset.classes.length }).catch((error: unknown) => {
    throwIfAborted(signal);
    throw explained(error);
  });
  await output.json('forest', await score(context, forest, source.dataset.classes.length));
  const order = rankColumns(forest.importances);
  const selected = order.slice(0, params.keep).sort((a, b) => a - b);
  await output.table('importances', importancesTable(forest.importances, forest.deviations, order, params.keep));
  for (const name of featureSplits) {
    const split = name === 'train' ? train : await readFeatures(inputs.features!, name);
    await output.matrix(name, withFeatures(split.table, selectColumns(split, selected)));
  }
  await output.json('features', selectedInfo(source, selected));
  progress({ done: params.trees, total: params.trees, unit: 'trees', detail: `${params.keep} of ${source.columns} columns kept` });
}

function checkColumns({ keep, maxFeatures = 1 }: Params, columns: number): void {
  const fail = (name: string, value: number): never => {
    throw new LayerwiseError('PARAMS_INVALID', `reduce-forest.${name} must be at most ${columns}, the number of columns of the features, got ${value}`, { remedy: `lower ${name}` });
  };
  if (keep > columns) fail('keep', keep);
  if (maxFeatures > columns) fail('maxFeatures', maxFeatures);
}

async function grow({ params, seed, progress, workers, signal }: StageContext<Params>, data: LabelledMatrix): Promise<Forest> {
  const { growForest } = await import('@layerwise/kernels/forest');
  progress({ done: 0, total: params.trees, unit: 'trees' });
  return growForest(data, {
    ...params,
    seed: (tree) => seed(`tree-${tree}`),
    workers,
    signal,
    grown: (done) => progress({ done, total: params.trees, unit: 'trees' }),
  });
}

/** Out of bag, on validation and on test. */
async function score({ params, inputs, workers, signal, warn }: StageContext<Params>, forest: Forest, classes: number): Promise<ForestInfo> {
  const { accuracy, outOfBagAccuracy } = await import('@layerwise/kernels/forest');
  const on = async (name: (typeof featureSplits)[number]): Promise<LabelledMatrix> => ({ ...(await readFeatures(inputs.features!, name)), classes });
  const outOfBag = await outOfBagAccuracy(forest, await on('train'), { workers, signal });
  if (Number.isNaN(outOfBag)) warn({ code: 'NO_OUT_OF_BAG', message: `no row was left out by any of the ${params.trees} trees, so there is no out-of-bag accuracy; use more trees` });
  return {
    trees: params.trees,
    outOfBagAccuracy: orNull(outOfBag),
    validationAccuracy: orNull(await accuracy(forest, await on('validation'), { workers, signal })),
    testAccuracy: orNull(await accuracy(forest, await on('test'), { workers, signal })),
    nodes: forest.trees.reduce((sum, tree) => sum + tree.feature.length, 0),
    maxDepth: forest.trees.reduce((depth, tree) => Math.max(depth, tree.depth), 0),
  };
}

function explained(error: unknown): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error;
  return new LayerwiseError('DATA_INVALID', `reduce-forest cannot use these training features: ${error.message}`, {
    remedy: 'check the dataset and the preprocess section of the study',
    cause: error,
  });
}

/** The accuracy of no rows, NaN, is null in a file. */
const orNull = (accuracy: number): number | null => (Number.isNaN(accuracy) ? null : accuracy);
