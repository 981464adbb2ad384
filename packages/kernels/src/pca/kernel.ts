import type { KernelFiles } from '../wasm.js';

/** The kernel of principal components. */
export const pcaKernel: KernelFiles = {
  wasm: new URL('../wasm/pca.wasm', import.meta.url),
  emulated: new URL('../wasm/pca-emulated.wasm', import.meta.url),
};
