export { ablate, ablationCost, through, type Ablation } from './nodes/ablation.js';
export { ascend, ascentCost, boundedMaximiser, type Maximiser } from './nodes/ascent.js';
export { clusterOrder } from './nodes/clustering.js';
export { incoming, incomingCost, outgoing, outgoingCost } from './nodes/gradients.js';
export { activate, effectiveRank, slope, weightedSums, type DenseLayer, type LayerValues } from './nodes/layers.js';
export { classAreas, overlap, quantile, rankRows, splitSorted, spread, type Ranking } from './nodes/ranking.js';
export { fewestFor, readoutAccuracy, selectForward, type ReadoutData } from './nodes/readout.js';
export { entropyTerms, rankBins, resample, selectivity, type Bootstrap, type Selectivity } from './nodes/selectivity.js';
