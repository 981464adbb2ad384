/** Random forest of the training rows, with its importances. */
import { accuracy, growForest } from '@layerwise/kernels/forest';
import { images, options, serve, timed, trainingRows } from './contender.mjs';

const labelled = ({ pixels, labels }) => ({
  data: pixels,
  labels: Uint16Array.from(labels),
  rows: labels.length,
  columns: 784,
  classes: 10,
});
const train = labelled(trainingRows());
const test = labelled(images('test'));

await serve(async (n) => {
  const seed = (tree) => Uint32Array.of(n + 1, tree, 0, 0);
  const { value: forest, ...time } = await timed(() =>
    growForest(train, { trees: options.trees, seed, workers: options.threads }),
  );
  const best = Array.from(forest.importances.keys())
    .sort((a, b) => forest.importances[b] - forest.importances[a] || a - b)
    .slice(0, 70);
  return { ...time, accuracy: await accuracy(forest, test, { workers: options.threads }), best };
});
