/**
 * The files in each kind of artifact. Letters: N rows, D features, H hidden nodes, K classes.
 * Every `.arrow` table that describes rows of the data has `id` (uint32: row number in the raw
 * file of its origin; `origin` test ids count from 0 again) and `label` (uint16: class index).
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
 * | report      | index.html, figures/* | |
 */
export const SCHEMA_VERSION = 1;

/** `dataset.json`. */
export interface DatasetInfo {
  /** What was used: `mnist`, `strokes`, ... */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Class names, index = label. */
  readonly classes: readonly string[];
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
  /** For `columns`: which two columns of the source are plotted. */
  readonly columns?: readonly number[];
}
