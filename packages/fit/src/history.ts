import type { Schemas, Score, TableOf } from '@layerwise/contracts';

/** `history.parquet`. */
export type HistoryTable = TableOf<Schemas['model'], 'history'>;

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

  /** @param epochs how many of the first */
  state(epochs: number): HistoryState {
    return { lines: this.lines.slice(0, epochs), clean: this.clean.slice(0, epochs) };
  }

  restore({ lines, clean }: HistoryState): void {
    this.lines.splice(0, Infinity, ...lines);
    this.clean.splice(0, Infinity, ...clean);
  }

  /** Of the epochs that are complete: one that was stopped while it was scored has figures in part. @param most of the first */
  table(most = Infinity): HistoryTable {
    const lines = this.lines.slice(0, this.withClean ? Math.min(most, this.clean.length) : most);
    const clean = this.clean.slice(0, most);
    const real = <T>(of: readonly T[], read: (line: T) => number) => ({
      type: 'float64' as const,
      values: of.map(read),
    });
    const table: HistoryTable = {
      epoch: { type: 'int32', values: lines.map((_, i) => i + 1) },
      loss: real(lines, (line) => line.loss),
      accuracy: real(lines, (line) => line.accuracy),
      valLoss: real(lines, (line) => line.valLoss),
      valAccuracy: real(lines, (line) => line.valAccuracy),
    };
    if (!this.withClean) return table;
    return {
      ...table,
      cleanLoss: real(clean, (line) => line.train.loss),
      cleanAccuracy: real(clean, (line) => line.train.accuracy),
      cleanValLoss: real(clean, (line) => line.validation.loss),
      testLoss: real(clean, (line) => line.test.loss),
      testAccuracy: real(clean, (line) => line.test.accuracy),
    };
  }
}
