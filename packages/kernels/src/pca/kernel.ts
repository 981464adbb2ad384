import type { KernelPool } from '../pool.js';
import type { Kernel } from '../wasm.js';

/** The kernel of principal components. */
export const pcaKernel = {
  wasm: new URL('../wasm/pca.wasm', import.meta.url),
  emulated: new URL('../wasm/pca-emulated.wasm', import.meta.url),
  functions: {
    addColumnSums: 6,
    addGramFloat: 8,
    backTransform: 7,
    defect: 8,
    gramShare: 8,
    helpTridiagonalize: 4,
    implicitQl: 5,
    inverseIteration: 10,
    orderRows: 7,
    projectShare: 9,
    tridiagonalize: 8,
  },
} as const satisfies Kernel;

/** Threads with that kernel. */
export type PcaPool = KernelPool<(typeof pcaKernel)['functions']>;
