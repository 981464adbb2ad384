import type { Score } from '@layerwise/contracts';
import type { LayerWeights } from '@layerwise/kernels/train';

/** The splits of the rows, as engines know them. */
export type SplitName = 'train' | 'validation' | 'test';

/** How far an epoch has come; loss and accuracy are means so far, as Keras shows them. */
export interface StepProgress extends Score {
  /** From 1. */
  readonly step: number;
}

/** A net under training in some library: what the loop of `fit.ts` needs of it. S is what it keeps of its state. */
export interface Engine<S = unknown> {
  readonly stepsPerEpoch: number;
  /**
   * One epoch over the training rows; loss (with the penalty) and accuracy are means over the rows, each taken before its step.
   * @param progress told now and then
   * @param rate learning rate of a step, counted from 0 over all epochs
   * @throws DivergenceError when a loss or a weight is not finite
   */
  epoch(progress: (step: StepProgress) => void, rate: (step: number) => number): Promise<Score>;
  /** Without dropout and without penalty; NaN without rows. */
  evaluate(split: SplitName): Promise<Score>;
  /** As {@link Engine.evaluate}, with the largest activation of each node of each hidden layer: float32[H]. */
  evaluateWithPeaks(split: SplitName): Promise<Score & { readonly peaks: readonly Float32Array[] }>;
  /** The L2 penalty of the weights as they are. */
  penalty(): number;
  /** Copies of the weights, layer after layer. */
  weights(): LayerWeights[];
  setWeights(weights: readonly LayerWeights[]): void;
  /** A copy of everything that later steps depend on, and how many epochs are done; missing where the library does not give it back to the bit. */
  state?(): S & { readonly epochs: number };
  /** Goes on from a state of an engine opened alike. */
  restore?(state: S): void;
  close(): Promise<void>;
}
