export { parameterCount, widths } from './train/network.js';
export type { Activation, Adam, HiddenLayer, LabelledRows, LayerWeights, Network, Optimizer, RmsProp, Scale, Sgd } from './train/network.js';
export { glorotUniform } from './train/initialise.js';
export { Net, openNet } from './train/net.js';
export type { NetOptions, Prediction, SetScore } from './train/net.js';
export { DivergenceError, openTrainer, Trainer, usefulWorkers } from './train/trainer.js';
export type { EpochProgress, TrainerOptions, TrainerState } from './train/trainer.js';
export { kept } from './train/dropout.js';
