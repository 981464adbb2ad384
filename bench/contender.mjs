/**
 * One program that takes part in a comparison, kept running between its repetitions so that
 * starting it, loading data and warming up are never timed. It is asked by one line on its
 * standard input and answers with one line of JSON.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { python } from './peers.mjs';

/**
 * @typedef {object} Specification
 * @property {string} name as shown in the tables; `ours` for Layerwise
 * @property {string} program file in bench/ours (.mjs) or bench/peers (.py)
 * @property {Record<string, unknown>} options passed as one JSON argument
 * @property {number[]} [threads] numbers of threads to try; the fastest is kept
 * @property {number} [repetitions] fewer than the others, for slow peers
 *
 * @typedef {{ seconds: number, cpuSeconds: number, peakMB: number } & Record<string, unknown>} Figures
 */

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Contender {
  /** @param {Specification} specification @param {number} threads */
  constructor(specification, threads) {
    this.name = specification.name;
    this.threads = threads;
    const file = fileURLToPath(new URL(specification.program, import.meta.url));
    const argument = JSON.stringify({ ...specification.options, threads });
    const environment = {
      ...process.env,
      OMP_NUM_THREADS: `${threads}`,
      OPENBLAS_NUM_THREADS: `${threads}`,
      MKL_NUM_THREADS: `${threads}`,
      CUDA_VISIBLE_DEVICES: '',
    };
    this.child = spawn(file.endsWith('.py') ? python : process.execPath, [file, argument], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.errors = '';
    this.child.stderr.on('data', (text) => (this.errors = (this.errors + text).slice(-4000)));
    this.child.stdin.on('error', () => {}); // a dead child is reported by its exit
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until it is ready. */
  async ready() {
    this.version = (await this.answer()).version;
    return this;
  }

  /** One repetition. @returns {Promise<Figures>} */
  async repeat() {
    await pause(300); // threads of the one before may still be spinning
    this.child.stdin.write('go\n');
    return this.answer();
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended without an answer:\n${this.errors}`);
    return JSON.parse(value);
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await ended;
  }
}

/** Repetitions shorter than this (s) are tried twice: the first may find its threads and compilers asleep. */
const SHORT = 5;

/** Seconds of the faster of two repetitions, of one if that is long, or infinity when it takes longer than `limit`; the contender is then ended. */
async function trial(contender, limit) {
  const timer = setTimeout(() => contender.child.kill(), Math.min(limit * 1000, 2 ** 31 - 1));
  try {
    const { seconds } = await contender.repeat();
    return seconds < SHORT ? Math.min(seconds, (await contender.repeat()).seconds) : seconds;
  } catch (error) {
    if (contender.child.killed) return Infinity;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts a contender with each number of threads it may use, lets each run once or twice, and keeps the
 * fastest. With only one number there is no such trial run.
 * @param {Specification} specification
 */
export async function fastest(specification) {
  const counts = specification.threads ?? [1];
  if (counts.length === 1) return new Contender(specification, counts[0]).ready();
  let best = { seconds: Infinity };
  for (const threads of counts) {
    const contender = await new Contender(specification, threads).ready();
    const seconds = await trial(contender, 2 + 4 * best.seconds);
    const worse = seconds < best.seconds ? best.contender : contender;
    if (seconds < best.seconds) best = { contender, seconds };
    await worse?.stop();
  }
  return best.contender;
}
