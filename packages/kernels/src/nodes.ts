/** Ablation: what the classes do when units are held at a value. */
export { ablate, ablationCost, through, type Ablation } from './nodes/ablation.js';
/** Activation maximisation: inputs that drive a unit as high as bounds allow. */
export { ascend, ascentCost, boundedMaximiser, type Maximiser } from './nodes/ascent.js';
/** Leaf order of a hierarchical clustering. */
export { clusterOrder } from './nodes/clustering.js';
/** Gradients of units by their inputs, and of classes by units. */
export { incoming, incomingCost, outgoing, outgoingCost } from './nodes/gradients.js';
/** Layers as plain arrays: sums, activations and their slopes, effective rank. */
export { activate, effectiveRank, slope, weightedSums, type DenseLayer, type LayerValues } from './nodes/layers.js';
/** Ranks of rows by value, and what they tell: areas under curves, overlap, quantiles. */
export { classAreas, overlap, quantile, rankRows, splitSorted, spread, type Ranking } from './nodes/ranking.js';
/** How well classes are read out of a few units. */
export { fewestFor, jointRows, readoutAccuracy, selectForward, type ReadoutData } from './nodes/readout.js';
/** Selectivity of units for classes, with bootstrap intervals. */
export { entropyTerms, rankBins, resample, selectivity, type Bootstrap, type Selectivity } from './nodes/selectivity.js';
