import { checkMatrix, type NumericMatrix } from './pca/matrix.js';
import { growTrees } from './forest/grow.js';
import { votesOf } from './forest/votes.js';
import type { PoolOptions } from './pool.js';

/** Rows of numbers without labels. */
export type { NumericMatrix } from './pca/matrix.js';

/** N rows of D features with a class 0 … K-1 each. */
export interface LabelledMatrix extends NumericMatrix {
  readonly labels: Uint16Array;
  /** K */
  readonly classes: number;
}

/** How trees are grown; the names and defaults are scikit-learn's, in camel case. */
export interface ForestOptions extends PoolOptions {
  /** Number of trees. */
  readonly trees: number;
  /** Seed words of tree i: uint32[4], not all zero. */
  readonly seed: (tree: number) => Uint32Array;
  /** Features drawn per split; without it floor(sqrt(D)). */
  readonly maxFeatures?: number | undefined;
  readonly maxDepth?: number | undefined;
  /** A node of fewer drawn rows is a leaf; default 2. */
  readonly minSamplesSplit?: number | undefined;
  /** Drawn rows that each side of a split must keep; default 1. */
  readonly minSamplesLeaf?: number | undefined;
  /** Whether each tree gets N rows drawn with replacement (default), or every row once. */
  readonly bootstrap?: boolean | undefined;
  /** Told after each finished tree. */
  readonly grown?: ((trees: number) => void) | undefined;
}

/** One tree. Node i is a leaf if feature[i] < 0; else rows with x[feature] <= threshold go to child[i], others to child[i] + 1. */
export interface Tree {
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  /** Left child; of a leaf, its first entry. */
  readonly child: Uint32Array;
  /** Of a leaf, how many entries it has. */
  readonly entries: Uint32Array;
  /** Per entry: a class among the leaf's drawn rows, and the weight of it. */
  readonly entryClass: Uint32Array;
  readonly entryWeight: Uint32Array;
  readonly depth: number;
  /** A bit per training row, lowest first: whether the tree drew it. */
  readonly bag: Uint8Array;
  /** float64[D]: decrease in Gini impurity times weight, summed over the splits on each feature; sums to 1, or all 0 for a single leaf. */
  readonly importances: Float64Array;
}

/** A random forest for classification. */
export interface Forest {
  readonly columns: number;
  readonly classes: number;
  readonly trees: readonly Tree[];
  /** float64[D]: mean over trees, scaled to sum to 1 (all 0 if no tree has a split). */
  readonly importances: Float64Array;
  /** float64[D]: standard deviation over trees (ddof 0). */
  readonly standardDeviations: Float64Array;
}

/**
 * Grows a random forest (Breiman 2001): CART trees with Gini impurity, each on its own bootstrap sample, on features drawn
 * at every split; constant features are passed over as scikit-learn does. Cuts are exact: every value is considered.
 * Ties keep the feature drawn first and the lowest cut. Tree i depends on seed(i) alone: the same for any number of workers.
 *
 * @throws RangeError for sizes or options out of range, labels outside 0 … K-1, fewer than two classes present; TypeError for NaN or infinite features
 */
export async function growForest(data: LabelledMatrix, options: ForestOptions): Promise<Forest> {
  checkMatrix(data);
  checkLabels(data);
  checkOptions(data, options);
  const trees = await growTrees(data, options);
  return { columns: data.columns, classes: data.classes, trees, ...summary(trees, data.columns) };
}

function checkLabels({ labels, classes, rows }: LabelledMatrix): void {
  if (labels.length !== rows)
    throw new RangeError(`there must be one label per row, got ${labels.length} labels for ${rows} rows`);
  if (!(Number.isInteger(classes) && classes >= 2 && classes <= 65536))
    throw new RangeError(`a forest needs 2 to 65536 classes, got ${classes}`);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) throw new RangeError(`labels must be 0 to ${classes - 1}, got ${labels[wrong]} in row ${wrong}`);
  if (labels.every((label) => label === labels[0]))
    throw new RangeError(`a forest needs rows of at least two classes, but all ${rows} rows have label ${labels[0]}`);
}

function checkOptions(
  { columns }: LabelledMatrix,
  { trees, maxFeatures, maxDepth, minSamplesSplit, minSamplesLeaf }: ForestOptions,
): void {
  const rules: [string, number | undefined, number, number][] = [
    ['trees', trees, 1, 1e6],
    ['maxFeatures', maxFeatures, 1, columns],
    ['maxDepth', maxDepth, 1, 2 ** 31],
    ['minSamplesSplit', minSamplesSplit, 2, 2 ** 31],
    ['minSamplesLeaf', minSamplesLeaf, 1, 2 ** 30],
  ];
  for (const [name, value, low, high] of rules) {
    if (value !== undefined && !(Number.isInteger(value) && value >= low && value <= high))
      throw new RangeError(`${name} must be a whole number in [${low}, ${high}], got ${value}`);
  }
}

function summary(trees: readonly Tree[], D: number): { importances: Float64Array; standardDeviations: Float64Array } {
  const importances = new Float64Array(D);
  const standardDeviations = new Float64Array(D);
  for (const tree of trees)
    for (let j = 0; j < D; j++) importances[j] = importances[j] + tree.importances[j] / trees.length;
  for (const tree of trees)
    for (let j = 0; j < D; j++)
      standardDeviations[j] = standardDeviations[j] + (tree.importances[j] - importances[j]) ** 2 / trees.length;
  const sum = importances.reduce((total, value) => total + value, 0) || 1;
  return {
    importances: importances.map((value) => value / sum),
    standardDeviations: standardDeviations.map(Math.sqrt),
  };
}

/** Classes by the mean over trees of the class shares in the leaf reached; of equal ones the lowest. N may be 0. */
export async function predict(
  forest: Forest,
  matrix: NumericMatrix,
  options: PoolOptions = {},
): Promise<{ classes: Uint16Array; probabilities: Float64Array }> {
  checkMatrix(matrix, 0);
  if (matrix.columns !== forest.columns)
    throw new RangeError(`the forest was grown on ${forest.columns} columns, got ${matrix.columns}`);
  const votes = await votesOf(forest, matrix, false, options);
  const classes = Uint16Array.from({ length: matrix.rows }, (_, r) => most(votes, r, forest.classes));
  return { classes, probabilities: votes.map((vote) => vote / forest.trees.length) };
}

/** Share of rows whose predicted class is their label; NaN for no rows. */
export async function accuracy(forest: Forest, data: LabelledMatrix, options: PoolOptions = {}): Promise<number> {
  const { classes } = await predict(forest, data, options);
  let right = 0;
  for (let r = 0; r < data.rows; r++) if (classes[r] === data.labels[r]) right++;
  return right / data.rows;
}

/** Accuracy on the training rows, each predicted by the trees that did not draw it; rows that every tree drew are left out. NaN if there are no others. */
export async function outOfBagAccuracy(
  forest: Forest,
  data: LabelledMatrix,
  options: PoolOptions = {},
): Promise<number> {
  const { classes: K } = forest;
  const votes = await votesOf(forest, data, true, options);
  let right = 0;
  let voted = 0;
  for (let r = 0; r < data.rows; r++) {
    const best = most(votes, r, K);
    if (votes[r * K + best] === 0) continue;
    voted++;
    if (best === data.labels[r]) right++;
  }
  return right / voted;
}

function most(votes: Float64Array, r: number, K: number): number {
  let best = 0;
  for (let c = 1; c < K; c++) if (votes[r * K + c] > votes[r * K + best]) best = c;
  return best;
}
