import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** What a mirror does with a GET of a file; HEAD always gets a 200. */
export type Behaviour = (file: string, request: IncomingMessage, response: ServerResponse) => void;

/** One request as the mirror saw it. */
export interface Seen {
  readonly method: string;
  readonly file: string;
  readonly range: string | undefined;
}

/** A mirror on the loopback interface, closed after the test. */
export async function mirror(behaviour: Behaviour): Promise<{ address: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const file = (request.url ?? '').slice(1);
    seen.push({ method: request.method ?? '', file, range: request.headers.range });
    if (request.method === 'HEAD') response.writeHead(200).end();
    else behaviour(file, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Serves files as an ordinary server does, byte ranges included. */
export function serve(files: ReadonlyMap<string, Uint8Array>): Behaviour {
  return (file, request, response) => {
    const body = files.get(file);
    if (!body) return void response.writeHead(404).end('no');
    const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    if (from === undefined) return void response.writeHead(200, { 'content-length': body.length }).end(body);
    if (Number(from) >= body.length)
      return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    const rest = body.subarray(Number(from));
    response
      .writeHead(206, {
        'content-length': rest.length,
        'content-range': `bytes ${from}-${body.length - 1}/${body.length}`,
      })
      .end(rest);
  };
}

const running: (() => void)[] = [];
afterEach(() => running.splice(0).forEach((stop) => stop()));
