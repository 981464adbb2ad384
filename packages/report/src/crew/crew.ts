import { throwIfAborted } from '@layerwise/contracts';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Done, Hands, Job } from '../figures/hands.js';
import { perform } from './jobs.js';

interface Answer {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A job under way. */
interface Asked {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A second thread, beside the one that makes the chapters, which draws and encodes; where there is one worker alone, the
 * calling thread does it. What is done does not depend on who does it.
 */
export class Crew implements Hands {
  private readonly asked: Asked[] = [];
  /** Why the thread does nothing any more. */
  private ended: unknown;

  private constructor(
    private readonly thread: Worker | undefined,
    private readonly signal: AbortSignal,
  ) {
    thread?.on('message', ({ result, error }: Answer) => {
      const job = this.asked.shift();
      if (error === undefined) job?.resolve(result as never);
      else job?.reject(error);
    });
    thread?.on('error', (error) => this.end(error));
    signal.addEventListener('abort', this.abort);
  }

  /** To be closed in a `finally`. @param workers of the stage */
  static open(workers: number, signal: AbortSignal): Crew {
    return new Crew(workers > 1 ? new Worker(new URL('./thread.js', import.meta.url)) : undefined, signal);
  }

  get width(): number {
    return this.thread ? 2 : 1;
  }

  async do<J extends Job>(job: J): Promise<Done[J['kind']]> {
    throwIfAborted(this.signal);
    if (this.ended !== undefined) throw this.ended;
    const { thread } = this;
    if (!thread) {
      await setImmediate();
      return (await perform(job)) as Done[J['kind']];
    }
    return await new Promise((resolve, reject) => {
      this.asked.push({ resolve, reject });
      thread.postMessage(job);
    });
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.abort);
    await this.thread?.terminate();
  }

  private readonly abort = (): void => {
    try {
      throwIfAborted(this.signal);
    } catch (error) {
      this.end(error);
    }
  };

  private end(error: unknown): void {
    this.ended = error;
    for (const { reject } of this.asked.splice(0)) reject(error);
  }
}
