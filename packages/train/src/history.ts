import type { ResultTable, Score } from '@layerwise/contracts';

/** One epoch as Keras reports it: training figures are running means with dropout on, losses include the L2 penalty. */
export interface HistoryLine {
  readonly loss: number;
  readonly accuracy: number;
  /** NaN without validation rows, as valAccuracy. */
  readonly valLoss: number;
  readonly valAccuracy: number;
}

/** Figures of one epoch taken after it, without dropout and without penalty. */
interface CleanLine {
  readonly train: Score;
  readonly validation: Score;
  readonly test: Score;
}

/** What {@link History} holds. */
export interface HistoryState {
  readonly lines: readonly HistoryLine[];
  readonly clean: readonly CleanLine[];
}

/** The history of a training, epoch by epoch; the table is that of `history.parquet`. */
export class History {
  private readonly lines: HistoryLine[] = [];
  private readonly clean: CleanLine[] = [];
  private readonly withClean: boolean;

  constructor(withClean: boolean) {
    this.withClean = withClean;
  }

  add(line: HistoryLine): HistoryLine {
    this.lines.push(line);
    return line;
  }

  addClean(train: Score, validation: Score, test: Score): void {
    this.clean.push({ train, validation, test });
  }

  state(): HistoryState {
    return { lines: [...this.lines], clean: [...this.clean] };
  }

  restore({ lines, clean }: HistoryState): void {
    this.lines.splice(0, Infinity, ...lines);
    this.clean.splice(0, Infinity, ...clean);
  }

  /** Of the epochs that are complete: one that was stopped while it was scored has figures in part. */
  table(): ResultTable {
    const lines = this.withClean ? this.lines.slice(0, this.clean.length) : this.lines;
    const real = <T>(lines: readonly T[], read: (line: T) => number) => ({ type: 'real' as const, values: lines.map(read) });
    const table: Record<string, ResultTable[string]> = {
      epoch: { type: 'int', values: lines.map((_, i) => i + 1) },
      loss: real(lines, (line) => line.loss),
      accuracy: real(lines, (line) => line.accuracy),
      valLoss: real(lines, (line) => line.valLoss),
      valAccuracy: real(lines, (line) => line.valAccuracy),
    };
    if (!this.withClean) return table;
    return {
      ...table,
      cleanLoss: real(this.clean, (line) => line.train.loss),
      cleanAccuracy: real(this.clean, (line) => line.train.accuracy),
      cleanValLoss: real(this.clean, (line) => line.validation.loss),
      testLoss: real(this.clean, (line) => line.test.loss),
      testAccuracy: real(this.clean, (line) => line.test.accuracy),
    };
  }
}
