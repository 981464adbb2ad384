import type { LayerWeights } from '@layerwise/kernels/train';
import type { Engine } from './engine.js';
import type { HistoryLine } from './history.js';

/** The weights of the best epoch so far. */
export interface KeptWeights {
  readonly weights: readonly LayerWeights[];
  /** From 1. */
  readonly epoch: number;
  /** Validation loss with the penalty. */
  readonly loss: number;
}

/** Keeps the weights of the epoch with the lowest validation loss, the first of equal ones. */
export class BestWeights {
  private best: KeptWeights | undefined;

  /** @param isWanted where not, nothing is kept */
  constructor(private readonly isWanted: boolean) {}

  /** Undefined until an epoch was kept. */
  get kept(): KeptWeights | undefined {
    return this.best;
  }

  restore(kept: KeptWeights | undefined): void {
    this.best = kept;
  }

  /** Copies the engine's weights if this epoch is the best so far. @param epoch from 1 */
  after(epoch: number, { valLoss }: HistoryLine, engine: Engine): void {
    if (!this.isWanted || valLoss >= (this.best?.loss ?? Infinity)) return;
    this.best = { weights: engine.weights(), epoch, loss: valLoss };
  }
}
