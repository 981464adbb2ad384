import type { StepProgress } from './engine.js';
import type { HistoryLine } from './history.js';
import type { NetContext } from './params.js';

/** Tells of steps and epochs; one unit of progress is a step. */
export class ProgressReporter {
  private readonly context: NetContext;
  private readonly steps: number;
  private validation = '';

  constructor(context: NetContext, steps: number) {
    this.context = context;
    this.steps = steps;
  }

  private get total(): number {
    return this.steps * this.context.params.epochs;
  }

  /** Within an epoch (from 1). */
  step(epoch: number, { step, loss, accuracy }: StepProgress): void {
    if (step === this.steps) return;
    this.report((epoch - 1) * this.steps + step, epoch, loss, accuracy);
  }

  /** After an epoch. Training that stops early is done at once. */
  epoch(epoch: number, line: HistoryLine, stopped: boolean): void {
    this.validation = Number.isNaN(line.valAccuracy)
      ? ''
      : `  validation loss ${line.valLoss.toFixed(4)}  accuracy ${line.valAccuracy.toFixed(4)}`;
    this.report(stopped ? this.total : epoch * this.steps, epoch, line.loss, line.accuracy);
  }

  private report(done: number, epoch: number, loss: number, accuracy: number): void {
    const { params, progress } = this.context;
    progress({
      done,
      total: this.total,
      unit: 'steps',
      detail: `epoch ${epoch}/${params.epochs}  loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(4)}${this.validation}`,
    });
  }
}
