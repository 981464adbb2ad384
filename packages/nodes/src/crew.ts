import { throwIfAborted } from '@layerwise/contracts';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { perform, type Done, type Ground, type Job } from './jobs.js';

/** Threads at most: each has a heap of its own. */
const MOST_THREADS = 4;
/** Activations to be looked at, below which threads cost more than they bring. */
const FEWEST_VALUES = 1 << 21;
/** Megabytes of a thread's heap for what is soon let go of. */
const YOUNG_MB = 8;

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

/** Threads that do jobs; where there is one worker, or little to do, the calling thread. What they give does not depend on how many there are. */
export class Crew {
  private constructor(
    private readonly ground: Ground,
    private readonly threads: readonly Worker[],
    private readonly signal: AbortSignal,
  ) {}

  /** To be closed in a `finally`. @param values how many activations are to be looked at */
  static open(ground: Ground, values: number, workers: number, signal: AbortSignal): Crew {
    const count = workers > 1 && values >= FEWEST_VALUES ? Math.min(workers, MOST_THREADS) : 0;
    const workerData = count > 0 ? sharedGround(ground) : ground;
    const start = () =>
      new Worker(new URL('./thread.js', import.meta.url), {
        workerData,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      });
    return new Crew(ground, Array.from({ length: count }, start), signal);
  }

  /** Threads that work at once, at least 1. */
  get width(): number {
    return Math.max(1, this.threads.length);
  }

  /**
   * Does jobs, each on whichever thread is free.
   * @param jobs made when a thread is free for the next
   * @param told of how many are done
   * @returns what they gave, in their order
   * @throws the signal's reason when it has fired
   */
  async all<J extends Job>(
    jobs: Iterable<J> | AsyncIterable<J>,
    told: (done: number) => void = () => undefined,
  ): Promise<Done<J>[]> {
    const found: Done<J>[] = [];
    const left = numbered(jobs);
    let done = 0;
    const work = async (thread?: Worker): Promise<void> => {
      for (let next = await left.next(); next.done !== true; next = await left.next()) {
        throwIfAborted(this.signal);
        const { job, index } = next.value;
        found[index] = thread ? await this.ask(thread, job) : perform(this.ground, job);
        told(++done);
        await setImmediate();
      }
    };
    await Promise.all(this.threads.length > 0 ? this.threads.map((thread) => work(thread)) : [work()]);
    throwIfAborted(this.signal);
    return found;
  }

  private ask<J extends Job>(thread: Worker, job: J): Promise<Done<J>> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        thread.off('message', answered).off('error', failed);
        this.signal.removeEventListener('abort', stopped);
        act();
      };
      const failed = (error: Error): void => settle(() => reject(error));
      const stopped = (): void => settle(() => reject(this.signal.reason as Error));
      const answered = ({ result, error }: Answer): void =>
        settle(() => (error === undefined ? resolve(result as Done<J>) : reject(new RangeError(error))));
      thread.on('message', answered).on('error', failed);
      this.signal.addEventListener('abort', stopped);
      thread.postMessage(job);
    });
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }
}

/** Jobs with their places; several may ask for the next one at once. */
async function* numbered<J extends Job>(
  jobs: Iterable<J> | AsyncIterable<J>,
): AsyncGenerator<{ readonly job: J; readonly index: number }, void> {
  let index = 0;
  for await (const job of jobs) yield { job, index: index++ };
}

/** The same in memory that threads share. */
function sharedGround(ground: Ground): Ground {
  const { bootstrap, layers, label, predicted } = ground;
  return {
    ...ground,
    label: shared(label, Uint16Array),
    predicted: shared(predicted, Uint16Array),
    bootstrap: {
      ...bootstrap,
      rows: shared(bootstrap.rows, Uint32Array),
      times: shared(bootstrap.times, Uint8Array),
      terms: shared(bootstrap.terms, Float64Array),
      totals: shared(bootstrap.totals, Uint32Array),
    },
    layers: layers.map((layer) => ({
      ...layer,
      kernel: shared(layer.kernel, Float64Array),
      bias: shared(layer.bias, Float64Array),
    })),
  };
}

function shared<T extends { set(values: ArrayLike<number>): void }>(
  values: ArrayLike<number>,
  type: { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
): T {
  const copy = new type(new SharedArrayBuffer(values.length * type.BYTES_PER_ELEMENT));
  copy.set(values);
  return copy;
}
