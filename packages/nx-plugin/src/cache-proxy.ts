import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { maxEntryBytes, openEntry, repackEntry, signatureFor } from '@layerwise/store/cache-entry';
import { Scratch } from '@layerwise/store/scratch';
import {
  askCache,
  CacheFailure,
  shownServer,
  type CacheAnswer,
  type CacheRequest,
  type SharedCache,
} from './shared-cache.js';

/** What a {@link openCacheProxy | proxy} is told. */
export interface CacheProxyOptions {
  /** Absolute path of a folder for what passes through. */
  readonly folder: string;
  /** Which stage instance a key of Nx's cache belongs to. */
  readonly idOf: (key: string) => string | undefined;
  /** Prints a line. */
  readonly log: (line: string) => void;
  /** Bytes that an entry may have. */
  readonly maxBytes?: number;
}

const host = '127.0.0.1';

/**
 * Stands between Nx and a shared cache for one run: Nx fails if the cache is away, and takes whatever it sends.
 * Here each entry is compared with its manifest before it goes out and after it came in, and sealed with the access token; Nx gets what was checked,
 * packed anew. One that is not whole, or of another stage than Nx asks for, is said and answered as not there, so that the stage is computed.
 * When the cache is away, that is said once, and the run continues without it.
 * @returns the environment that leads Nx to the proxy, past any proxy, and how to close it; it keeps no process alive
 */
export async function openCacheProxy(
  cache: SharedCache,
  options: CacheProxyOptions,
): Promise<{ env: Record<string, string>; close: () => void }> {
  const token = randomBytes(24).toString('hex');
  const upstream = new Upstream(cache, options);
  const server = createServer((request, response) => {
    const key = /^\/v1\/cache\/(\w+)$/.exec(request.url ?? '')?.[1];
    if (key === undefined || request.headers.authorization !== `Bearer ${token}`) response.writeHead(403).end();
    else void (request.method === 'PUT' ? upstream.store(key, request, response) : upstream.retrieve(key, response));
  });
  await new Promise<void>((done) => server.listen(0, host, done));
  server.unref();
  const { port } = server.address() as AddressInfo;
  const env = {
    NX_SELF_HOSTED_REMOTE_CACHE_SERVER: `http://${host}:${port}`,
    NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token,
    ...withoutProxy(process.env),
  };
  return { env, close: () => void server.close() };
}

/** It is on this computer: another proxy would not reach it, and would learn its token. */
function withoutProxy({ NO_PROXY, no_proxy }: NodeJS.ProcessEnv): Record<string, string> {
  const added = (given: string | undefined): string =>
    [
      ...new Set([
        ...(given ?? '')
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean),
        host,
      ]),
    ].join(',');
  return { NO_PROXY: added(NO_PROXY ?? no_proxy), no_proxy: added(no_proxy ?? NO_PROXY) };
}

const [patience, firstPatience] = [30_000, 3_000];
/** Failures in a row after which the cache is left. */
const mostFailures = 3;

/** The shared cache, as far as it is there. Nothing here throws. */
class Upstream {
  private away = false;
  private met = false;
  private failures = 0;
  /** Etags of entries that cannot be used. */
  private readonly unusable = new Map<string, string>();
  private readonly maxBytes: number;

  constructor(
    private readonly cache: SharedCache,
    private readonly options: CacheProxyOptions,
  ) {
    this.maxBytes = options.maxBytes ?? maxEntryBytes;
  }

  /** Answers with the entry, or that it is not there. */
  async retrieve(key: string, response: ServerResponse): Promise<void> {
    await this.withScratch(async (received, checked) => {
      const answer = await this.ask(key, {
        method: 'GET',
        patience: this.met ? patience : firstPatience,
        into: received,
        maxBytes: this.maxBytes,
      });
      if (answer?.status !== 200) return;
      const fault = await this.check(key, received, checked);
      if (fault === undefined) {
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': checked.bytes });
        return pipeline(Readable.from(checked.read()), response);
      }
      if (answer.etag) this.unusable.set(key, answer.etag);
      this.log(`entry ${key}${this.nameOf(key)} ${fault}; it is not used, the stage is computed`);
    });
    if (!response.headersSent) response.writeHead(404).end();
  }

  /** Stores an entry if it is whole; Nx is told so in any case. */
  async store(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.withScratch(async (archive) => {
      if (!this.away) await this.send(key, request, archive);
    });
    request.resume();
    response.writeHead(200).end();
  }

  private async send(key: string, request: AsyncIterable<Buffer>, archive: Scratch): Promise<void> {
    const fault = (await this.fill(archive, request)) ?? (await this.checkArchive(key, archive, archive.bytes));
    if (fault !== undefined)
      return this.log(`the entry ${key}${this.nameOf(key)} that was to be stored ${fault}; it is not sent`);
    const signature = signatureFor(key, this.cache.token);
    for await (const piece of archive.read()) signature.update(piece);
    await archive.write(signature.digest());
    await this.ask(key, {
      method: 'PUT',
      patience,
      body: { bytes: archive.bytes, pieces: archive.read() },
      replace: this.unusable.get(key),
    });
    this.unusable.delete(key);
  }

  private async fill(archive: Scratch, pieces: AsyncIterable<Buffer>): Promise<string | undefined> {
    for await (const piece of pieces) {
      if (archive.bytes + piece.length > this.maxBytes) return `has more than ${this.maxBytes} bytes`;
      await archive.write(piece);
    }
    return undefined;
  }

  private async check(key: string, received: Scratch, checked: Scratch): Promise<string | undefined> {
    const bytes = await openEntry(key, received, this.cache.token);
    return typeof bytes === 'string' ? bytes : this.checkArchive(key, received, bytes, checked);
  }

  private async checkArchive(
    key: string,
    file: Scratch,
    bytes: number,
    checked?: Scratch,
  ): Promise<string | undefined> {
    const id = this.options.idOf(key);
    return id === undefined ? 'is of no stage of this run' : repackEntry({ file, bytes }, id, checked);
  }

  private nameOf(key: string): string {
    const id = this.options.idOf(key);
    return id === undefined ? '' : ` of ${id}`;
  }

  /** Gives `work` two files aside; what fails on this side (the disk is full) is said, and the entry left alone. */
  private async withScratch(work: (first: Scratch, second: Scratch) => Promise<void>): Promise<void> {
    const opened: Scratch[] = [];
    try {
      for (let n = 0; n < 2; n++) opened.push(await Scratch.open(this.options.folder));
      await work(opened[0], opened[1]);
    } catch (error) {
      this.log(`an entry could not pass: ${(error as Error).message}`);
    } finally {
      await Promise.all(opened.map((file) => file.close()));
    }
  }

  private async ask(key: string, request: CacheRequest): Promise<CacheAnswer | undefined> {
    if (this.away) return undefined;
    try {
      const answer = await askCache(this.cache, key, request);
      this.met = true;
      this.failures = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof CacheFailure)) throw error;
      this.fail(key, request.method, error);
      return undefined;
    }
  }

  private fail(key: string, method: CacheRequest['method'], { message, lasting }: CacheFailure): void {
    if (this.away) return;
    this.away = lasting || ++this.failures >= mostFailures;
    const what = this.away
      ? 'the run continues without it'
      : method === 'GET'
        ? `entry ${key}${this.nameOf(key)} is not used`
        : `entry ${key}${this.nameOf(key)} is not stored`;
    this.log(`${shownServer(this.cache)} ${message}; ${what}`);
  }

  private log(line: string): void {
    this.options.log(`shared cache: ${line}`);
  }
}

/** Asks a shared cache for an entry that it cannot have. @returns in words how it fails, or undefined if it would serve a run */
export async function findCacheFault(cache: SharedCache): Promise<string | undefined> {
  try {
    await askCache(cache, '0', { method: 'GET', patience: firstPatience });
    return undefined;
  } catch (error) {
    if (error instanceof CacheFailure) return error.message;
    throw error;
  }
}
