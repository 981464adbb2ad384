/** Ablation: what the classes do when nodes are held at a value. */
export {
  ablate,
  ablationCost,
  enough,
  rightWithFirst,
  through,
  type Ablation,
  type Removal,
} from './nodes/ablation.js';
/** Activation maximisation: inputs that drive a node as high as bounds allow. */
export { ascend, ascentCost, preferredInputInBox, type PreferredInput } from './nodes/ascent.js';
/** Leaf order of a hierarchical clustering. */
export { clusterOrder } from './nodes/clustering.js';
/** Gradients of nodes by their inputs, and of classes by nodes. */
export { incoming, incomingCost, outgoing, outgoingCost } from './nodes/gradients.js';
/** Layers as plain arrays: sums, activations and their slopes, effective rank. */
export { activate, effectiveRank, slopes, weightedSums, type DenseLayer, type LayerValues } from './nodes/layers.js';
/** How much of the values of two classes is alike. */
export { binEdges, forOverlaps, overlapBins } from './nodes/overlap.js';
/** Ranks of rows by value, and what they tell: areas under curves, classes at the top, quantiles. */
export {
  classAreas,
  jointRows,
  quantile,
  rankRows,
  splitSorted,
  spread,
  topShares,
  type Ranking,
} from './nodes/ranking.js';
/** Selectivity of nodes for classes, with bootstrap intervals. */
export {
  entropyTerms,
  rankBins,
  resample,
  selectivity,
  type Bootstrap,
  type Selectivity,
} from './nodes/selectivity.js';
