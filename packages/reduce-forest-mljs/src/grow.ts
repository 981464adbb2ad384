import { throwIfAborted, type FeatureSplit, type StageContext } from '@layerwise/contracts';
import type { Tree } from '@layerwise/kernels/forest';
import { Random } from '@layerwise/kernels/random';
import { loadLibrary } from './library.js';
import { convertTree } from './tree.js';

/** What the forest is grown with. */
export interface Growth {
  readonly trees: number;
  readonly maxFeatures: number;
  readonly maxDepth?: number | undefined;
}

/** Draws `count` of the rows without replacement, in their order. */
export function sampleRows(
  { table, rows, columns, data, labels }: FeatureSplit,
  count: number,
  random: Random,
): FeatureSplit {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  random.shuffle(order);
  const picked = order.slice(0, count).sort();
  const sample = data instanceof Float32Array ? new Float32Array(count * columns) : new Uint8Array(count * columns);
  picked.forEach((row, i) => sample.set(data.subarray(row * columns, (row + 1) * columns), i * columns));
  return { table, rows: count, columns, data: sample, labels: Uint16Array.from(picked, (row) => labels[row]) };
}

/** Grows the trees one at a time, so that progress is seen and a stop is heeded between them; each has its own seed and bootstrap sample. */
export async function growTrees(
  { rows, columns, data, labels }: FeatureSplit,
  { trees, maxFeatures, maxDepth }: Growth,
  { seed, signal, progress }: Pick<StageContext<unknown>, 'seed' | 'signal' | 'progress'>,
): Promise<Tree[]> {
  const { RandomForestClassifier } = await loadLibrary();
  const lists = Array.from({ length: rows }, (_, r) => Array.from(data.subarray(r * columns, (r + 1) * columns)));
  const grown: Tree[] = [];
  for (let t = 0; t < trees; t++) {
    await new Promise((resolve) => setImmediate(resolve));
    throwIfAborted(signal);
    const random = new Random(seed(`tree-${t}`));
    const drawn = Array.from({ length: rows }, () => random.below(rows));
    const forest = new RandomForestClassifier({
      nEstimators: 1,
      maxFeatures,
      replacement: false,
      seed: random.u32() | 0,
      useSampleBagging: false,
      noOOB: true,
      treeOptions: maxDepth === undefined ? {} : { maxDepth },
    });
    forest.train(
      drawn.map((r) => lists[r]),
      drawn.map((r) => labels[r]),
    );
    grown.push(convertTree(forest.estimators[0].root, forest.indexes[0], columns, bagOf(drawn, rows)));
    progress({ done: t + 1, total: trees, unit: 'trees' });
  }
  return grown;
}

function bagOf(drawn: readonly number[], rows: number): Uint8Array {
  const bag = new Uint8Array(Math.ceil(rows / 8));
  for (const row of drawn) bag[row >> 3] |= 1 << (row & 7);
  return bag;
}
