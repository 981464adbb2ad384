import { readFeatures, type ForestInfo } from '@layerwise/contracts';
import type { Forest, LabelledMatrix } from '@layerwise/kernels/forest';
import { checkColumns, runSelection, type ReduceContext, type Source } from './selection.js';

/** What every forest has to be told. */
export interface ForestParams {
  readonly trees: number;
  readonly topK: number;
  readonly maxFeatures?: number | undefined;
}

/** A forest and the rows that its trees drew from. */
export interface GrownForest {
  readonly forest: Forest;
  readonly drawnFrom: LabelledMatrix;
}

/**
 * The work of a stage that keeps the columns most important to a forest grown on the training rows, and scores it out
 * of bag, on validation and on test.
 *
 * @param id of the stage, for messages
 * @param grow makes the forest
 * @throws LayerwiseError as {@link runSelection}
 */
export async function runForestSelection(
  context: ReduceContext<ForestParams>,
  id: string,
  grow: (source: Source) => Promise<GrownForest>,
): Promise<void> {
  const { params, output, progress } = context;
  await runSelection(context, id, async (source) => {
    checkColumns(id, { maxFeatures: params.maxFeatures }, source.info.columns);
    const grown = await grow(source);
    await output.json('forest', await score(context, grown));
    return grown.forest;
  });
  progress({ done: params.trees, total: params.trees, unit: 'trees', detail: `${params.topK} columns kept` });
}

async function score(
  { inputs, workers, signal, warn }: ReduceContext<ForestParams>,
  { forest, drawnFrom }: GrownForest,
): Promise<ForestInfo> {
  const { accuracy, outOfBagAccuracy } = await import('@layerwise/kernels/forest');
  const { classes, trees } = forest;
  const on = async (name: 'validation' | 'test'): Promise<number> =>
    accuracy(forest, { ...(await readFeatures(inputs.features, name)), classes }, { workers, signal });
  const outOfBag = await outOfBagAccuracy(forest, drawnFrom, { workers, signal });
  if (Number.isNaN(outOfBag)) {
    warn({
      code: 'NO_OUT_OF_BAG',
      message: `no row was left out by any of the ${trees.length} trees, so there is no out-of-bag accuracy; use more trees`,
    });
  }
  return {
    trees: trees.length,
    outOfBagAccuracy: orNull(outOfBag),
    validationAccuracy: orNull(await on('validation')),
    testAccuracy: orNull(await on('test')),
    nodes: trees.reduce((sum, { feature }) => sum + feature.length, 0),
    maxDepth: trees.reduce((most, { depth }) => Math.max(most, depth), 0),
  };
}

/** The accuracy of no rows, NaN, is null in a file. */
const orNull = (accuracy: number): number | null => (Number.isNaN(accuracy) ? null : accuracy);
