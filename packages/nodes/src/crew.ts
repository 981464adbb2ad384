import { shared, Threads } from '@layerwise/kernels/threads';
import { perform, type Done, type Ground, type Job } from './jobs.js';

/** Threads at most: each has a heap of its own. */
const MOST_THREADS = 4;
/** Activations to be looked at, below which threads cost more than they bring. */
const FEWEST_VALUES = 1 << 21;

/** Threads that do jobs; where there is one worker, or little to do, the calling thread. */
export class Crew {
  private constructor(private readonly threads: Threads<Ground, Job>) {}

  /** To be closed in a `finally`. @param values how many activations are to be looked at */
  static open(ground: Ground, values: number, workers: number, signal: AbortSignal): Crew {
    const threads = workers > 1 && values >= FEWEST_VALUES ? Math.min(workers, MOST_THREADS) : 0;
    const thread = new URL('./thread.js', import.meta.url);
    return new Crew(
      Threads.open({ thread, ground: threads > 0 ? sharedGround(ground) : ground, perform, threads, signal }),
    );
  }

  /** Threads that work at once, at least 1. */
  get width(): number {
    return this.threads.width;
  }

  /** See {@link Threads.all}. */
  async all<J extends Job>(jobs: Iterable<J> | AsyncIterable<J>, told?: (done: number) => void): Promise<Done<J>[]> {
    return (await this.threads.all(jobs, told)) as Done<J>[];
  }

  /** Ends the threads. */
  close(): Promise<void> {
    return this.threads.close();
  }
}

/** The same in memory that threads share. */
function sharedGround(ground: Ground): Ground {
  const { bootstrap, layers, label, predicted } = ground;
  return {
    ...ground,
    label: shared(label),
    predicted: shared(predicted),
    bootstrap: {
      ...bootstrap,
      rows: shared(bootstrap.rows),
      times: shared(bootstrap.times),
      terms: shared(bootstrap.terms),
      totals: shared(bootstrap.totals),
    },
    layers: layers.map((layer) => ({
      ...layer,
      kernel: shared(Float64Array.from(layer.kernel)),
      bias: shared(Float64Array.from(layer.bias)),
    })),
  };
}
