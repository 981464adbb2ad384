import type { KernelFiles } from '../wasm.js';

/** The kernel of neighbours and t-SNE. */
export const tsneKernel: KernelFiles = {
  wasm: new URL('../wasm/tsne.wasm', import.meta.url),
  emulated: new URL('../wasm/tsne-emulated.wasm', import.meta.url),
};
