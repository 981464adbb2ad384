import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { printable } from '@layerwise/contracts';
import { piecesOf, type CacheFolder, type Stored } from './cache-folder.js';

/** What a cache server is told. */
export interface CacheServerOptions {
  readonly entries: CacheFolder;
  /** Whoever shows it may read and write. */
  readonly token: string;
  readonly log?: (line: string) => void;
}

/** ms without a byte after which a connection is closed, and ms that a request may take to arrive. */
const [stillness, longest] = [60_000, 600_000];

/**
 * A server of Nx's self-hosted remote cache: GET and PUT of `/v1/cache/<key>`, bearer token.
 * An entry is never overwritten (409), unless `If-Match` names its etag, which is its SHA-256: so whoever finds that it cannot be used puts
 * another in its place. Nothing is held in memory: a client that does not read costs a few pieces, until it is cut off.
 */
export function createCacheServer(options: CacheServerOptions): Server {
  const server = createServer({ requestTimeout: longest }, (request, response) => {
    answer(options, request, response).catch((error: Error) => {
      if (!request.destroyed && !response.writableEnded)
        options.log?.(printable(`${request.method} ${request.url} failed: ${error.message}`));
      if (!response.headersSent) reply(response, 500, 'the server cannot do that now; what it prints says why');
      else response.destroy();
    });
  });
  return server.setTimeout(stillness);
}

async function answer(
  { entries, token, log }: CacheServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const key = /^\/v1\/cache\/([A-Za-z0-9_-]{1,100})$/.exec(request.url ?? '')?.[1];
  if (!isToken(request.headers.authorization, token))
    return reply(response, 401, 'the access token is missing or wrong');
  if (key === undefined) return reply(response, 404, 'the address must be /v1/cache/<key>');
  if (request.method === 'GET') return give(entries, key, response);
  if (request.method !== 'PUT') return reply(response, 405, 'GET and PUT are served');
  const { 'content-length': announced, 'if-match': match } = request.headers;
  const outcome = await entries.add(key, {
    pieces: request as AsyncIterable<Buffer>,
    announced: announced === undefined ? undefined : Number(announced),
    isComplete: () => request.complete,
    replace: /^"([0-9a-f]{64})"$/.exec(match ?? '')?.[1],
  });
  log?.(`${outcome} ${key}`);
  reply(response, statuses[outcome], outcome);
}

const statuses: Readonly<Record<Stored, number>> = {
  stored: 200,
  'already there': 409,
  'too large': 413,
  empty: 400,
  'cut short': 400,
  busy: 503,
};

async function give(entries: CacheFolder, key: string, response: ServerResponse): Promise<void> {
  const found = await entries.find(key);
  if (!found) return reply(response, 404, 'there is no such entry');
  const { file, bytes, sha256 } = found;
  try {
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': bytes,
      etag: `"${sha256}"`,
    });
    await pipeline(Readable.from(piecesOf(file, 0, bytes), { highWaterMark: 1 }), response);
  } finally {
    await file.close();
  }
}

/** Statuses after which what else the client sends is read and dropped, so that it can read the answer. */
const patient = [200, 409, 413, 503];

function reply(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain', connection: patient.includes(status) ? 'keep-alive' : 'close' })
    .end(`${text}\n`);
}

/** In a time that does not tell how much of it is right. */
function isToken(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(`Bearer ${token}`));
}
