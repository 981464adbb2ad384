import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '@layerwise/contracts';
import { onDisk } from './storage.js';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: another process may get its number. */
  readonly began: string | null;
}

/** What to do while another process holds a lock. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** Called once, when waiting begins. */
  readonly onWait: (pid: number) => void;
}

/**
 * Holds a lock while `work` runs. A lock left by a process that is gone is taken over.
 *
 * The lock is a folder of numbered terms. A term is the file `<n>`, which names its owner; `<n>.over` says that the owner
 * let go. Whoever finds the last term over, or its owner gone, tries to create the next one; that can succeed once.
 * No term is ever changed or taken away but those before the last, so nobody can remove a lock that is held.
 * @param folder of this lock alone
 * @throws LayerwiseError ABORTED while waiting, STORAGE_FAILED
 */
export async function withLock<T>(folder: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  const term = await onDisk(folder, () => acquire(folder, waiting));
  try {
    return await work();
  } finally {
    await onDisk(folder, () => writeFile(join(folder, `${term}.over`), ''));
  }
}

async function acquire(folder: string, { signal, onWait }: Waiting): Promise<number> {
  await mkdir(folder, { recursive: true });
  const own = JSON.stringify({ pid: process.pid, host: hostname(), began: await beginOf(process.pid) } satisfies Owner);
  let waited = false;
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    throwIfAborted(signal);
    const names = await readdir(folder);
    const last = lastTerm(names);
    const owner = await ownerOf(folder, names);
    if (!owner) {
      if (await tryTerm(folder, last + 1, own)) return last + 1;
      continue;
    }
    if (!waited) onWait(owner.pid);
    waited = true;
    await sleep(pause);
  }
}

/** The process that holds a lock, if one does. */
export async function holderOf(folder: string): Promise<number | undefined> {
  return (await ownerOf(folder, await readdir(folder).catch(() => [])))?.pid;
}

/** The locks below a folder that are held now, each by its name and the process. */
export async function heldLocks(folder: string): Promise<readonly { readonly name: string; readonly pid: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.sort().map(async (name) => ({ name, pid: await holderOf(join(folder, name)) })));
  return found.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
}

/** The owner of the last term, unless that is over or the owner gone. */
async function ownerOf(folder: string, names: readonly string[]): Promise<Owner | undefined> {
  const last = lastTerm(names);
  const owner = last === 0 || names.includes(`${last}.over`) ? undefined : await readOwner(join(folder, String(last)));
  return owner && (await isAlive(owner)) ? owner : undefined;
}

function lastTerm(names: readonly string[]): number {
  return Math.max(0, ...names.map(Number).filter(Number.isInteger));
}

/**
 * Creates a term, complete (written aside, then linked), so that its owner can always be read.
 * One who looked long ago may create a term that was cleared since: a later one is then there, and he lets go of it.
 */
async function tryTerm(folder: string, term: number, own: string): Promise<boolean> {
  const file = join(folder, String(term));
  const aside = join(folder, `new-${randomUUID()}`);
  await writeFile(aside, own);
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
  const names = await readdir(folder);
  if (lastTerm(names) > term) {
    await rm(file, { force: true });
    return false;
  }
  await Promise.all(names.filter((name) => parseInt(name, 10) < term).map((name) => rm(join(folder, name), { force: true })));
  return true;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** A process on another host is taken to be alive: nothing here can tell. */
async function isAlive({ pid, host, began }: Owner): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return began === null || began === (await beginOf(pid));
}

/** Start of a process in ticks since the system began (Linux: field 22 of /proc/<pid>/stat); null where it is not told. */
async function beginOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
