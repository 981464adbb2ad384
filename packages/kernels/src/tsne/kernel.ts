import type { KernelPool } from '../pool.js';
import type { Kernel } from '../wasm.js';

/** The kernel of neighbours and t-SNE. */
export const tsneKernel = {
  wasm: new URL('../wasm/tsne.wasm', import.meta.url),
  emulated: new URL('../wasm/tsne-emulated.wasm', import.meta.url),
  functions: {
    conditional: 5,
    descend: 3,
    joint: 12,
    largestNorm: 4,
    logarithm: 1,
    measure: 2,
    packTiles: 11,
    projectRows: 7,
    rowSizes: 8,
    rowStarts: 3,
    search: 15,
    transpose: 5,
  },
} as const satisfies Kernel;

/** Threads with that kernel. */
export type TsnePool = KernelPool<(typeof tsneKernel)['functions']>;
