import type { KernelFiles } from '../wasm.js';

/** The kernel of training and evaluation of nets. */
export const trainKernel: KernelFiles = {
  wasm: new URL('../wasm/train.wasm', import.meta.url),
  emulated: new URL('../wasm/train-emulated.wasm', import.meta.url),
};
