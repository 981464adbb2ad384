import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findEntryFault, maxEntryBytes, openEntry, sealEntry } from '@layerwise/store/cache-entry';

/** A shared cache as a user names it. */
export interface SharedCache {
  readonly server: string;
  readonly token: string;
}

/** The cache that the environment names, by Nx's own variables. */
export function sharedCacheOf(env: NodeJS.ProcessEnv = process.env): SharedCache | undefined {
  const { NX_SELF_HOSTED_REMOTE_CACHE_SERVER: server, NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token } = env;
  return server ? { server: server.replace(/\/+$/, ''), token: token ?? '' } : undefined;
}

const patience = 30_000;
const firstPatience = 3_000;

/**
 * Stands between Nx and a shared cache for one run: Nx fails if the cache is away, and takes whatever it sends.
 * Here each entry is compared with its manifest before it goes out and after it came in, and sealed with the access token;
 * one that is not whole is said and answered as not there, so that the stage is computed. When the cache is away, that is said once,
 * and the run goes on without it.
 * @param say prints a line
 * @returns the environment that leads Nx to the gate, and how to close it; it keeps no process alive
 */
export async function openGate(cache: SharedCache, say: (line: string) => void): Promise<{ env: Record<string, string>; close: () => void }> {
  const token = randomBytes(24).toString('hex');
  const upstream = new Upstream(cache, say);
  const server: Server = createServer((request, response) => {
    const key = /^\/v1\/cache\/(\w+)$/.exec(request.url ?? '')?.[1];
    const answer = key === undefined || request.headers.authorization !== `Bearer ${token}` ? Promise.resolve({ status: 403 }) : request.method === 'PUT' ? upstream.store(key, request) : upstream.retrieve(key);
    void answer.then(({ status, body }: Answer) => response.writeHead(status, { 'content-type': 'application/octet-stream' }).end(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { env: { NX_SELF_HOSTED_REMOTE_CACHE_SERVER: `http://127.0.0.1:${port}`, NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token }, close: () => void server.close() };
}

interface Answer {
  readonly status: number;
  readonly body?: Buffer;
}

const notThere: Answer = { status: 404 };
const stored: Answer = { status: 200 };

/** The shared cache, as far as it is there. Nothing here throws. */
class Upstream {
  private away = false;
  private met = false;

  constructor(
    private readonly cache: SharedCache,
    private readonly say: (line: string) => void,
  ) {}

  async retrieve(key: string): Promise<Answer> {
    const response = await this.ask(key, { method: 'GET' });
    if (response?.status !== 200) return notThere;
    const archive = openEntry(key, response.body as Buffer, this.cache.token);
    const fault = typeof archive === 'string' ? archive : findEntryFault(archive);
    if (fault === undefined) return { status: 200, body: archive as Buffer };
    this.say(`shared cache: entry ${key} ${fault}; it is not used, the stage is computed`);
    return notThere;
  }

  async store(key: string, request: IncomingMessage): Promise<Answer> {
    const archive = await bodyOf(request);
    const fault = this.away ? undefined : findEntryFault(archive);
    if (fault !== undefined) this.say(`shared cache: the entry ${key} that was to be stored ${fault}; it is kept back`);
    else await this.ask(key, { method: 'PUT', body: sealEntry(key, archive, this.cache.token) });
    return stored;
  }

  private async ask(key: string, { method, body }: { method: string; body?: Buffer }): Promise<Answer | undefined> {
    if (this.away) return undefined;
    const answer = await request(this.cache, key, { method, body }, this.met ? patience : firstPatience);
    if (typeof answer === 'string') this.leave(answer);
    else this.met = true;
    return typeof answer === 'string' ? undefined : answer;
  }

  private leave(why: string): void {
    if (!this.away) this.say(`shared cache: ${this.cache.server} ${why}; the run goes on without it`);
    this.away = true;
  }
}

/** What the shared cache answers, or in words how it fails: `cannot be reached: ECONNREFUSED`. */
async function request({ server, token }: SharedCache, key: string, { method, body }: { method: string; body?: Buffer | undefined }, ms: number): Promise<Answer | string> {
  try {
    const response = await fetch(`${server}/v1/cache/${key}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      signal: AbortSignal.timeout(ms),
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
    const { status } = response;
    const received = Buffer.from(await response.arrayBuffer());
    if ([200, 202, 404, 409].includes(status)) return { status, body: received };
    return `answers ${status}${status === 401 || status === 403 ? ': it refuses the access token' : received.length > 0 && received.length < 300 ? `: ${received.toString('utf8').trim()}` : ''}`;
  } catch (error) {
    return `cannot be reached: ${reasonOf(error)}`;
  }
}

/** Asks a shared cache for an entry that it cannot have. @returns in words how it fails, or undefined if it would serve a run */
export async function findCacheFault(cache: SharedCache): Promise<string | undefined> {
  const answer = await request(cache, '0', { method: 'GET' }, firstPatience);
  return typeof answer === 'string' ? answer : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= maxEntryBytes) pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const code = cause?.code;
  if (code === 'ERR_INVALID_URL') return 'the address must be of the form http://<host>:<port>';
  return name === 'TimeoutError' ? 'it does not answer in time' : (code ?? cause?.message ?? message);
}
