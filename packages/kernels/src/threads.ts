import { throwIfAborted } from '@layerwise/contracts';
import { setImmediate } from 'node:timers/promises';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/** Megabytes of a thread's heap for what is soon let go of. */
const YOUNG_MB = 8;

/** How jobs are done. */
export interface Work<G, J> {
  /** The module that a thread runs, which calls {@link serve}. */
  readonly thread: URL;
  /** What every job reads: a thread gets it once. Copied, but for what lies in memory that threads share. */
  readonly ground: G;
  /** Does a job; the result depends on nothing but the arguments. */
  readonly perform: (ground: G, job: J) => unknown;
  /** Threads to start; of 0 the calling thread does everything. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

/** Threads that do jobs, each whichever is free; what they give does not depend on how many there are. */
export class Threads<G, J> {
  private constructor(
    private readonly work: Work<G, J>,
    private readonly threads: readonly Worker[],
  ) {}

  /** To be closed in a `finally`. */
  static open<G, J>(work: Work<G, J>): Threads<G, J> {
    const start = (): Worker =>
      new Worker(work.thread, { workerData: work.ground, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    return new Threads(work, Array.from({ length: work.threads }, start));
  }

  /** Threads that work at once, at least 1. */
  get width(): number {
    return Math.max(1, this.threads.length);
  }

  /**
   * Does jobs.
   * @param jobs made when a thread is free for the next
   * @param told of how many are done
   * @returns what they gave, in their order
   * @throws the signal's reason when it has fired
   */
  async all(jobs: Iterable<J> | AsyncIterable<J>, told: (done: number) => void = () => undefined): Promise<unknown[]> {
    const { signal, ground, perform } = this.work;
    const found: unknown[] = [];
    const left = numbered(jobs);
    let done = 0;
    const work = async (thread?: Worker): Promise<void> => {
      for (let next = await left.next(); next.done !== true; next = await left.next()) {
        throwIfAborted(signal);
        const { job, index } = next.value;
        found[index] = thread ? await this.ask(thread, job) : perform(ground, job);
        told(++done);
        await setImmediate();
      }
    };
    await Promise.all(this.threads.length > 0 ? this.threads.map((thread) => work(thread)) : [work()]);
    throwIfAborted(signal);
    return found;
  }

  private ask(thread: Worker, job: J): Promise<unknown> {
    const { signal } = this.work;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        thread.off('message', answered).off('error', failed);
        signal.removeEventListener('abort', stopped);
        act();
      };
      const failed = (error: Error): void => settle(() => reject(error));
      const stopped = (): void => settle(() => reject(signal.reason as Error));
      const answered = ({ result, error }: Answer): void =>
        settle(() => (error === undefined ? resolve(result) : reject(new RangeError(error))));
      thread.on('message', answered).on('error', failed);
      signal.addEventListener('abort', stopped);
      thread.postMessage(job);
    });
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }
}

/** In a thread: does the jobs that it is sent. */
export function serve<G, J>(perform: (ground: G, job: J) => unknown): void {
  parentPort?.on('message', (job: J) => {
    try {
      parentPort?.postMessage({ result: perform(workerData as G, job) });
    } catch (error) {
      parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** Jobs with their places; several may ask for the next one at once. */
async function* numbered<J>(
  jobs: Iterable<J> | AsyncIterable<J>,
): AsyncGenerator<{ readonly job: J; readonly index: number }, void> {
  let index = 0;
  for await (const job of jobs) yield { job, index: index++ };
}

/** A typed array of one kind. */
interface Numbers {
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
  readonly buffer: ArrayBufferLike;
  set(values: ArrayLike<number>): void;
}

/** The same in memory that threads share: a copy, unless it lies there. */
export function shared<T extends Numbers>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const type = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new type(new SharedArrayBuffer(values.length * values.BYTES_PER_ELEMENT));
  copy.set(values as unknown as ArrayLike<number>);
  return copy;
}

/** Zeros in memory that threads share. @param bytes of each number */
export const sharedBytes = (length: number, bytes: number): SharedArrayBuffer => new SharedArrayBuffer(length * bytes);
