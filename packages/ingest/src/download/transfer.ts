import { open, rm, stat, type FileHandle } from 'node:fs/promises';

/** How long to wait, in milliseconds, and how often to try. */
export interface Patience {
  /** For the first byte of an answer. */
  readonly connect: number;
  /** For the next byte of a running transfer. */
  readonly stall: number;
  /** Times the list of mirrors is gone through. */
  readonly rounds: number;
  /** Before the second round; doubles with each further one. */
  readonly pause: number;
}

/** Patience with a public mirror. */
export const PATIENCE: Patience = { connect: 4000, stall: 10_000, rounds: 3, pause: 500 };

/** Why one mirror did not deliver; `again` says whether trying it once more makes sense. */
export class MirrorFailure extends Error {
  readonly again: boolean;

  constructor(reason: string, again: boolean) {
    super(reason);
    this.again = again;
  }
}

/** What one transfer needs. */
export interface Transfer {
  readonly url: string;
  /** File that grows; what it holds already is kept and the rest asked for. */
  readonly part: string;
  /** Most bytes to accept. */
  readonly limit: number;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Told the size of `part` after each piece. */
  readonly grown: (bytes: number) => void;
}

/**
 * Fetches the rest of a file into `part` with one HTTP request (RFC 9110, section 14: byte ranges) and syncs it to disk.
 * A server that ignores the range sends everything, and `part` starts anew.
 * @returns whether it continued an earlier transfer
 * @throws MirrorFailure; `part` then keeps what came, except where it can't be continued
 */
export async function transfer(job: Transfer): Promise<{ resumed: boolean }> {
  const timer = new Timer(job.signal);
  try {
    const offset = await usable(job.part, job.limit);
    timer.wait(job.patience.connect, 'no answer');
    const response = await fetch(job.url, {
      headers: { 'accept-encoding': 'identity', ...(offset > 0 ? { range: `bytes=${offset}-` } : {}) },
      signal: timer.signal,
    });
    const resumed = await judge(response, offset, job.part);
    const handle = await open(job.part, resumed ? 'a' : 'w');
    try {
      await receive(response, handle, resumed ? offset : 0, job, timer);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { resumed };
  } catch (error) {
    if (error instanceof MirrorFailure) throw error;
    throw new MirrorFailure(timer.reason ?? reasonOf(error), !isLocal(error));
  } finally {
    timer.stop();
  }
}

/** Whether the answer continues at `offset` (true) or starts anew (false). */
async function judge(response: Response, offset: number, part: string): Promise<boolean> {
  if (response.status === 200) return false;
  if (response.status === 206) {
    if (response.headers.get('content-range')?.startsWith(`bytes ${offset}-`)) return true;
    await response.body?.cancel();
    throw new MirrorFailure('sent a range that was not asked for', false);
  }
  await response.body?.cancel();
  if (response.status === 416) {
    await rm(part, { force: true });
    throw new MirrorFailure('has no more bytes than the part that was here; starting over', true);
  }
  throw new MirrorFailure(
    `answered ${response.status} ${response.statusText}`.trim(),
    response.status >= 500 || response.status === 429 || response.status === 408,
  );
}

async function receive(
  response: Response,
  handle: FileHandle,
  start: number,
  { limit, patience, grown }: Transfer,
  timer: Timer,
): Promise<void> {
  let size = start;
  timer.wait(patience.stall, 'stalled');
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += piece.length;
    await handle.write(piece);
    if (size > limit) throw new MirrorFailure(`sends more than ${limit} bytes`, false);
    grown(size);
    timer.wait(patience.stall, 'stalled');
  }
}

/** Aborts when the caller does, or when nothing happened for a time; says which. */
class Timer {
  private readonly controller = new AbortController();
  private readonly outer: AbortSignal;
  private readonly forward = (): void => this.controller.abort();
  private handle: NodeJS.Timeout | undefined;
  /** Set once the time ran out. */
  reason: string | undefined;

  constructor(outer: AbortSignal) {
    this.outer = outer;
    if (outer.aborted) this.controller.abort();
    outer.addEventListener('abort', this.forward, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  wait(milliseconds: number, what: string): void {
    clearTimeout(this.handle);
    this.handle = setTimeout(() => {
      this.reason = `${what} for ${milliseconds / 1000} s`;
      this.controller.abort();
    }, milliseconds);
  }

  stop(): void {
    clearTimeout(this.handle);
    this.outer.removeEventListener('abort', this.forward);
  }
}

/** Whether the server answers at all within the time; returns the reason if not. */
export async function unreachable(url: string, patience: Patience, signal: AbortSignal): Promise<string | undefined> {
  const timer = new Timer(signal);
  timer.wait(patience.connect, 'no answer');
  try {
    const response = await fetch(url, { method: 'HEAD', signal: timer.signal });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    return timer.reason ?? reasonOf(error);
  } finally {
    timer.stop();
  }
}

/** Bytes of the part that can be continued; one that is longer than any sound file is deleted. */
async function usable(part: string, limit: number): Promise<number> {
  const size = await stat(part).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= limit) return size;
  await rm(part, { force: true });
  return 0;
}

const LOCAL = ['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'ENOENT', 'EISDIR'];

function codeOf(error: unknown): string | undefined {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code;
}

function isLocal(error: unknown): boolean {
  return LOCAL.includes(codeOf(error) ?? '');
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const words: Record<string, string> = {
    ENOTFOUND: 'its name cannot be resolved (no network?)',
    EAI_AGAIN: 'its name cannot be resolved (no network?)',
    ECONNREFUSED: 'refused the connection',
    ECONNRESET: 'closed the connection early',
    UND_ERR_SOCKET: 'closed the connection early',
    ENETUNREACH: 'cannot be reached (no network?)',
    EHOSTUNREACH: 'cannot be reached (no network?)',
  };
  return words[code ?? ''] ?? (code ? `${(error as Error).message} (${code})` : (error as Error).message);
}
