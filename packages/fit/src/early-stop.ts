import type { HistoryLine } from './history.js';

/** What {@link EarlyStop} remembers. */
export interface StopState {
  readonly best: number | undefined;
  readonly waited: number;
}

/** Early stopping as Keras's EarlyStopping does it: patience counts the epochs since the last improvement. */
export class EarlyStop {
  private readonly rule: { readonly metric: keyof HistoryLine; readonly patience: number; readonly minDelta: number };
  private best: number | undefined;
  private waited = 0;

  constructor(rule: EarlyStop['rule']) {
    this.rule = rule;
  }

  state(): StopState {
    return { best: this.best, waited: this.waited };
  }

  restore({ best, waited }: StopState): void {
    this.best = best;
    this.waited = waited;
  }

  /** Whether to stop after this epoch. An improvement is a change for the better by more than `minDelta`. */
  after(line: HistoryLine): boolean {
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
