/** How many numbers a net has, and the widths of its layers from the inputs on. */
export { parameterCount, widths } from './train/network.js';
/** A net's description, its rows and its weights, layer by layer. */
export type { HiddenLayer, LabelledRows, LayerWeights, Network, RowSource, Scale } from './train/network.js';
/** How weights follow gradients. */
export { OPTIMIZERS, type Optimizer, type OptimizerName } from './train/optimizers.js';
/** The net's one value, to and from the kernel's form. */
export { denseNet, networkOf } from './train/dense-net.js';
/** First weights: kernels drawn from Glorot's uniform distribution by a seed, biases 0. */
export { glorotUniform } from './train/initialise.js';
/** A net for evaluation and prediction, with its rows in the kernel's memory. */
export { Net, openNet } from './train/net.js';
/** What a net is opened with, and what it answers. */
export type { NetOptions, Prediction, SetScore } from './train/net.js';
/** Training: a net with its optimiser, one epoch at a time; the error of a loss that is not finite. */
export { DivergenceError, openTrainer, Trainer } from './train/trainer.js';
/** What a trainer is opened with, tells while it runs, and can go on from. */
export type { EpochProgress, TrainerOptions, TrainerState } from './train/trainer.js';
/** Which units dropout keeps: the mask of one row, by hashing seed, step, layer, row and unit. */
export { kept } from './train/dropout.js';
/** Threads worth having for a training, and the memory that it takes. */
export { usefulWorkers } from './train/useful-workers.js';
export { trainingBytes, type TrainingSize } from './train/memory.js';
