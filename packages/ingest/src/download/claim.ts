import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * A part file that one process alone writes: the first to ask gets the shared one, which a later run continues;
 * any other at the same time gets one of its own, deleted at the end.
 */
export class Claim {
  /** The file to write. */
  readonly part: string;
  private readonly lock: string;
  private readonly shared: boolean;

  constructor(part: string) {
    this.lock = `${part}.lock`;
    this.shared = this.take();
    this.part = this.shared ? part : join(dirname(part), `.${process.pid}-${basename(part)}`);
  }

  release(): void {
    rmSync(this.shared ? this.lock : this.part, { force: true });
  }

  private take(): boolean {
    if (this.write()) return true;
    if (holderLives(this.lock)) return false;
    rmSync(this.lock, { force: true });
    return this.write();
  }

  private write(): boolean {
    try {
      const handle = openSync(this.lock, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return true;
    } catch {
      return false;
    }
  }
}

function holderLives(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (!(pid > 0)) return false;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
