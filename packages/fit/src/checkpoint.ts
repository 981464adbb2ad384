import { deserialize, serialize } from 'node:v8';
import type { Checkpoint } from '@layerwise/contracts';
import type { KeptWeights } from './best-weights.js';
import type { StopState } from './early-stop.js';
import type { Engine } from './engine.js';
import type { History, HistoryState } from './history.js';

/** What an engine keeps, whichever it is. */
export type EngineState = { readonly epochs: number };

/** Everything that the epochs to come, and what is written after them, depend on. */
export interface TrainingState {
  readonly engine: EngineState;
  readonly history: HistoryState;
  readonly stop: StopState | undefined;
  readonly kept: KeptWeights | undefined;
}

/** A training's state as bytes that the same version of Node.js reads; numbers keep every bit. */
function encodeState(state: TrainingState): Uint8Array {
  return serialize(state);
}

/** What `encodeState` was given. */
export function decodeState(bytes: Uint8Array): TrainingState {
  return deserialize(bytes) as TrainingState;
}

/** Epochs that take longer, in ms, may be broken off: the state after each is held until the next is over. Copying it for shorter ones would cost too much. */
const longEpoch = 500;

/** Keeps the state of a training between epochs: now and then, and when it is told to stop. */
export class Keeper {
  private last: EngineState | undefined;
  private began = performance.now();

  /**
   * @param checkpoint without one, or where the engine does not give its state back, nothing is saved
   * @param epochs how many there are to be
   */
  constructor(
    private readonly checkpoint: Checkpoint | undefined,
    private readonly engine: Engine,
    private readonly history: History,
    private readonly epochs: number,
  ) {}

  /** After an epoch: saves the state where that is due, or `now`. */
  async after(rest: Pick<TrainingState, 'stop' | 'kept'>, now: boolean): Promise<void> {
    if (!this.checkpoint) return;
    const long = performance.now() - this.began > longEpoch;
    const due = this.checkpoint.due() || now;
    this.last = due || long ? this.engine.state?.() : undefined;
    if (due) await this.saveLast(rest);
    this.began = performance.now();
  }

  /** Within an epoch that is broken off: saves the state before it, if that is held. */
  async saveLast(rest: Pick<TrainingState, 'stop' | 'kept'>): Promise<void> {
    if (!this.checkpoint || !this.last) return;
    const { epochs: done } = this.last;
    const state = encodeState({ engine: this.last, history: this.history.state(done), ...rest });
    await this.checkpoint.save(state, { done, total: this.epochs, unit: 'epochs', table: this.history.table(done) });
  }
}
