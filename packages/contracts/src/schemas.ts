/**
 * The files in each kind of artifact. Letters: N rows, D features, H hidden nodes, K classes.
 * Every `.arrow` table that describes rows of the data has `id` (uint32: row number in the
 * data set's train.arrow or test.arrow, each from 0; validation ids are of train.arrow) and `label` (uint16: class index).
 *
 * | kind        | file                | content |
 * |-------------|---------------------|---------|
 * | dataset     | train.arrow, test.arrow | id, label, pixels uint8[D] |
 * |             | dataset.json        | {@link DatasetInfo} |
 * | features    | train.arrow, validation.arrow, test.arrow | id, label, features uint8[D] or float32[D]; onehot uint8[K] where asked |
 * |             | features.json       | {@link FeaturesInfo} |
 * |   of a PCA  | components.arrow    | k rows: component float64[D0], variance float64, ratio float64 |
 * |             | mean.arrow          | 1 row: mean float64[D0] (in scaled units) |
 * |             | spectrum.parquet    | component int, variance real, ratio real, cumulative real: all of them |
 * |   of a forest | importances.parquet | column int, importance real, deviation real (over trees), rank int (1 is best), selected flag |
 * |             | forest.json         | {@link ForestInfo} |
 * | model       | model.json, weights.bin | TensorFlow.js LayersModel |
 * |             | history.parquet     | epoch int (from 1), loss, accuracy, valLoss, valAccuracy real; where asked also cleanLoss, cleanAccuracy, cleanValLoss, testLoss, testAccuracy |
 * |             | evaluation.json     | {@link Evaluation} |
 * | activations | train.arrow, validation.arrow, test.arrow | id, label, predicted uint16, probabilities float32[K], hidden1 float32[H1], hidden2 float32[H2], ... |
 * | embedding   | views.json          | {@link EmbeddingView}[] |
 * |             | <view>.arrow        | id, label, predicted uint16 (absent for pixels), position float32[2 or 3] |
 * | nodes       | nodes.json          | {@link NodesInfo} |
 * |             | nodes.parquet       | a row per node: {@link NODE_COLUMNS} |
 * |             | classes.parquet     | a row per node and class: {@link NODE_CLASS_COLUMNS} |
 * |             | hidden1.arrow, ...  | a row per node: node uint32, weights float32[W x H] (gradient of the weighted sum by the intensity of each pixel, 0 to 1), preferredInput float32[W x H] (intensities), most, strongest (evenly spaced among the node's strongest rows), least, median uint32[n] (ids of training images) |
 * | report      | index.html, figures/* | |
 * |             | comparison.json     | {@link ComparisonInfo} |
 */
export const SCHEMA_VERSION = 1;

/** Most characters of a class name. */
export const MOST_CLASS_NAME = 100;
/** Most classes of a data set. */
export const MOST_CLASSES = 1000;

/** `dataset.json`; also `dataset` in {@link FeaturesInfo}, so that whoever reads features has it too. */
export interface DatasetInfo {
  /** What was used: `mnist`, `strokes`, ..., or the path that a study's `dataset.from` names. */
  readonly name: string;
  /** Side of the images in pixels, 1 to 1,024; `width` and `height` are equal in whatever ingest writes. */
  readonly width: number;
  readonly height: number;
  /**
   * Class names, index = label; K = `classes.length` is 2 to 1,000. Any text that a user may write, at most
   * {@link MOST_CLASS_NAME} characters, no control characters, all different: escape it, and shorten it where room is short.
   */
  readonly classes: readonly string[];
  /** Set when the data set came with validation rows of its own: they are the last so many rows of train.arrow. */
  readonly validationRows?: number;
  /** Set when the data set came without test rows: so many were split off its training rows, as many of each class as its share. */
  readonly testSplitOff?: number;
  /** One sentence on origin and licence. */
  readonly origin: string;
  /** Set when the wanted data set could not be had and another one took its place. */
  readonly fallback?: { readonly wanted: string; readonly reason: string };
}

/** Value used in computation = stored value * factor + offset; numbers, or one per column. */
export interface Affine {
  readonly factor: number | readonly number[];
  readonly offset: number | readonly number[];
}

/** `features.json`. */
export interface FeaturesInfo {
  /** What a column is: a pixel of the image, one of a selection of pixels, or a principal component. */
  readonly origin: 'pixels' | 'selected' | 'components';
  /** D: number of columns. */
  readonly columns: number;
  readonly scale: Affine;
  readonly dataset: DatasetInfo;
  /** For `selected`: the pixel index of each column, ascending. */
  readonly selected?: readonly number[];
  /** For `selected` and `components`: the scale of the features they were made from. */
  readonly sourceScale?: Affine;
  /** For `components`: sum of the kept explained-variance ratios. */
  readonly explained?: number;
}

/** `forest.json`. */
export interface ForestInfo {
  readonly trees: number;
  /** These three are null where there was no row to score. */
  readonly outOfBagAccuracy: number | null;
  readonly validationAccuracy: number | null;
  readonly testAccuracy: number | null;
  readonly nodes: number;
  readonly maxDepth: number;
}

/** Accuracy (share of rows, 0 to 1) and mean cross-entropy (nats, without penalties) on one split; in the file both are null for a split without rows. */
export interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

/** `evaluation.json`: the kept weights, evaluated without dropout. */
export interface Evaluation {
  readonly train: Score;
  readonly validation: Score;
  readonly test: Score;
  /** Number of trainable numbers. */
  readonly params: number;
  /** D: number of inputs. */
  readonly features: number;
  /** Epochs run. */
  readonly epochs: number;
  /** Epoch whose weights were kept, from 1. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
  /** Units per hidden layer. */
  readonly hidden: readonly number[];
  /** Per hidden layer, the indices of ReLU nodes that are zero for every training row. */
  readonly deadUnits: readonly (readonly number[])[];
}

/** One entry of `views.json`. */
export interface EmbeddingView {
  /** File name without extension, such as `hidden1-tsne`. */
  readonly name: string;
  readonly method: 'pca' | 'tsne' | 'columns';
  /** `pixels`, `features`, `hidden1`, ... */
  readonly source: string;
  readonly split: 'train' | 'validation' | 'test';
  readonly dimensions: number;
  readonly rows: number;
  /** For PCA: explained-variance ratio of each dimension. */
  readonly explained?: readonly number[];
  /** For t-SNE. */
  readonly perplexity?: number;
  readonly iterations?: number;
  readonly klDivergence?: number;
  /** For t-SNE of principal components: how many of the source. */
  readonly components?: number;
  /** For `columns`: which two columns of the source are plotted. */
  readonly columns?: readonly number[];
  /** Of two rows and more. */
  readonly purity?: MapPurity;
}

/** How far true classes keep to themselves on a map: shares among the nearest other rows of each row, in all dimensions of the view. */
export interface MapPurity {
  /** How many nearest rows were looked at: 10, or all others where there are fewer. */
  readonly neighbours: number;
  /** Share of them that are of the row's own true class, over all rows. */
  readonly share: number;
  /** The classes that have rows on the map; `rival` is the other class that their neighbours are most often of, null if there is none. */
  readonly classes: readonly {
    readonly class: number;
    readonly rows: number;
    readonly share: number;
    readonly rival: number | null;
  }[];
}

/** Absolute correlation of two nodes' activations above which one is said to repeat the other. */
export const DUPLICATE = 0.98;

/** `comparison.json`: what a comparison of experiments needs to know of one besides its `evaluation.json`. */
export interface ComparisonInfo {
  /** Images in each split. */
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  /** Whether the validation images are the test images themselves: then nothing may be chosen by them. */
  readonly validatesOnTest: boolean;
  /** Null where the net sees components of which the artifact does not hold the projection. */
  readonly cost: NetCost | null;
}

/** What a net costs from pixels to probabilities, with the projection on its components, where it has one. Scaling and a choice of pixels cost nothing. */
export interface NetCost {
  /** Multiply-adds for one image: the projection's and those of the dense layers. */
  readonly multiplyAdds: number;
  /** Numbers to ship: components and mean, weights and biases. */
  readonly numbers: number;
}

/** `nodes.json`: what was found of each hidden layer, over the training rows. */
export interface NodesInfo {
  /** Rows looked at. */
  readonly rows: number;
  readonly layers: readonly NodeLayerInfo[];
}

/** One hidden layer in `nodes.json`; nodes are numbered from 0. */
export interface NodeLayerInfo {
  /** `hidden1`, ... */
  readonly name: string;
  readonly units: number;
  readonly activation: string;
  /** Nodes that have the same value for every row. */
  readonly dead: readonly number[];
  /** Pairs of nodes whose activations correlate above {@link DUPLICATE} in absolute value; `of` is the earlier. */
  readonly duplicates: readonly { readonly node: number; readonly of: number; readonly correlation: number }[];
  /** The pair of largest absolute correlation; not where fewer than two nodes vary. */
  readonly nearest?: { readonly node: number; readonly of: number; readonly correlation: number };
  /** Exponential of the entropy of the eigenvalues of the activations' covariance. */
  readonly effectiveRank: number;
  /**
   * Of the last hidden layer: the net's accuracy, and how many nodes keep 95% and 99% of it when all others are held at their means.
   * Nodes by falling loss of the margin when held at their means (`order`).
   */
  readonly enough?: {
    readonly accuracy: number;
    readonly for95: number;
    readonly for99: number;
    readonly order: readonly number[];
  };
  /** Nodes and classes so that like ones lie together (average linkage on the areas under the ROC curve). */
  readonly nodeOrder: readonly number[];
  readonly classOrder: readonly number[];
  /**
   * For a layer of one node: classes by rising median, of equal ones by mean, and how much of each class's histogram is the next one's
   * too: the sum of the lesser shares (0 apart, 1 alike) over `bins` bins of nearly equal counts.
   */
  readonly line?: { readonly classes: readonly number[]; readonly overlaps: readonly number[]; readonly bins: number };
  /** Accuracy of the whole net on the rows on which nodes were ablated; null where none were. */
  readonly accuracy: number | null;
  /** On how many evenly spaced rows each was computed; ablation on none where the layer is too wide for a thousand. */
  readonly sampled: {
    readonly ablation: number;
    readonly gradients: number;
    readonly weights: number;
    readonly correlation: number;
    readonly bootstrap: number;
  };
  /** How the preferred inputs, images within [0, 1], were found: exactly for the first layer, else by steps of ascent from each start. */
  readonly preferredInput: { readonly exact: true } | { readonly steps: number; readonly starts: number };
}

/** Columns of `nodes.parquet`; `layer` counts from 1, `node` from 0. */
export const NODE_COLUMNS = {
  layer: 'int',
  node: 'int',
  mean: 'activation, mean over the rows',
  deviation: 'standard deviation (ddof 1)',
  zeros: 'share of rows that are exactly 0',
  largest: 'largest activation of a real image',
  reached: 'activation of the preferred input',
  information: 'mutual information with the true class, bits',
  strongestRows: 'int: how many rows are its strongest: one of 100, at least 10, none at its lowest value',
  marginZero:
    'what the margin of the true class (its logit less the largest other) loses in the mean when the node is set to zero',
  marginZeroError: 'standard error of that mean',
  marginMean: 'what the margin loses when it is set to its mean',
  costZero: 'accuracy lost when the node is set to zero; NaN where the rows are a sample of fewer than 10,000',
  costZeroError: 'standard error of that difference',
  costMean: 'accuracy lost when it is set to its mean; NaN as costZero is',
  duplicateOf: 'int: first node that it repeats, or -1',
  dead: 'flag',
  sentence: 'text',
} as const;

/** Columns of `classes.parquet`; `strongest` is the share of the class among the node's `strongestRows`; areas and information are of the true class against the rest, with 95% bootstrap intervals; NaN for a class without rows. The columns of quantiles stand once for rows truly of the class, once, with `predicted` before them, for rows predicted to be. */
export const NODE_CLASS_COLUMNS = [
  'layer',
  'node',
  'class',
  'area',
  'areaLow',
  'areaHigh',
  'information',
  'informationLow',
  'informationHigh',
  'gradient',
  'strongest',
  'marginZero',
  'marginZeroError',
  'costZero',
  'costMean',
  'zeros',
  'q05',
  'q25',
  'q50',
  'q75',
  'q95',
  'predictedZeros',
  'predictedQ05',
  'predictedQ25',
  'predictedQ50',
  'predictedQ75',
  'predictedQ95',
] as const;
