import type { ResultTable } from './table.js';

/** How far a run had come when it kept its state; for people to look at. */
export interface Standing {
  readonly done: number;
  readonly total: number;
  /** What is counted, such as `epochs`. */
  readonly unit: string;
  /** What there is to tell of it so far, such as the history of a training. */
  readonly table: ResultTable;
}

/**
 * What a long run needs to go on after it was stopped, kept outside its artifact. A run that goes on must write the bytes
 * of one that was never stopped, whenever and however often it was.
 */
export interface Checkpoint {
  /** What the last run of the very same recipe kept, if that did not finish; else undefined. */
  load(): Promise<Uint8Array | undefined>;
  /** Whether the last save is so long ago that another costs next to nothing; asked between two units of work. */
  due(): boolean;
  /** Replaces what was kept. Never fails: a run without a checkpoint is better than none. */
  save(state: Uint8Array, standing: Standing): Promise<void>;
}
