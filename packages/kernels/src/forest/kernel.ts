import type { KernelFiles } from '../wasm.js';

/** The kernel of forests. */
export const forestKernel: KernelFiles = {
  wasm: new URL('../wasm/forest.wasm', import.meta.url),
};
