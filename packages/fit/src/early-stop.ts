import type { HistoryLine } from './history.js';

/** What {@link EarlyStop} remembers. */
export interface StopState {
  readonly best: number | undefined;
  readonly waited: number;
}

interface StopRule {
  readonly metric: keyof HistoryLine;
  readonly patience: number;
  readonly minDelta: number;
}

/** Early stopping as Keras's EarlyStopping does it: patience counts the epochs since the last improvement. */
export class EarlyStop {
  private best: number | undefined;
  private waited = 0;

  /** @param rule without one, training never stops early */
  constructor(private readonly rule: StopRule | undefined) {}

  state(): StopState | undefined {
    return this.rule && { best: this.best, waited: this.waited };
  }

  restore(state: StopState | undefined): void {
    this.best = state?.best;
    this.waited = state?.waited ?? 0;
  }

  /** Whether to stop after this epoch. An improvement is a change for the better by more than `minDelta`. */
  after(line: HistoryLine): boolean {
    if (!this.rule) return false;
    const { metric, patience, minDelta } = this.rule;
    const rising = metric === 'accuracy' || metric === 'valAccuracy';
    const value = rising ? line[metric] : -line[metric];
    if (this.best === undefined || value - minDelta > this.best) {
      this.best = value;
      this.waited = 0;
      return false;
    }
    this.waited++;
    return this.waited >= patience;
  }
}
