import { defineStage, integer, type FeatureSplit, type Infer, type StageContext } from '@layerwise/contracts';
import type { Forest } from '@layerwise/kernels/forest';
import { runForestSelection, type GrownForest, type Source } from '@layerwise/reduce';

const params = {
  trees: integer({ min: 1, max: 10_000, default: 100, doc: 'number of trees' }),
  topK: integer({ min: 1, doc: 'how many of the most important columns to keep', formerly: { name: 'keep' } }),
  sample: integer({
    min: 2,
    default: 300,
    doc: 'training rows that the trees are grown on; the time grows with their square',
  }),
  maxFeatures: integer({
    min: 1,
    optional: true,
    doc: 'columns given to each tree; without it the whole part of the square root of their number',
  }),
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
  run: (context) => runForestSelection(context, 'reduce-forest-mljs', (source) => grow(context, source)),
});

async function grow(
  context: Pick<StageContext<Params>, 'params' | 'seed' | 'progress' | 'warn' | 'signal'>,
  { info, classes, train }: Source,
): Promise<GrownForest> {
  const { params, warn, seed } = context;
  checkRows(train);
  const { Random } = await import('@layerwise/kernels/random');
  const { growTrees, sampleRows } = await import('./grow.js');
  const sample = sampleRows(train, Math.min(params.sample, train.rows), new Random(seed('sample')));
  if (sample.rows < train.rows) {
    warn({
      code: 'SAMPLED',
      message: `the forest saw ${sample.rows} of the ${train.rows} training rows: the time of ml-random-forest grows with the square of the rows`,
    });
  }
  const maxFeatures = params.maxFeatures ?? Math.max(1, Math.floor(Math.sqrt(info.columns)));
  const trees = await growTrees(sample, { ...params, maxFeatures }, context);
  return {
    forest: { columns: info.columns, classes, trees, ...importancesOf(trees, info.columns) },
    drawnFrom: { ...sample, classes },
  };
}

/** What the library would not refuse. @throws RangeError, TypeError */
function checkRows({ rows, columns, labels, data }: FeatureSplit): void {
  if (rows < 2) throw new RangeError(`at least 2 rows are needed, got ${rows}`);
  if (labels.every((label) => label === labels[0]))
    throw new RangeError(`a forest needs rows of at least two classes, but all ${rows} rows have label ${labels[0]}`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new TypeError(
      `features must be finite numbers, got ${data[wrong]} in row ${Math.floor(wrong / columns)}, column ${wrong % columns}`,
    );
}

/** Mean over trees, scaled to sum to 1, and standard deviation (ddof 0). */
function importancesOf(trees: Forest['trees'], D: number): Pick<Forest, 'importances' | 'standardDeviations'> {
  const mean = Float64Array.from(
    { length: D },
    (_, j) => trees.reduce((sum, tree) => sum + tree.importances[j], 0) / trees.length,
  );
  const standardDeviations = mean.map((value, j) =>
    Math.sqrt(trees.reduce((sum, tree) => sum + (tree.importances[j] - value) ** 2, 0) / trees.length),
  );
  const sum = mean.reduce((total, value) => total + value, 0) || 1;
  return { importances: mean.map((value) => value / sum), standardDeviations };
}
