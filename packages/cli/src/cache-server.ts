import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { appendFile, link, mkdir, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sha256 } from '@layerwise/contracts';

/** What a cache server is told. */
export interface CacheServerOptions {
  /** Absolute path of the folder of the entries. */
  readonly folder: string;
  /** Whoever shows it may read and write. */
  readonly token: string;
  /** Bytes that all entries may take together; what was used least lately gives way. */
  readonly maxBytes: number;
  readonly log?: (line: string) => void;
}

/**
 * A server of Nx's self-hosted remote cache: GET and PUT of `/v1/cache/<key>`, bearer token.
 * An entry is a file `<key>` with its SHA-256 in its last 64 characters; it appears when it is whole. One that does not fit its hash
 * is removed and answered as not there. An entry is never overwritten (409).
 */
export function createCacheServer(options: CacheServerOptions): Server {
  const entries = new Entries(options);
  return createServer((request, response) => {
    answer(entries, options, request, response).catch((error: Error) => {
      options.log?.(`${request.method} ${request.url} failed: ${error.message}`);
      if (!response.headersSent) say(response, 500, error.message);
      else response.destroy();
    });
  });
}

async function answer(entries: Entries, { token, log }: CacheServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const key = /^\/v1\/cache\/([A-Za-z0-9_-]{1,100})$/.exec(request.url ?? '')?.[1];
  if (!isToken(request.headers.authorization, token)) return say(response, 401, 'the access token is missing or wrong');
  if (key === undefined) return say(response, 404, 'the address must be /v1/cache/<key>');
  if (request.method === 'GET') {
    const found = await entries.find(key);
    if (!found) return say(response, 404, 'there is no such entry');
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': found.length }).end(found);
    return;
  }
  if (request.method !== 'PUT') return say(response, 405, 'GET and PUT are served');
  const outcome = await entries.add(key, request);
  log?.(`${outcome} ${key}`);
  const status = { stored: 200, 'already there': 409, 'too large': 413, 'cut short': 400 }[outcome];
  say(response, status, outcome);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: status >= 400 ? 'close' : 'keep-alive' }).end(`${text}\n`);
}

/** In a time that does not tell how much of it is right. */
function isToken(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(`Bearer ${token}`));
}

/** Characters of a SHA-256. */
const hashLength = 64;

/** The entries in a folder. */
class Entries {
  private readonly folder: string;
  private readonly maxBytes: number;
  private readonly log: (line: string) => void;

  constructor({ folder, maxBytes, log = () => undefined }: CacheServerOptions) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.log = log;
  }

  /** The bytes of an entry, which counts as used now. One that is damaged is removed. */
  async find(key: string): Promise<Buffer | undefined> {
    const file = join(this.folder, key);
    const all = await readFile(file).catch(() => undefined);
    if (all === undefined) return undefined;
    const bytes = all.subarray(0, -hashLength);
    if (sha256(bytes) !== all.toString('latin1', bytes.length)) {
      this.log(`damaged ${key}: it is not what was stored; removed`);
      await rm(file, { force: true });
      return undefined;
    }
    await utimes(file, new Date(), new Date());
    return bytes;
  }

  async add(key: string, request: IncomingMessage): Promise<'stored' | 'already there' | 'too large' | 'cut short'> {
    const announced = Number(request.headers['content-length'] ?? Number.NaN);
    if (announced > this.maxBytes) return 'too large';
    if (await this.find(key)) return 'already there';
    await mkdir(this.folder, { recursive: true });
    const aside = join(this.folder, `.new-${randomUUID()}`);
    try {
      const { bytes, hash } = await receive(request, aside, this.maxBytes);
      if (bytes > this.maxBytes) return 'too large';
      if (!request.complete || (Number.isFinite(announced) && bytes !== announced)) return 'cut short';
      await this.makeRoom(bytes);
      await appendFile(aside, hash, { flush: true });
      await link(aside, join(this.folder, key));
      return 'stored';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'already there';
      throw error;
    } finally {
      await rm(aside, { force: true });
    }
  }

  private async makeRoom(bytes: number): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => !name.startsWith('.'));
    const found = await Promise.all(names.map(async (name) => ({ name, stats: await stat(join(this.folder, name)) })));
    let total = found.reduce((sum, { stats }) => sum + stats.size, bytes);
    for (const { name, stats } of found.sort((a, b) => a.stats.mtimeMs - b.stats.mtimeMs)) {
      if (total <= this.maxBytes) return;
      total -= stats.size;
      await rm(join(this.folder, name), { force: true });
      this.log(`removed ${name}, not used since ${stats.mtime.toISOString()}`);
    }
  }
}

async function receive(request: IncomingMessage, file: string, most: number): Promise<{ bytes: number; hash: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      bytes += piece.length;
      if (bytes > most) return;
      hash.update(piece);
      yield piece;
    }
  };
  await pipeline(request, counted, createWriteStream(file));
  return { bytes, hash: hash.digest('hex') };
}
