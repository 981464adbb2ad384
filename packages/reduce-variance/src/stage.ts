import { defineStage, factorOf, integer, throwIfAborted } from '@layerwise/contracts';
import { runSelection, type Source } from '@layerwise/reduce';

/** Keeps the columns whose values vary most over the training rows; needs no labels. */
export const stage = defineStage({
  id: 'reduce-variance',
  summary: 'Keeps the columns of highest variance',
  params: { topK: integer({ min: 1, doc: 'how many of the columns of highest variance to keep' }) },
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => false,
  run: (context) =>
    runSelection(context, 'reduce-variance', async (source) => {
      throwIfAborted(context.signal);
      context.progress({ done: 0, total: 1, unit: 'steps', detail: 'variances of the training rows' });
      const variances = columnVariances(source);
      const total = variances.reduce((sum, variance) => sum + variance, 0);
      return {
        importances: total > 0 ? variances.map((variance) => variance / total) : variances,
        standardDeviations: new Float64Array(variances.length),
      };
    }),
});

/** Variance of each scaled column over the rows (ddof 0), in two passes: float64[D]. */
function columnVariances({ info, train: { data, rows, columns } }: Source): Float64Array {
  const [means, variances] = [new Float64Array(columns), new Float64Array(columns)];
  for (let at = 0; at < rows * columns; at += columns)
    for (let j = 0; j < columns; j++) means[j] += data[at + j] / rows;
  for (let at = 0; at < rows * columns; at += columns) {
    for (let j = 0; j < columns; j++) {
      const deviation = (data[at + j] - means[j]) * factorOf(info.scale, j);
      variances[j] += (deviation * deviation) / rows;
    }
  }
  return variances;
}
