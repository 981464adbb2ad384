import { defineStage, integer, type Infer, type StageContext } from '@layerwise/contracts';
import { runForestSelection, type GrownForest, type Source } from '@layerwise/reduce';

const params = {
  trees: integer({ min: 1, max: 100_000, default: 100, doc: 'number of trees' }),
  topK: integer({ min: 1, doc: 'how many of the most important columns to keep', formerly: { name: 'keep' } }),
  maxFeatures: integer({
    min: 1,
    optional: true,
    doc: 'columns drawn per split; without it the whole part of the square root of their number',
  }),
  maxDepth: integer({
    min: 1,
    optional: true,
    doc: 'deepest level of a tree, the root being 0; without it leaves are pure',
  }),
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
  run: (context) => runForestSelection(context, 'reduce-forest', (source) => grow(context, source)),
});

async function grow(
  {
    params,
    seed,
    progress,
    workers,
    signal,
  }: Pick<StageContext<Params>, 'params' | 'seed' | 'progress' | 'workers' | 'signal'>,
  { train, classes }: Source,
): Promise<GrownForest> {
  const { growForest } = await import('@layerwise/kernels/forest');
  progress({ done: 0, total: params.trees, unit: 'trees' });
  const drawnFrom = { ...train, classes };
  const forest = await growForest(drawnFrom, {
    ...params,
    seed: (tree) => seed(`tree-${tree}`),
    workers,
    signal,
    grown: (done) => progress({ done, total: params.trees, unit: 'trees' }),
  });
  return { forest, drawnFrom };
}
