// One lock for all: a lease. Plain JavaScript without imports from elsewhere: the build, too, is done under one.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { readTerm, writeTerm } from './lease-term.mjs';

/**
 * Times of a lease, in ms.
 * @typedef {object} Pace
 * @property {number} every between two counts of the owner
 * @property {number} patience for which the counter must stand still before another takes over
 */

/**
 * Whoever holds a lease, as its file says.
 * @typedef {object} Holder
 * @property {number | undefined} pid
 * @property {string | undefined} host
 * @property {number} seconds for which he has held it, by his own count
 * @property {string} file
 * @property {number} patience ms after which it is taken over if the counter stands still
 */

/**
 * What to do while another holds the lease.
 * @typedef {object} Waiting
 * @property {AbortSignal} [signal] ends the waiting
 * @property {(holder: Holder) => void} [onWait] called when waiting for a holder begins
 * @property {() => void} [onAlive] called when his counter is seen to move
 * @property {(holder: Holder) => void} [onGone] called when it has stood still, and the lease is taken over
 * @property {Pace} [pace]
 */

/** @typedef {Holder & { beats: number | undefined }} Seen with the counter, if it can be read */

/** @type {Pace} */
const usual = { every: 1000, patience: 5000 };

/**
 * Holds a lease while `work` runs.
 *
 * Its owner counts up in its file; who waits watches the counter by his own clock, and takes over when it has stood still for `patience`:
 * no process, computer or time of a file is asked. It saves work and keeps nothing right: a process that was suspended goes on
 * beside the one that took over. If its work then fails, it asks again and does it again.
 *
 * The lease is a folder of numbered terms, one file each. Whoever finds the last one over, or standing still, creates the next, which can
 * succeed once. No term is changed but by its owner, or taken away but those before the last, so nobody can take a lease that is held.
 * @template T
 * @param {string} folder of this lease alone
 * @param {Waiting} waiting
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws what `work` throws; AbortError while waiting; the errors of the file system where no file can be made
 */
export async function withLease(folder, waiting, work) {
  for (;;) {
    const lease = await acquire(folder, waiting);
    try {
      return await work();
    } catch (error) {
      if (!lease.isLost()) throw error;
    } finally {
      lease.release();
    }
  }
}

/**
 * As `withLease`, for work that does not wait for anything; Ctrl-C ends what it waits for, then the lease is let go.
 * @template T
 * @param {string} folder
 * @param {Waiting} waiting
 * @param {() => T} work
 * @returns {T}
 */
export function withLeaseSync(folder, waiting, work) {
  const attempt = new Attempt(folder, waiting);
  let lease;
  while (!(lease = attempt.take())) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, attempt.pause());
  const stay = () => undefined;
  process.on('SIGINT', stay);
  try {
    return work();
  } finally {
    lease.release();
    process.off('SIGINT', stay);
  }
}

/**
 * @param {string} folder
 * @param {Waiting} waiting
 */
async function acquire(folder, waiting) {
  const attempt = new Attempt(folder, waiting);
  for (;;) {
    waiting.signal?.throwIfAborted();
    const lease = attempt.take();
    if (lease) return lease;
    await sleep(attempt.pause(), undefined, waiting.signal ? { signal: waiting.signal } : {});
  }
}

/**
 * The holder of a lease, if there is one whose counter moves.
 * @param {string} folder
 * @param {number} ms for which to look
 * @returns {Promise<Holder | undefined>}
 */
export async function liveHolder(folder, ms = 2.5 * usual.every) {
  const first = holderOf(folder);
  const end = performance.now() + ms;
  while (first && performance.now() < end) {
    await sleep(Math.min(100, ms / 10));
    const now = holderOf(folder);
    if (now && now.beats !== first.beats) return now;
    if (!now) return undefined;
  }
  return undefined;
}

/**
 * What to say while waiting: `process 12 on mars is computing it, for 40 s so far; waiting, …`.
 * @param {Holder} holder
 * @param {string} what he does
 */
export function describeWait({ pid, host, seconds, file, patience }, what) {
  const who = `${pid === undefined ? 'an unknown process' : `process ${pid}`} on ${host ?? 'an unknown computer'}`;
  return `${who} ${what}, for ${Math.round(seconds)} s so far; waiting until ${file} is over, or stands still for ${patience / 1000} s`;
}

/** Beyond all that are ever taken: a number which somebody put there, and after which the next could not be told from other names. */
const mostTerms = 1e12;

/** Taking a lease, tried again and again. */
class Attempt {
  #still = 0;
  #at = performance.now();
  /** File and counter of the holder as they were last seen. @type {{ file: string, beats: number | undefined } | undefined} */
  #seen;
  #pause = 2.5;

  /**
   * @param {string} folder
   * @param {Waiting} waiting
   */
  constructor(folder, waiting) {
    this.folder = folder;
    this.waiting = waiting;
    this.pace = waiting.pace ?? usual;
  }

  /** @returns {Lease | undefined} undefined while another holds it */
  take() {
    makeFolder(this.folder);
    for (const name of namesIn(this.folder)) if (lastTerm([name]) > mostTerms) remove(join(this.folder, name));
    const names = namesIn(this.folder);
    const holder = holderOf(this.folder, names, this.pace);
    if (holder && !this.#standsStill(holder)) return undefined;
    const lease = Lease.begin(this.folder, lastTerm(names) + 1, this.pace);
    if (holder && lease) this.waiting.onGone?.(holder);
    return lease;
  }

  /** ms until the next try. */
  pause() {
    return (this.#pause = Math.min(this.#pause * 2, 200, this.pace.patience / 5));
  }

  /**
   * Whether the counter has stood still. Only time between looks that followed closely counts: the one who looks may have been suspended himself.
   * @param {Seen} holder
   */
  #standsStill(holder) {
    const now = performance.now();
    const passed = Math.min(now - this.#at, 3 * this.#pause + 50);
    const [{ file, beats }, seen] = [holder, this.#seen];
    this.#at = now;
    if (seen?.file === file && (beats === undefined || beats === seen.beats))
      return (this.#still += passed) >= this.pace.patience;
    if (seen?.file === file) this.waiting.onAlive?.();
    else this.waiting.onWait?.(holder);
    this.#seen = { file, beats };
    this.#still = 0;
    return false;
  }
}

/** @type {Set<Lease>} */
const held = new Set();
process.on('exit', () => held.forEach((lease) => lease.release()));

/** A lease that is held, and counted for by a thread of its own. */
class Lease {
  #state = new Int32Array(new SharedArrayBuffer(8));
  #file;
  #term;
  #worker;

  /**
   * Creates a term. Whoever looked long ago may create one that was cleared since: a later one is then there, and he lets go of it.
   * @param {string} folder
   * @param {number} number
   * @param {Pace} pace
   * @returns {Lease | undefined} undefined if another was faster
   */
  static begin(folder, number, { every }) {
    const term = { pid: process.pid, host: hostname(), every, beats: 0, over: false };
    const file = join(folder, String(number));
    try {
      writeTerm(file, term, 'wx');
    } catch (error) {
      // There, or the folder gone again: tried anew.
      if (['EEXIST', 'ENOENT'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) return undefined;
      throw error;
    }
    const names = namesIn(folder);
    if (lastTerm(names) > number) {
      remove(file);
      return undefined;
    }
    for (const name of names) if (parseInt(name, 10) < number) remove(join(folder, name));
    return new Lease(folder, number, term);
  }

  /**
   * @param {string} folder
   * @param {number} number
   * @param {import('./lease-term.mjs').Term} term
   */
  constructor(folder, number, term) {
    this.folder = folder;
    this.number = number;
    this.#file = join(folder, String(number));
    this.#term = term;
    this.#state[0] = 1;
    this.#worker = new Worker(new URL('./lease-beat.mjs', import.meta.url), {
      workerData: { file: this.#file, term, state: this.#state },
      execArgv: [],
    });
    // Without it nobody counts: another may take over, and compute the same.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
    held.add(this);
  }

  /** Whether another has taken over. */
  isLost() {
    return lastTerm(namesIn(this.folder)) !== this.number;
  }

  /** Says that it is over. Never throws: who waits goes on all the same, a little later. */
  release() {
    if (!held.delete(this)) return;
    Atomics.store(this.#state, 0, 0);
    Atomics.notify(this.#state, 0);
    if (Atomics.load(this.#state, 1) === 1) Atomics.wait(this.#state, 1, 1, 1000);
    try {
      writeTerm(this.#file, { ...this.#term, over: true });
    } catch {
      // It was taken over.
    }
  }
}

/**
 * Whom the last term names, unless it is over.
 * @param {string} folder
 * @param {readonly string[]} names in it
 * @param {Pace} pace
 * @returns {Seen | undefined}
 */
function holderOf(folder, names = namesIn(folder), { patience } = usual) {
  const last = lastTerm(names);
  if (last === 0) return undefined;
  const file = join(folder, String(last));
  const term = readTerm(file) ?? {};
  // The second is how it was said before there were counters.
  if (term.over === true || names.includes(`${last}.over`)) return undefined;
  const beats = Number.isSafeInteger(term.beats) ? term.beats : undefined;
  const pid = Number.isSafeInteger(term.pid) && Number(term.pid) > 0 ? term.pid : undefined;
  const host = typeof term.host === 'string' && /^[\w.-]{1,255}$/.test(term.host) ? term.host : undefined;
  return { pid, host, seconds: ((beats ?? 0) * (Number(term.every) || 0)) / 1000, file, patience, beats };
}

/** @param {readonly string[]} names */
function lastTerm(names) {
  return Math.max(0, ...names.filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number));
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Makes the folder of a lease; what stands in its place and is no folder is put away.
 * @param {string} folder
 */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    try {
      rmSync(folder, { force: true }); // No folder, which another may have made by now.
    } catch {
      // What is at fault is said next.
    }
    mkdirSync(folder, { recursive: true });
  }
}

/** @param {string} path */
function remove(path) {
  rmSync(path, { recursive: true, force: true });
}
