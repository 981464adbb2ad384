import { shared, Threads } from '@layerwise/kernels/threads';
import { perform, type Done, type Ground, type Job } from './jobs.js';
import type { Looked, Rows } from './subject.js';

/** Threads at most: each has a heap of its own. */
const MOST_THREADS = 4;
/** Pixels of training images, below which threads cost more than they bring. */
const FEWEST_PIXELS = 1 << 21;

/** Bytes that threads may take for copies of the net and what is found on the way, and what each takes for a weight. */
const [THREAD_BYTES, BYTES_PER_WEIGHT] = [128 << 20, 128];

/** Threads that look at classes and controls; where there is one worker, or little to do, the calling thread. */
export class Crew {
  private constructor(private readonly threads: Threads<Ground, Job>) {}

  /** To be closed in a `finally`. @param pixels of all training images */
  static open(ground: Ground, pixels: number, workers: number, signal: AbortSignal): Crew {
    const weights = ground.subject.net.layers.reduce((sum, { kernel }) => sum + kernel.length, 0);
    const most = Math.min(workers, MOST_THREADS, Math.floor(THREAD_BYTES / (BYTES_PER_WEIGHT * weights)));
    const threads = most > 1 && pixels >= FEWEST_PIXELS ? most : 0;
    const thread = new URL('./thread.js', import.meta.url);
    const common = threads > 0 ? { ...ground, subject: sharedSubject(ground.subject) } : ground;
    return new Crew(Threads.open({ thread, ground: common, perform, threads, signal }));
  }

  /** Threads that work at once, at least 1. */
  get width(): number {
    return this.threads.width;
  }

  /** See {@link Threads.all}. */
  async all<J extends Job>(jobs: Iterable<J>, told: (done: number) => void): Promise<Done<J>[]> {
    return (await this.threads.all(jobs, told)) as Done<J>[];
  }

  /** Ends the threads. */
  close(): Promise<void> {
    return this.threads.close();
  }
}

/** The same in memory that threads share. */
function sharedSubject(subject: Looked): Looked {
  const train = sharedRows(subject.train);
  const held = subject.held === subject.train ? train : sharedRows(subject.held);
  return { ...subject, train, held };
}

function sharedRows(rows: Rows): Rows {
  return {
    ...rows,
    id: shared(rows.id),
    label: shared(rows.label),
    predicted: shared(rows.predicted),
    images: shared(rows.images),
    hidden: rows.hidden.map(({ data, width }) => ({ data: shared(data), width })),
    logits: shared(rows.logits),
  };
}
