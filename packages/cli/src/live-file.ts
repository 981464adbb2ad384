import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '@layerwise/contracts';
import type { LiveStep } from '@layerwise/nx-plugin';
import { describeStep } from './progress.js';

const writeEvery = 200;

/** Tells the process of Nx how far this stage is, by a file in the folder that LAYERWISE_LIVE names. */
export class LiveFile {
  private written = 0;
  private readonly started = Date.now();
  private readonly file: string;

  constructor(
    folder: string,
    id: string,
    private readonly stage: string,
  ) {
    this.file = join(folder, id);
  }

  /** Takes a step. What cannot be written is left out: it is shown to nobody, and harms nothing. */
  readonly step = (step: Progress): void => {
    const now = Date.now();
    if (now - this.written < writeEvery && step.done < step.total) return;
    this.written = now;
    const live: LiveStep = { stage: this.stage, share: step.total > 0 ? step.done / step.total : 0, text: describeStep(step, now - this.started) };
    try {
      writeFileSync(this.file, JSON.stringify(live));
    } catch {
      // The run has ended, or the disk is full; the stage itself says so where it matters.
    }
  };

  /** The stage runs no more. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}
