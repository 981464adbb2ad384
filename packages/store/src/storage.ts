import { lstatSync, readdirSync, statSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';

/** What to do about each failure of the file system that a user can mend. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space and run again. Finished stages are kept.',
  EDQUOT: 'Your quota is used up: free some space and run again. Finished stages are kept.',
  EACCES: 'Give yourself permission to read and write there, and run again.',
  EPERM: 'Give yourself permission to read and write there, and run again.',
  EROFS: 'The file system is read-only: work in a folder that can be written to.',
  EXDEV: 'artifacts/ must lie on one file system, without mounts within it.',
  ENOTDIR: 'A file is where a folder is needed: move it away and run again.',
  EEXIST: 'Something is in the place of a file or folder that is needed: move it away and run again.',
  EISDIR: 'A folder is where a file is needed: move it away and run again.',
  ELOOP: 'A link leads back to itself: remove it and run again.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n) and run again.',
  ENFILE: 'Too many files are open on this system: run again later.',
  EFBIG: 'The file is larger than may be written here: raise the limit (ulimit -f) and run again.',
  EIO: 'The disk reports a fault: check it, then run again.',
  ENAMETOOLONG: 'Move the workspace to a folder with a shorter path.',
};

/**
 * Runs file operations; what fails for want of space, permission and the like becomes a STORAGE_FAILED error.
 * @param path what the message names if the system names nothing
 */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, path);
  }
}

/** The error to show for a failure of the file system; any other error as it is. */
export function storageError(error: unknown, path: string): unknown {
  const { code, path: named, syscall } = error as NodeJS.ErrnoException;
  const remedy =
    code === undefined || error instanceof LayerwiseError || !Object.hasOwn(remedies, code)
      ? undefined
      : remedies[code];
  if (remedy === undefined) return error;
  const taken = code === undefined ? undefined : takenBy(code, named ?? path, error);
  if (taken) return taken;
  return new LayerwiseError(
    'STORAGE_FAILED',
    `the file system must let Layerwise ${syscall ?? 'use'} the file, got ${code}`,
    { where: named ?? path, remedy, cause: error },
  );
}

/** Where a file is in the place of a folder, or a folder in that of a file: which, on the way to a path. */
function takenBy(code: string, path: string, cause: unknown): LayerwiseError | undefined {
  if (code === 'EISDIR') return statOf(path)?.isDirectory() ? takenPlace(path, 'a file', 'folder', cause) : undefined;
  if (code !== 'ENOTDIR' && code !== 'EEXIST') return undefined;
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (statOf(at)?.isFile()) return takenPlace(at, 'a folder', 'file', cause);
  }
  return undefined;
}

/** The error to show where a file is in the place of a folder, or a folder in that of a file. */
export function takenPlace(
  path: string,
  needed: 'a file' | 'a folder',
  found: 'file' | 'folder',
  cause?: unknown,
): LayerwiseError {
  return new LayerwiseError('STORAGE_FAILED', `${basename(path)} must be ${needed}, got a ${found}`, {
    where: path,
    remedy: `Move the ${found} away and run again.`,
    cause,
  });
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // A file is on the way to it.
  }
}

/** Makes what a folder lists survive a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Sum of the sizes of the files below a folder, in bytes; links are not followed, what cannot be read counts nothing. */
export function folderBytes(folder: string): number {
  try {
    const stats = lstatSync(folder);
    return stats.isDirectory()
      ? readdirSync(folder).reduce((sum, name) => sum + folderBytes(join(folder, name)), 0)
      : stats.size;
  } catch {
    return 0;
  }
}
