import * as form from '../form.js';
import { artifact, document, matrix, table } from './schema.js';
import { equal, asGroup, asList, rowsOf } from './sketched.js';

/** Absolute correlation of two nodes' activations above which one is said to repeat the other. */
export const DUPLICATE = 0.98;

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
  /** Exponential of the entropy of the eigenvalues of the activations' covariance; below the rows that `sampled.correlation` says. */
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
  /**
   * Nodes and classes so that like ones lie together (average linkage on the areas under the ROC curve); nodes of a layer of
   * more than 2,048 by the class that they tell best.
   */
  readonly nodeOrder: readonly number[];
  readonly classOrder: readonly number[];
  /**
   * For a layer of one node: classes by rising median, of equal ones by mean, and how much of each class's histogram is the next one's
   * too: the sum of the lesser shares (0 apart, 1 alike) over `bins` bins of nearly equal counts.
   */
  readonly line?: { readonly classes: readonly number[]; readonly overlaps: readonly number[]; readonly bins: number };
  /** Accuracy of the whole net on the rows on which nodes were ablated; null where none were. */
  readonly accuracy: number | null;
  /** On how many evenly spaced rows each was computed; ablation on none where the layer is too wide, or the net too deep, for a thousand. */
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

const pairForm = form.group({ node: form.count, of: form.count, correlation: form.known });
const layerForm = form.group({
  name: form.text,
  units: form.count,
  activation: form.text,
  dead: form.listOf(form.count),
  duplicates: form.listOf(pairForm),
  nearest: form.optional(pairForm),
  effectiveRank: form.known,
  enough: form.optional(
    form.group({ accuracy: form.known, for95: form.count, for99: form.count, order: form.listOf(form.count) }),
  ),
  nodeOrder: form.listOf(form.count),
  classOrder: form.listOf(form.count),
  line: form.optional(
    form.group({ classes: form.listOf(form.count), overlaps: form.listOf(form.known), bins: form.count }),
  ),
  accuracy: form.known,
  sampled: form.group({
    ablation: form.count,
    gradients: form.count,
    weights: form.count,
    correlation: form.count,
    bootstrap: form.count,
  }),
  preferredInput: form.group({
    exact: form.optional(form.flag),
    steps: form.optional(form.count),
    starts: form.optional(form.count),
  }),
});
const nodesForm = form.group({ rows: form.count, layers: form.listOf(layerForm) });

const images = (which: string) =>
  ({ dtype: 'uint32', width: 'n', meaning: `ids of training images: ${which}` }) as const;
const whole = (meaning: string) => ({ dtype: 'int32', meaning }) as const;
const number = (meaning: string, unit?: string) => ({ dtype: 'float64', meaning, ...(unit && { unit }) }) as const;
const sampled = 'NaN where the rows are a sample of fewer than 10,000';
const spread = (rows: string) => `of the activations of the rows ${rows}`;

const nodeColumns = {
  layer: whole('from 1'),
  node: whole('from 0'),
  mean: number('mean activation'),
  standardDeviation: number('standard deviation of the activation (ddof 1)'),
  zeros: number('of rows that are exactly 0', 'share'),
  largest: number('largest activation of a real image'),
  reached: number('activation of the preferred input'),
  information: number('mutual information with the true class', 'bits'),
  strongestRows: whole('how many rows are its strongest: one of 100, at least 10, none at its lowest value'),
  marginZero: number(
    'what the margin of the true class (its logit less the largest other) loses in the mean when the node is set to zero',
  ),
  marginZeroError: number('standard error of that mean'),
  marginMean: number('what the margin loses when it is set to its mean'),
  costZero: number(`accuracy lost when the node is set to zero; ${sampled}`, 'share'),
  costZeroError: number('standard error of that difference', 'share'),
  costMean: number(`accuracy lost when it is set to its mean; ${sampled}`, 'share'),
  duplicateOf: whole('first node that it repeats, or -1'),
  dead: { dtype: 'boolean', meaning: 'whether it has the same value for every row' },
  looks: {
    dtype: 'string',
    meaning:
      'where it looks, in words: where images that activate it most have more ink than others, and where less; empty where nothing stands out',
  },
  sentence: { dtype: 'string', meaning: 'what it does, in words' },
} as const;

const classColumns = {
  layer: nodeColumns.layer,
  node: nodeColumns.node,
  class: whole('class index'),
  area: number('area under the ROC curve of the true class against the rest; NaN for a class without rows'),
  areaLow: number('lower end of its 95% bootstrap interval'),
  areaHigh: number('upper end'),
  information: number('mutual information with being of the class; NaN for a class without rows', 'bits'),
  informationLow: number('lower end of its 95% bootstrap interval', 'bits'),
  informationHigh: number('upper end', 'bits'),
  gradient: number("mean gradient of the class's logit"),
  strongest: number("of the class among the node's strongest rows", 'share'),
  marginZero: number("what the margin of the class's rows loses when the node is set to zero"),
  marginZeroError: number('standard error of that mean'),
  costZero: number(`accuracy on the class lost when the node is set to zero; ${sampled}`, 'share'),
  costMean: number(`accuracy on the class lost when it is set to its mean; ${sampled}`, 'share'),
  zeros: number('of the rows truly of the class that are exactly 0', 'share'),
  q05: number(`5% quantile ${spread('truly of the class')}`),
  q25: number('25% quantile of them'),
  q50: number('median of them'),
  q75: number('75% quantile of them'),
  q95: number('95% quantile of them'),
  predictedZeros: number('of the rows predicted to be of the class that are exactly 0', 'share'),
  predictedQ05: number(`5% quantile ${spread('predicted to be of the class')}`),
  predictedQ25: number('25% quantile of them'),
  predictedQ50: number('median of them'),
  predictedQ75: number('75% quantile of them'),
  predictedQ95: number('95% quantile of them'),
} as const;

/** What each hidden node responds to. */
export const nodes = artifact({
  meaning: 'what each hidden node responds to, over the training rows',
  letters: { H: 'nodes of the layer', P: 'pixels of an image', n: 'images shown of a node', K: 'classes' },
  files: {
    'nodes.json': document<NodesInfo>('NodesInfo', nodesForm, 'the layers: dead and repeated nodes, rank, order'),
    'nodes.parquet': table({ meaning: 'figures of each node', rows: 'node', columns: nodeColumns }),
    'classes.parquet': table({
      meaning: 'figures of each node and class',
      rows: 'node and class',
      columns: classColumns,
    }),
    '<layer>.arrow': matrix({
      meaning: 'images of each node of a hidden layer, hidden1 the first',
      namedBy: {
        file: 'nodes.json',
        names: (info) => asList(asGroup(info).layers).map((layer) => String(asGroup(layer).name)),
      },
      rows: 'node of the layer',
      columns: {
        node: { dtype: 'uint32', meaning: 'from 0' },
        weights: {
          dtype: 'float32',
          width: 'P',
          meaning: 'gradient of the weighted sum by the intensity of each pixel, 0 to 1',
        },
        preferredInput: {
          dtype: 'float32',
          width: 'P',
          unit: 'intensity, 0 to 1',
          meaning: 'image that activates it most',
        },
        active: {
          dtype: 'float32',
          width: 'P',
          unit: 'intensity, -1 to 1',
          meaning:
            'mean image of the rows that activate it most, a tenth at most and none at its lowest value, less that of all others; of 10,000 rows at most',
        },
        most: images('those that activate it most'),
        strongest: images("evenly spaced among the node's strongest"),
        least: images('those that activate it least'),
        median: images('those in the middle'),
      },
    }),
  },
  relations: (sketch) => {
    const layers = asList(asGroup(sketch.values.get('nodes')).layers).map(asGroup);
    const all = layers.reduce((sum, layer) => sum + Number(layer.units), 0);
    return [
      ...layers.flatMap(({ name, units }) =>
        equal(
          `nodes.json: units of ${String(name)}`,
          units,
          rowsOf(sketch, String(name)),
          `the rows of ${String(name)}.arrow`,
        ),
      ),
      ...equal('nodes.json: units of all layers', all, sketch.tables.get('nodes')?.rows, 'the rows of nodes.parquet'),
    ];
  },
});
