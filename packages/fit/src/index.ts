export type { Engine, SplitName, StepProgress } from './engine.js';
export { netParams, optimizerOf, type NetContext, type NetParams } from './params.js';
export { sanityWarnings } from './sanity.js';
export { runTraining, type Splits, type Subject } from './training.js';
