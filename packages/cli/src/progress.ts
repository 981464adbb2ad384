import type { Progress } from '@layerwise/contracts';
import { fitting, Stopwatch } from '@layerwise/workspace/run/stopwatch';

const barWidth = 24;
/** Ms between lines, and between drawings of the bar. */
const [lineEvery, redrawEvery] = [3000, 150];

/** Shows a stage's progress: a bar that is redrawn on a terminal, else a line every few seconds. */
export class ProgressLine {
  /** When a step was last shown, in ms. */
  private shown = 0;
  private drawn = false;
  private readonly started = Date.now();

  constructor(
    private readonly label: string,
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly watch = new Stopwatch(),
  ) {}

  /** Takes a step; the last one (`done` = `total`) is always shown. */
  readonly step = (step: Progress): void => {
    const now = Date.now();
    const finished = step.done >= step.total;
    if (!finished && now - this.shown < (this.out.isTTY ? redrawEvery : lineEvery)) return;
    if (!this.out.isTTY && now - this.started < lineEvery) return;
    this.shown = now;
    const text = this.text(step, now);
    this.out.write(this.out.isTTY ? `\r\u001b[2K${fitting(text, (this.out.columns || 80) - 1)}` : `${text}\n`);
    this.drawn = this.out.isTTY;
  };

  /** Clears the bar, so that a line can be written in its place. */
  clear(): void {
    if (this.drawn) this.out.write('\r\u001b[2K');
    this.drawn = false;
  }

  private text(step: Progress, now: number): string {
    const filled = Math.round((step.total > 0 ? Math.min(1, step.done / step.total) : 0) * barWidth);
    const bar = this.out.isTTY ? `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}  ` : '';
    return `${this.label}  ${bar}${this.watch.describe(step, now)}`;
  }
}
