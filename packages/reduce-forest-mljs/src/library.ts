import type { CartNode } from './tree.js';

/** What is used of ml-random-forest; its own type declarations do not hold together under `skipLibCheck: false`. */
export interface Library {
  readonly RandomForestClassifier: new (options: {
    nEstimators: number;
    maxFeatures: number;
    replacement: boolean;
    seed: number;
    useSampleBagging: boolean;
    noOOB: boolean;
    treeOptions: { maxDepth?: number };
  }) => GrownForest;
}

/** A forest of the library, of which its trees and the columns given to each are used. */
export interface GrownForest {
  readonly indexes: readonly (readonly number[])[];
  readonly estimators: readonly { readonly root: CartNode }[];
  train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
}

/** Loads the library, which is a CommonJS package. */
export async function loadLibrary(): Promise<Library> {
  const library = (await import('ml-random-forest')) as unknown as Library & { default?: Library };
  return library.RandomForestClassifier ? library : library.default!;
}
