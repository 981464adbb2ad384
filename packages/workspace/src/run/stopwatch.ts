import { printable, type Progress } from '@layerwise/contracts';

/** The time that a stage has taken in this process, and for which share of its work. */
export class Stopwatch {
  private since = Date.now();
  private from: number | undefined = 0;

  /**
   * The work begins with the next step, which tells where an earlier run was stopped:
   * until then a stage makes ready, which says nothing of the time that a step takes.
   */
  resume(): void {
    this.from = undefined;
  }

  /** Ms since the work began. */
  elapsed(now = Date.now()): number {
    return now - this.since;
  }

  /** See {@link describeStep}. */
  describe(step: Progress, now = Date.now()): string {
    if (this.from === undefined) {
      this.since = now;
      this.from = step.total > 0 ? step.done / step.total : 0;
    }
    return describeStep(step, this.elapsed(now), this.from);
  }
}

/** The share of the work that must be done before the time left is told: the first steps of a stage take longer than those that follow. */
const TELLING = 0.002;

/**
 * `8.1 s left  epoch 6/30  loss 0.0665  steps 2077/10710`; the time left first, as a narrow terminal cuts the end.
 * @param elapsed ms since the stage began
 * @param from share of the work that was done then
 */
export function describeStep({ done, total, unit, detail }: Progress, elapsed: number, from = 0): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const left =
    share - from >= TELLING && share < 1 ? [`${duration((elapsed * (1 - share)) / (share - from))} left`] : [];
  return [...left, ...(detail ? [printable(detail)] : []), `${unit} ${round(done)}/${round(total)}`].join('  ');
}

/** What of a line fits: as many of its parts, which two spaces divide, as are whole. A number cut short would be another number. */
export function fitting(line: string, width: number): string {
  if (line.length <= width) return line;
  const end = line.slice(0, width + 2).lastIndexOf('  ');
  return line.slice(0, end > 0 ? end : width).trimEnd();
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
