import { Worker } from 'node:worker_threads';
import { PAGE, view, type Layout, type Slot, type SlotType } from './layout.js';
import {
  kernelMemory,
  kernelModule,
  openKernel,
  type Call,
  type Functions,
  type Kernel,
  type KernelExports,
} from './wasm.js';

export type { Call } from './wasm.js';

/** How calls are run. */
export interface PoolOptions {
  /** Threads to use; 1 runs in the calling thread. */
  readonly workers?: number | undefined;
  /** Checked between calls; when it fires the calls under way are dropped and its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly result?: number;
  readonly error?: string;
}

/** Threads of closed pools that wait for the next one: starting a thread costs 25 ms of processor time. They keep no process alive. */
const idle: Worker[] = [];

/**
 * The memory of a closed pool, for the next one: shared memory is not counted by the garbage collector, which lets a
 * stage of many pools grow by the memory of each.
 */
let spare: WebAssembly.Memory | undefined;
/** Bytes of memory that are kept at most. */
const MOST_SPARE = 1 << 26;

/** Memory of at least so many pages, all zeros. */
function takeMemory(pages: number): WebAssembly.Memory {
  const memory = spare;
  if (!memory || memory.buffer.byteLength < pages * PAGE) return kernelMemory(pages);
  spare = undefined;
  new Uint8Array(memory.buffer, 0, pages * PAGE).fill(0);
  return memory;
}

/** Keeps the memory of a pool that nobody uses any more, if it is worth more than that which is kept. */
function giveBack(memory: WebAssembly.Memory): void {
  const bytes = memory.buffer.byteLength;
  if (bytes <= MOST_SPARE && bytes > (spare?.buffer.byteLength ?? 0)) spare = memory;
}

function startThread(module: WebAssembly.Module, memory: WebAssembly.Memory): Worker {
  const worker = idle.pop() ?? new Worker(new URL('./pool-worker.js', import.meta.url));
  worker.ref();
  worker.postMessage({ module, memory });
  return worker;
}

/**
 * A kernel on shared memory with worker threads. Calls of one `run` are handed out in order to whichever
 * thread is free, so they must write to places of their own: the result then never depends on the threads.
 */
export class KernelPool<F extends Functions = Functions> {
  readonly memory: WebAssembly.Memory;
  /** The instance of the calling thread. */
  readonly local: KernelExports<F>;
  private readonly threads: readonly Worker[];
  private readonly callers: number;
  private readonly signal: AbortSignal | undefined;
  private readonly busy = new Set<Worker>();
  private closed = false;

  private constructor(
    memory: WebAssembly.Memory,
    local: KernelExports<F>,
    callers: number,
    threads: readonly Worker[],
    signal: AbortSignal | undefined,
  ) {
    this.memory = memory;
    this.local = local;
    this.callers = callers;
    this.threads = threads;
    this.signal = signal;
  }

  /**
   * Opens a kernel on a memory as large as `layout` says. Close it in a `finally`.
   * With `share` the calling thread is one of the `workers`, the first: one thread less to start. It hears nothing while it computes,
   * so such a pool is for {@link share}, not for many calls handed out one by one.
   */
  static async open<F extends Functions>(
    kernel: Kernel<F>,
    layout: Layout,
    { workers = 1, signal, share = false }: PoolOptions & { readonly share?: boolean } = {},
  ): Promise<KernelPool<F>> {
    const module = await kernelModule(kernel);
    const memory = takeMemory(layout.pages);
    const callers = share || workers <= 1 ? 1 : 0;
    const threads = workers > 1 ? Array.from({ length: workers - callers }, () => startThread(module, memory)) : [];
    return new KernelPool(memory, await openKernel(kernel, module, memory), callers, threads, signal);
  }

  /** How many calls can run at once, at least 1. */
  get width(): number {
    return this.callers + this.threads.length;
  }

  view<T extends SlotType>(slot: Slot<T>): InstanceType<T> {
    return view(this.memory, slot);
  }

  /**
   * Runs `count` calls, as many at once as there are threads.
   * @param call the call of an index, given the thread that will run it (for scratch memory of that thread)
   * @param done told of each finished call; the place to take results out of that thread's scratch memory
   * @returns the results in the order of the calls
   */
  async run(
    count: number,
    call: (index: number, thread: number) => Call<F>,
    done?: (index: number, thread: number, result: number) => void,
  ): Promise<number[]> {
    const results = new Array<number>(count);
    let next = 0;
    const drain = async (thread: number): Promise<void> => {
      while (next < count) {
        this.signal?.throwIfAborted();
        const index = next++;
        results[index] = await this.ask(thread, call(index, thread));
        done?.(index, thread, results[index]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.width, count) }, (_, thread) => drain(thread)));
    this.signal?.throwIfAborted();
    return results;
  }

  /**
   * One call in every thread at once, for kernels that take their work from a counter in shared memory: whoever is
   * free takes the next piece, and a thread that is still starting holds up nobody.
   * @param meanwhile what the calling thread does first, once the others are at work
   */
  async share(call: (thread: number) => Call<F>, meanwhile?: () => void): Promise<void> {
    this.signal?.throwIfAborted();
    const others = Promise.all(this.threads.map((_, i) => this.ask(this.callers + i, call(this.callers + i))));
    others.catch(() => undefined); // awaited below, after the calling thread's own part
    meanwhile?.();
    if (this.callers > 0) await this.ask(0, call(0));
    await others;
  }

  private async ask(thread: number, call: Call<F>): Promise<number> {
    const [name, ...args] = call as unknown as Call;
    const worker = this.threads[thread - this.callers];
    if (!worker) {
      await new Promise((resolve) => setImmediate(resolve));
      this.signal?.throwIfAborted();
      return (this.local as unknown as KernelExports)[name](...args);
    }
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        this.busy.delete(worker);
        worker.off('message', answered);
        worker.off('error', failed);
        this.signal?.removeEventListener('abort', aborted);
        finish();
      };
      const answered = ({ result, error }: Answer): void =>
        settle(() => (error === undefined ? resolve(result as number) : reject(new Error(error))));
      const failed = (error: Error): void => settle(() => reject(error));
      const aborted = (): void => {
        settle(() => reject(this.signal?.reason));
        this.busy.add(worker);
      };
      worker.on('message', answered);
      worker.on('error', failed);
      this.signal?.addEventListener('abort', aborted);
      this.busy.add(worker);
      worker.postMessage({ name, args });
    });
  }

  /**
   * Lets go of the threads and of the memory, of which no view is of use after. Threads in the middle of a call are ended, the
   * others wait for the next pool.
   */
  async close(): Promise<void> {
    const free = this.threads.filter((worker) => !this.busy.has(worker));
    for (const worker of free) {
      worker.postMessage({});
      worker.unref();
    }
    idle.push(...free);
    const whole = this.busy.size === 0;
    await Promise.all([...this.busy].map((worker) => worker.terminate()));
    if (whole && !this.closed) giveBack(this.memory);
    this.closed = true;
  }
}

/** Cuts 0 … n into `parts` ranges of equal length, up to one. */
export function ranges(n: number, parts: number): (readonly [from: number, to: number])[] {
  const count = Math.max(1, Math.min(parts, n));
  return Array.from(
    { length: count },
    (_, i) => [Math.floor((n * i) / count), Math.floor((n * (i + 1)) / count)] as const,
  );
}
