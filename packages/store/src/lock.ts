import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '@layerwise/contracts';

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/** What to do while another process holds a lock. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** Called once, when waiting begins. */
  readonly onWait: (pid: number) => void;
}

/**
 * Holds a lock file while `work` runs. A lock left by a process that is gone is taken over.
 * The file comes into being complete (written aside, then linked), so that its owner can always be read.
 * @param file path of the lock file
 */
export async function withLock<T>(file: string, { signal, onWait }: Waiting, work: () => Promise<T>): Promise<T> {
  const own: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  await mkdir(dirname(file), { recursive: true });
  for (let waited = false; !(await tryLock(file, own)); ) {
    throwIfAborted(signal);
    const owner = await readOwner(file);
    if (owner && !isAlive(owner)) await removeIfOwned(file, owner.token);
    else if (owner) {
      if (!waited) onWait(owner.pid);
      waited = true;
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    await removeIfOwned(file, own.token);
  }
}

async function tryLock(file: string, own: Owner): Promise<boolean> {
  const aside = `${file}.${own.token}`;
  await writeFile(aside, JSON.stringify(own));
  try {
    await link(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** A process on another host is taken to be alive: nothing here can tell. */
function isAlive({ pid, host }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Moves the lock aside first: of several processes that saw a dead owner one alone gets to move it, and a newer lock is put back. */
async function removeIfOwned(file: string, token: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await readOwner(aside);
  if (moved && moved.token !== token) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}
