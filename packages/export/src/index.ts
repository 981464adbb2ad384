export { contributions, largest, respond, type Response } from './forward.js';
export type { Activation, DenseLayer } from './layers.js';
export { readNet, type Step, type TrainedNet } from './net.js';
