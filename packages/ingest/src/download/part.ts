import { randomUUID } from 'node:crypto';
import { copyFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * What has come of a file, `<file>.part`, while it grows: a copy of its own, `<file>.part-<uuid>`, for one process alone. Another that was
 * taken for dead, and was only suspended, goes on writing to its own.
 */
export class Part {
  /** The file to write. */
  readonly path: string;

  /** Begins with the most that earlier transfers left, and clears the rest. @param shared absolute path, `<file>.part` */
  constructor(private readonly shared: string) {
    this.path = `${shared}-${randomUUID()}`;
    const left = this.leftovers().sort((a, b) => sizeOf(b) - sizeOf(a));
    if (left[0] !== undefined) copyFileSync(left[0], this.path);
    for (const path of left) rmSync(path, { force: true });
  }

  /** Keeps what is there for the next transfer. */
  keep(): void {
    try {
      renameSync(this.path, this.shared);
    } catch {
      // Nothing came, or it is in place.
    }
  }

  private leftovers(): string[] {
    const name = basename(this.shared);
    const names = readdirSync(dirname(this.shared)).filter((other) => other === name || other.startsWith(`${name}-`));
    return names.map((other) => join(dirname(this.shared), other)).filter((path) => statSync(path).isFile());
  }
}

function sizeOf(path: string): number {
  return statSync(path).size;
}
