import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '@layerwise/contracts';
import { Stopwatch } from './stopwatch.js';

/** How far a running stage is: what its process writes, again and again, into a file of its own in the run's folder. */
export interface LiveStep {
  readonly stage: string;
  /** Part that is done, 0 to 1. */
  readonly share: number;
  /** The time left and the figures, in words. */
  readonly text: string;
}

/** What the names of files with a {@link LiveFile.note note} end in; no stage's id does. */
export const noteSuffix = '.note';

const writeEvery = 200;

/** Tells the process of Nx how far this stage is, by a file in the folder that LAYERWISE_LIVE names. */
export class LiveFile {
  private written = 0;
  private readonly file: string;

  constructor(
    folder: string,
    id: string,
    private readonly stage: string,
    private readonly watch = new Stopwatch(),
  ) {
    this.file = join(folder, id);
  }

  /** Takes a step. What cannot be written is left out: it is shown to nobody, and harms nothing. */
  readonly step = (step: Progress): void => {
    const now = Date.now();
    if (now - this.written < writeEvery && step.done < step.total) return;
    this.written = now;
    const live: LiveStep = {
      stage: this.stage,
      share: step.total > 0 ? step.done / step.total : 0,
      text: this.watch.describe(step, now),
    };
    this.write(this.file, JSON.stringify(live));
  };

  /** A line that the process of Nx says once, also when the stage has ended. */
  note(line: string): void {
    this.write(`${this.file}${noteSuffix}`, line);
  }

  private write(file: string, text: string): void {
    try {
      writeFileSync(file, text);
    } catch {
      // The run has ended, or the disk is full; the stage itself says so where it matters.
    }
  }

  /** The stage runs no more. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}
