import type { KernelPool } from '../pool.js';
import type { Kernel } from '../wasm.js';

/** The kernel of training and evaluation of nets. */
export const trainKernel = {
  wasm: new URL('../wasm/train.wasm', import.meta.url),
  emulated: new URL('../wasm/train-emulated.wasm', import.meta.url),
  functions: {
    countRows: 5,
    evaluateRows: 12,
    listRows: 5,
    mapFloats: 4,
    trainBatches: 7,
    transpose: 4,
  },
} as const satisfies Kernel;

/** Threads with that kernel. */
export type TrainPool = KernelPool<(typeof trainKernel)['functions']>;
