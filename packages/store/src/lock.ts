import { existsSync, lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import { liveHolder, withLease, type Holder, type Waiting as LeaseWaiting } from '@layerwise/contracts/lease';
import { readableNames } from './folder.js';
import { storageError } from './storage.js';

/** What to do while another process holds a lock. */
export type Waiting = LeaseWaiting & { readonly signal: AbortSignal };

/**
 * Holds a lock while `work` runs, see `withLease`.
 * @param folder of this lock alone
 * @throws LayerwiseError ABORTED while waiting, STORAGE_FAILED
 */
export async function withLock<T>(folder: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  if (existsSync(folder) && lstatSync(folder).isSymbolicLink())
    throw new LayerwiseError('STORAGE_FAILED', `the lock ${basename(folder)} must be a folder, got a link`, {
      where: folder,
      remedy: 'Remove the link.',
    });
  let working = false;
  try {
    return await withLease(folder, waiting, () => {
      working = true;
      return work();
    });
  } catch (error) {
    if (working) throw error;
    throwIfAborted(waiting.signal);
    throw storageError(error, folder);
  }
}

/** A lock that is held by a process that is there. */
export interface HeldLock {
  readonly name: string;
  readonly holder: Holder;
}

/** The locks below a folder whose holders show that they are there, which takes some seconds to see. */
export async function heldLocks(folder: string): Promise<readonly HeldLock[]> {
  const found = await Promise.all(
    readableNames(folder).map(async (name) => ({ name, holder: await liveHolder(join(folder, name)) })),
  );
  return found.filter((lock): lock is HeldLock => lock.holder !== undefined);
}
