import { printable, type Progress, type Standing } from '@layerwise/contracts';

const barWidth = 24;
const lineEvery = 3000;
const redrawEvery = 150;

/** The time that a stage has taken in this process, and for which share of its work. */
export class Stopwatch {
  private since = Date.now();
  private from = 0;

  /** The work begins only now, where an earlier run was stopped. */
  goesOn({ done, total }: Pick<Standing, 'done' | 'total'>): void {
    this.since = Date.now();
    this.from = total > 0 ? done / total : 0;
  }

  /** Ms since the work began. */
  elapsed(now = Date.now()): number {
    return now - this.since;
  }

  /** See {@link describeStep}. */
  describe(step: Progress, now = Date.now()): string {
    return describeStep(step, this.elapsed(now), this.from);
  }
}

/** Shows a stage's progress: a bar that is redrawn on a terminal, else a line every few seconds. */
export class ProgressLine {
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
    this.out.write(this.out.isTTY ? `\r\u001b[2K${text.slice(0, (this.out.columns || 80) - 1)}` : `${text}\n`);
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

/** `8.1 s left  epoch 6/30  loss 0.0665  steps 2077/10710`; the time left first, as a narrow terminal cuts the end. @param elapsed ms since the stage began @param from share of the work that was done then */
export function describeStep({ done, total, unit, detail }: Progress, elapsed: number, from = 0): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const left = share > from && share < 1 ? [`${duration((elapsed * (1 - share)) / (share - from))} left`] : [];
  return [...left, ...(detail ? [printable(detail)] : []), `${unit} ${round(done)}/${round(total)}`].join('  ');
}

function round(n: number): string {
  return String(Math.round(n * 10) / 10);
}

/** `0.8 s`, `42 s`, `3 min 5 s` of a time in ms. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
