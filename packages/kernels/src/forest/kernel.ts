import type { KernelPool } from '../pool.js';
import type { Kernel } from '../wasm.js';

/** The kernel of forests. */
export const forestKernel = {
  wasm: new URL('../wasm/forest.wasm', import.meta.url),
  functions: {
    growTree: 1,
    addVotes: 13,
    transposeBytes: 6,
  },
} as const satisfies Kernel;

/** Threads with that kernel. */
export type ForestPool = KernelPool<(typeof forestKernel)['functions']>;
