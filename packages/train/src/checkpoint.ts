import { deserialize, serialize } from 'node:v8';
import type { TrainerState, LayerWeights } from '@layerwise/kernels/train';
import type { HistoryState } from './history.js';
import type { StopState } from './stop.js';

/** The weights of the best epoch so far. */
export interface KeptWeights {
  readonly weights: readonly LayerWeights[];
  /** From 1. */
  readonly epoch: number;
  /** Validation loss with the penalty. */
  readonly loss: number;
}

/** Everything that the epochs to come, and what is written after them, depend on. */
export interface TrainingState {
  readonly trainer: TrainerState;
  readonly history: HistoryState;
  readonly stop: StopState | undefined;
  readonly kept: KeptWeights | undefined;
}

/** A training's state as bytes that the same version of Node.js reads; numbers keep every bit. */
export function encodeState(state: TrainingState): Uint8Array {
  return serialize(state);
}

/** What {@link encodeState} was given. */
export function decodeState(bytes: Uint8Array): TrainingState {
  return deserialize(bytes) as TrainingState;
}
