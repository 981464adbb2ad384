import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { printable } from '@layerwise/contracts';
import type { Scratch } from '@layerwise/store/scratch';

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

/** The address of a shared cache as it may be shown: without the name and password that may stand in it. */
export function shownServer({ server }: SharedCache): string {
  return printable(server.replace(/^(\w+:\/\/)?.*@/, '$1'));
}

/** What is asked of a shared cache. */
export interface CacheRequest {
  readonly method: 'GET' | 'PUT';
  /** ms without a sign of the server until its answer begins. */
  readonly patience: number;
  /** Takes the body of a 200, up to so many bytes. */
  readonly into?: Scratch;
  readonly maxBytes?: number;
  readonly body?: { readonly bytes: number; readonly pieces: AsyncIterable<Uint8Array> };
  /** The etag of an entry that is to be replaced. */
  readonly replace?: string | undefined;
}

/** What a shared cache answers. */
export interface CacheAnswer {
  readonly status: number;
  /** Names the bytes of the entry, if the server does so. */
  readonly etag?: string | undefined;
}

/** Why asking a shared cache failed, as the end of a sentence: `cannot be reached: ECONNREFUSED`. */
export class CacheFailure extends Error {
  /** @param lasting whether the next request will not fare better */
  constructor(
    message: string,
    readonly lasting: boolean,
  ) {
    super(message);
  }
}

/** ms without a byte, and ms for a whole answer: by then the stage is computed. */
const [stillness, longest] = [30_000, 600_000];
const [taken, refused] = [
  [200, 202, 404, 409, 412],
  [401, 403],
];

/**
 * Asks a shared cache for an entry, or to store one: directly, not through a proxy, which would learn the token. It follows no redirection.
 * @throws CacheFailure
 */
export async function askCache(cache: SharedCache, key: string, request: CacheRequest): Promise<CacheAnswer> {
  const stop = new AbortController();
  const timer = setTimeout(
    () => stop.abort(new CacheFailure('cannot be used: its answer took too long', true)),
    longest,
  );
  try {
    return await exchange(addressOf(cache, key), cache.token, request, stop);
  } catch (error) {
    const cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
    if (cause instanceof CacheFailure) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CacheFailure(`cannot be reached: ${printable(code ?? message)}`, !broken.includes(code ?? ''));
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** Codes of a connection that broke, which a new one may not. */
const broken = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

function addressOf({ server }: SharedCache, key: string): URL {
  const address = URL.canParse(server) ? new URL(`${server}/v1/cache/${key}`) : undefined;
  if (!address || !['http:', 'https:'].includes(address.protocol))
    throw new CacheFailure('cannot be reached: the address must be of the form http://<host>:<port>', true);
  if (address.username || address.password)
    throw new CacheFailure(
      'cannot be reached: the address must be without a name and a password; the access token is what it asks for',
      true,
    );
  return address;
}

async function exchange(
  address: URL,
  token: string,
  { method, patience, body, replace, ...rest }: CacheRequest,
  stop: AbortController,
): Promise<CacheAnswer> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/octet-stream',
    ...(body ? { 'content-length': body.bytes } : {}),
    ...(replace ? { 'if-match': replace } : {}),
  };
  const sent = (address.protocol === 'https:' ? https : http).request(address, {
    method,
    headers,
    agent: false,
    timeout: patience,
    signal: stop.signal,
  });
  sent.on('timeout', () => stop.abort(new CacheFailure('cannot be reached: it does not answer in time', true)));
  const response = await new Promise<IncomingMessage>((done, fail) => {
    sent.once('response', done).on('error', fail);
    // An answer of 101 is no response to Node.js: without these nothing would ever be heard of it.
    sent.once('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      fail(new CacheFailure(`answers ${statusCode}: it speaks another protocol`, true));
    });
    sent.once('close', () =>
      fail(new CacheFailure('cannot be reached: it ends the connection without an answer', false)),
    );
    if (body) pipeline(Readable.from(body.pieces), sent).catch(fail);
    else sent.end();
  });
  response.socket.setTimeout(stillness);
  const {
    statusCode: status = 0,
    headers: { etag },
  } = response;
  if (!taken.includes(status)) throw await failureOf(response);
  if (status === 200 && rest.into) await receive(response, rest.into, rest.maxBytes);
  return { status, etag };
}

async function receive(response: IncomingMessage, into: Scratch, most = Number.POSITIVE_INFINITY): Promise<void> {
  if (Number(response.headers['content-length'] ?? 0) > most) throw tooLarge(most);
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (into.bytes + piece.length > most) throw tooLarge(most);
    await into.write(piece);
  }
}

function tooLarge(most: number): CacheFailure {
  return new CacheFailure(`sends an entry of more than ${most} bytes`, false);
}

async function failureOf(response: IncomingMessage): Promise<CacheFailure> {
  const {
    statusCode: status = 0,
    headers: { location },
  } = response;
  if (refused.includes(status)) return new CacheFailure(`answers ${status}: it refuses the access token`, true);
  if (status >= 300 && status < 400)
    return new CacheFailure(
      `answers ${status}: it leads to ${printable(location ?? 'no address')}; if that is right, give that address`,
      true,
    );
  const text = await beginning(response).catch(() => '');
  return new CacheFailure(`answers ${status}${text ? `: ${text}` : ''}`, false);
}

const shownText = 200;

/** The first words of an answer, in one line. */
async function beginning(response: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const piece of response) {
    text += piece.toString('utf8');
    if (text.length > shownText) break;
  }
  return printable(text.trim().replace(/\s+/g, ' ').slice(0, shownText));
}
