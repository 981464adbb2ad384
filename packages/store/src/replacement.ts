import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './storage.js';

/** How {@link replaceFile} writes. */
export interface Replacement {
  /** Absolute path that is written first, on the same file system; without it, one of this process alone. */
  readonly temporary?: string;
  /** Whether the file must survive a loss of power. */
  readonly durable?: boolean;
}

/** Path beside a file that only this process writes. */
function temporaryPath(path: string): string {
  return `${path}.${process.pid}`;
}

/**
 * Puts a file in the place of another, if there is one, all at once: who reads it finds the old or the new one, never a part.
 * Folders on the way are made; where it fails, nothing is left beside it.
 * @param path absolute
 * @param pieces bytes or text, written one after another
 * @throws what the file system throws
 */
export async function replaceFile(
  path: string,
  pieces: readonly (string | Uint8Array)[],
  { temporary = temporaryPath(path), durable = false }: Replacement = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    const handle = await open(temporary, 'w');
    try {
      for (const piece of pieces) await handle.writeFile(piece);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  if (durable) await syncFolder(dirname(path));
}

/** As {@link replaceFile}, at once. */
export function replaceFileSync(path: string, text: string): void {
  const temporary = temporaryPath(path);
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The error that brought it here is the one to show.
    }
    throw error;
  }
}
