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
  type FeatureSplit,
  type FeaturesInfo,
  type ForestInfo,
  type Infer,
  type StageContext,
} from '@layerwise/contracts';
import type { Forest } from '@layerwise/kernels/forest';

const params = {
  trees: integer({ min: 1, max: 10_000, default: 100, doc: 'number of trees' }),
  keep: integer({ min: 1, doc: 'how many of the most important columns to keep' }),
  sample: integer({ min: 2, default: 300, doc: 'training rows that the trees are grown on; the time grows with their square' }),
  maxFeatures: integer({ min: 1, optional: true, doc: 'columns given to each tree; without it the whole part of the square root of their number' }),
  maxDepth: integer({ min: 1, optional: true, doc: 'deepest level of a tree, the root being 0' }),
};

type Params = Infer<typeof params>;

/**
 * As `reduce-forest`, with the trees of ml-random-forest 2.1 on a sample of the training rows. That library draws
 * columns once per tree, not per split, and stops splitting at a Gini gain of 0.01, so its choice differs.
 */
export const stage = defineStage({
  id: 'reduce-forest-mljs',
  summary: 'Keeps the columns most important to a forest of ml-random-forest, grown on a sample',
  params,
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => true,
  run,
});

async function run(context: StageContext<Params>): Promise<void> {
  const { params, inputs, output, warn, signal, seed } = context;
  throwIfAborted(signal);
  const source = await inputs.features!.json<FeaturesInfo>('features');
  const train = await readFeatures(inputs.features!, 'train');
  checkInput(params, source.columns, train);
  const { Random } = await import('@layerwise/kernels/random');
  const { growTrees, sampleRows } = await import('./grow.js');
  const sample = sampleRows(train, Math.min(params.sample, train.rows), new Random(seed('sample')));
  if (sample.rows < train.rows) warn({ code: 'SAMPLED', message: `the forest saw ${sample.rows} of the ${train.rows} training rows: ml-random-forest takes time with the square of the rows` });
  const trees = await growTrees(sample, { ...params, maxFeatures: params.maxFeatures ?? Math.max(1, Math.floor(Math.sqrt(source.columns))) }, context);
  const forest = { columns: source.columns, classes: source.dataset.classes.length, trees, ...importancesOf(trees, source.columns) };
  await output.json('forest', await score(context, forest, sample));
  const order = rankColumns(forest.importances);
  const selected = order.slice(0, params.keep).sort((a, b) => a - b);
  await output.table('importances', importancesTable(forest.importances, forest.deviations, order, params.keep));
  for (const name of featureSplits) {
    const split = name === 'train' ? train : await readFeatures(inputs.features!, name);
    await output.matrix(name, withFeatures(split.table, selectColumns(split, selected)));
  }
  await output.json('features', selectedInfo(source, selected));
}

function checkInput({ keep, maxFeatures = 1 }: Params, columns: number, { rows, labels, data }: FeatureSplit): void {
  for (const [name, value] of Object.entries({ keep, maxFeatures })) {
    if (value > columns) throw new LayerwiseError('PARAMS_INVALID', `reduce-forest-mljs.${name} must be at most ${columns}, the number of columns of the features, got ${value}`, { remedy: `lower ${name}` });
  }
  const fail = (rule: string): never => {
    throw new LayerwiseError('DATA_INVALID', `reduce-forest-mljs cannot use these training features: ${rule}`, { remedy: 'check the dataset and the preprocess section of the study' });
  };
  if (rows < 2) fail(`at least 2 rows are needed, got ${rows}`);
  if (labels.every((label) => label === labels[0])) fail(`a forest needs rows of at least two classes, but all ${rows} rows have label ${labels[0]}`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) fail(`features must be finite numbers, got ${data[wrong]} in row ${Math.floor(wrong / columns)}, column ${wrong % columns}`);
}

/** Mean over trees, scaled to sum to 1, and standard deviation (ddof 0). */
function importancesOf(trees: Forest['trees'], D: number): Pick<Forest, 'importances' | 'deviations'> {
  const mean = Float64Array.from({ length: D }, (_, j) => trees.reduce((sum, tree) => sum + tree.importances[j]!, 0) / trees.length);
  const deviations = mean.map((value, j) => Math.sqrt(trees.reduce((sum, tree) => sum + (tree.importances[j]! - value) ** 2, 0) / trees.length));
  const sum = mean.reduce((total, value) => total + value, 0) || 1;
  return { importances: mean.map((value) => value / sum), deviations };
}

/** Out of bag within the sample, on validation and on test, by our own kernel: mean of the class shares in the leaves. */
async function score({ inputs, workers, signal, warn }: StageContext<Params>, forest: Forest, sample: FeatureSplit): Promise<ForestInfo> {
  const { accuracy, outOfBagAccuracy } = await import('@layerwise/kernels/forest');
  const { classes, trees } = forest;
  const on = async (name: 'validation' | 'test'): Promise<number> => accuracy(forest, { ...(await readFeatures(inputs.features!, name)), classes }, { workers, signal });
  const outOfBag = await outOfBagAccuracy(forest, { ...sample, classes }, { workers, signal });
  if (Number.isNaN(outOfBag)) warn({ code: 'NO_OUT_OF_BAG', message: `no row was left out by any of the ${trees.length} trees, so there is no out-of-bag accuracy; use more trees` });
  return {
    trees: trees.length,
    outOfBagAccuracy: orNull(outOfBag),
    validationAccuracy: orNull(await on('validation')),
    testAccuracy: orNull(await on('test')),
    nodes: trees.reduce((sum, tree) => sum + tree.feature.length, 0),
    maxDepth: trees.reduce((depth, tree) => Math.max(depth, tree.depth), 0),
  };
}

/** The accuracy of no rows, NaN, is null in a file. */
const orNull = (accuracy: number): number | null => (Number.isNaN(accuracy) ? null : accuracy);
