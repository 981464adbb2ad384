import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCacheFault, openCacheProxy, sharedCacheOf, shownServer } from '@layerwise/nx-plugin';
import { Store } from '@layerwise/store';
import { signEntry } from '@layerwise/store/cache-entry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const id = 'train-1';
let root: string;
let server: Server;
let address: string;
let entries: Map<string, Buffer>;
let headers: IncomingMessage['headers'][];
let logged: string[];
let env: Record<string, string>;
let close: () => void;
/** What the server does instead of its duty. */
let instead: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

async function ask(
  method: string,
  key: string,
  body?: Buffer,
  token = env.NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN,
): Promise<{ status: number; body: Buffer }> {
  const response = await fetch(`${env.NX_SELF_HOSTED_REMOTE_CACHE_SERVER}/v1/cache/${key}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

/** A whole entry, as Nx packs it. */
async function archive(): Promise<Buffer> {
  const recipe = {
    uses: '@layerwise/train',
    params: {},
    seed: 43,
    inputs: {},
    raw: [],
    code: { digest: 'd', modules: {}, dependencies: {} },
    node: 'v20',
  };
  await new Store(join(root, 'artifacts')).compute(
    { id, stage: 'train', kind: 'report', recipe, inputs: {} },
    async (output) => {
      await output.bytes('index.html', '<!doctype html>');
      await output.bytes('weights.bin', new Uint8Array(3000).fill(7));
      return { warnings: [], seconds: 1, peakMemoryMB: 1 };
    },
  );
  writeFileSync(join(root, 'terminalOutput'), 'computed');
  writeFileSync(join(root, 'code'), Buffer.alloc(4));
  return execFileSync('tar', ['-cz', '--format=gnu', '-C', root, 'artifacts/stages', 'terminalOutput', 'code']);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  headers.push(request.headers);
  const key = request.url?.split('/').at(-1) as string;
  if (instead) return instead(request, response);
  if (request.headers.authorization !== 'Bearer shared') return void response.writeHead(401).end();
  const etag = (): string => `"${entries.get(key)?.length}"`;
  if (request.method === 'GET')
    return void (entries.has(key)
      ? response.writeHead(200, { etag: etag() }).end(entries.get(key))
      : response.writeHead(404).end());
  const pieces: Buffer[] = [];
  request
    .on('data', (piece: Buffer) => pieces.push(piece))
    .on('end', () => {
      const taken = !entries.has(key) || request.headers['if-match'] === etag();
      if (taken) entries.set(key, Buffer.concat(pieces));
      response.writeHead(taken ? 200 : 409).end();
    });
}

async function open(server: string, maxBytes?: number): Promise<void> {
  ({ env, close } = await openCacheProxy(
    { server, token: 'shared' },
    {
      folder: join(root, 'aside'),
      idOf: (key) => (key.startsWith('9') ? undefined : id),
      log: (line) => logged.push(line),
      ...(maxBytes ? { maxBytes } : {}),
    },
  ));
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-gate-'));
  [entries, logged, headers, instead] = [new Map(), [], [], undefined];
  server = createServer(serve);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await open(address);
});
afterEach(() => {
  close();
  server.close();
  server.closeAllConnections();
  rmSync(root, { recursive: true });
});

describe('the gate to a shared cache', () => {
  it('hands through what is whole', async () => {
    expect((await ask('GET', '1')).status).toBe(404);
    expect((await ask('PUT', '1', await archive())).status).toBe(200);
    const { status, body } = await ask('GET', '1');
    expect(status).toBe(200);
    const to = join(root, 'unpacked');
    mkdirSync(to);
    execFileSync('tar', ['-xz', '-C', to], { input: body });
    for (const path of ['data/weights.bin', 'manifest.json', 'content'])
      expect(
        readFileSync(join(to, 'artifacts/stages', id, path)).equals(
          readFileSync(join(root, 'artifacts/stages', id, path)),
        ),
        path,
      ).toBe(true);
    expect(readdirSync(to).sort()).toEqual(['artifacts', 'code', 'terminalOutput']);
    expect(logged).toEqual([]);
    expect(readdirSync(join(root, 'aside'))).toEqual([]);
  });

  it('keeps back what is damaged, and refuses what was changed, cut short or stored under another key', async () => {
    const whole = await archive();
    await ask('PUT', '2', whole.subarray(0, 200));
    expect(entries.has('2')).toBe(false);
    expect(logged.join()).toContain('not sent');
    await ask('PUT', '1', whole);
    const entry = entries.get('1') as Buffer;
    const changed = Buffer.from(entry);
    changed[50] = (changed[50] as number) ^ 1;
    for (const [key, bytes] of [
      ['3', entry],
      ['1', changed],
      ['1', entry.subarray(0, -1)],
      ['1', Buffer.alloc(0)],
    ] as const) {
      entries.set(key, bytes);
      expect((await ask('GET', key)).status).toBe(404);
      expect(logged.at(-1)).toMatch(new RegExp(`entry ${key} of train-1 is .*; it is not used, the stage is computed`));
    }
  });

  it('refuses, in both directions, what belongs to another stage than the key, or to none', async () => {
    const whole = await archive();
    rmSync(join(root, 'artifacts'), { recursive: true });
    for (const key of ['4', '9']) {
      entries.set(
        key,
        signEntry(
          key,
          key === '9' ? whole : execFileSync('tar', ['-cz', '-C', root, 'terminalOutput', 'code']),
          'shared',
        ),
      );
      expect((await ask('GET', key)).status).toBe(404);
    }
    expect(logged.join('\n')).toMatch(
      /entry 4 of train-1 must hold the artifact train-1.*\n.*entry 9 is of no stage of this run/,
    );
    await ask('PUT', '91', whole);
    expect(logged.at(-1)).toContain('not sent');
    expect(entries.has('91')).toBe(false);
  });

  it('puts a whole entry in the place of one that it could not use', async () => {
    entries.set('1', Buffer.alloc(0));
    expect((await ask('GET', '1')).status).toBe(404);
    await ask('PUT', '1', await archive());
    expect((await ask('GET', '1')).status).toBe(200);
    await ask('PUT', '1', await archive());
    expect(headers.map((sent) => sent['if-match'])).toEqual([undefined, '"0"', undefined, undefined]);
    expect(logged).toHaveLength(1);
  });

  it('goes on without the server when that goes away in the middle, and says so once', async () => {
    await ask('PUT', '1', await archive());
    server.close();
    server.closeAllConnections();
    expect((await ask('GET', '1')).status).toBe(404);
    expect((await ask('PUT', '2', await archive())).status).toBe(200);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('cannot be reached: ECONNREFUSED; the run continues without it');
  });

  it('serves nobody but the run it was opened for', async () => {
    await ask('PUT', '1', await archive());
    for (const token of ['', 'shared']) expect((await ask('GET', '1', undefined, token)).status).toBe(403);
  });

  it('leads past a proxy, whatever else is to be reached past it', async () => {
    expect(env).toMatchObject({ NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' });
    close();
    vi.stubEnv('no_proxy', 'intern.example, 10.0.0.1');
    await open(address);
    vi.unstubAllEnvs();
    expect(env).toMatchObject({
      NO_PROXY: 'intern.example,10.0.0.1,127.0.0.1',
      no_proxy: 'intern.example,10.0.0.1,127.0.0.1',
    });
  });

  it('says what fails on this side, and answers Nx all the same', async () => {
    writeFileSync(join(root, 'aside'), 'a file in the place of the folder');
    expect((await ask('GET', '1')).status).toBe(404);
    expect((await ask('PUT', '1', await archive())).status).toBe(200);
    expect(
      logged.every((line) => /an entry could not pass: E(EXIST|NOTDIR)/.test(line)),
      logged.join(),
    ).toBe(true);
  });
});

describe('a shared cache that does not do its duty', () => {
  it('is left alone for one entry after an error, and for the run after three in a row', async () => {
    await ask('PUT', '1', await archive());
    const fail = (_request: IncomingMessage, response: ServerResponse): void =>
      void response.writeHead(500).end('out of\n\u001b[2J order');
    instead = fail;
    expect((await ask('GET', '1')).status).toBe(404);
    expect(logged).toEqual([
      `shared cache: ${address} answers 500: out of \\u001b[2J order; entry 1 of train-1 is not used`,
    ]);
    instead = undefined;
    expect((await ask('GET', '1')).status).toBe(200);
    instead = fail;
    for (let n = 0; n < 5; n++) await ask('GET', '1');
    expect(logged).toHaveLength(4);
    expect(logged.at(-1)).toContain('; the run continues without it');
  });

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      'leads elsewhere',
      (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/\u00e9' }).end(),
      /answers 307: it leads to http:\/\/127\.0\.0\.1:9\/.*; the run continues without it/,
    ],
    [
      'refuses the token',
      (response) => response.writeHead(403).end('no'),
      /answers 403: it refuses the access token; the run continues/,
    ],
    [
      'changes the protocol',
      (response) =>
        response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'),
      /answers 101: it speaks another protocol; the run continues without it/,
    ],
    [
      'answers with a page',
      (response) => response.writeHead(418, { 'content-type': 'text/html' }).end(`<html>${'x'.repeat(1e6)}`),
      /answers 418: <html>x{194}; entry 1 of train-1 is not used/,
    ],
    [
      'breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('beginning');
        setTimeout(() => response.destroy(), 50);
      },
      /cannot be reached: ECONNRESET; entry 1 of train-1 is not used/,
    ],
    [
      'announces too much',
      (response) => response.writeHead(200, { 'content-length': 5e9 }).write('x'),
      /sends an entry of more than 4000000000 bytes; entry 1/,
    ],
    [
      'speaks no HTTP',
      (response) => response.socket?.end('what?\r\n\r\n'),
      /cannot be reached: HPE_\w+; the run continues/,
    ],
  ])('that %s', async (_what, answer, line) => {
    instead = (_request, response) => answer(response);
    expect((await ask('GET', '1')).status).toBe(404);
    expect(logged).toEqual([expect.stringMatching(line)]);
  });

  it('that sends without end is stopped at the size that an entry may have', async () => {
    close();
    await open(address, 1e6);
    let sent = 0;
    let ended!: () => void;
    const stopped = new Promise<void>((done) => (ended = done));
    instead = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16))) sent += 1 << 16;
      };
      response.writeHead(200).on('drain', more).on('close', ended);
      more();
    };
    expect((await ask('GET', '1')).status).toBe(404);
    await stopped;
    expect(sent).toBeLessThan(50e6);
    expect(logged).toEqual([
      expect.stringContaining('sends an entry of more than 1000000 bytes; entry 1 of train-1 is not used'),
    ]);
  });

  it('that sends slowly is waited for, longer than for the beginning of its answer', async () => {
    await ask('PUT', '1', await archive());
    const entry = entries.get('1') as Buffer;
    close();
    await open(address);
    instead = (_request, response) => {
      response.writeHead(200).write(entry.subarray(0, 100));
      setTimeout(() => response.end(entry.subarray(100)), 3_500);
    };
    expect((await ask('GET', '1')).status).toBe(200);
    expect(logged).toEqual([]);
  });

  it('that says nothing is left after three seconds', async () => {
    instead = () => undefined;
    expect((await ask('GET', '1')).status).toBe(404);
    expect(logged).toEqual([
      `shared cache: ${address} cannot be reached: it does not answer in time; the run continues without it`,
    ]);
  });
});

it("is asked for by Nx's own variables", () => {
  expect(sharedCacheOf({})).toBeUndefined();
  expect(
    sharedCacheOf({
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: 'http://host:1/',
      NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: 't',
    }),
  ).toEqual({ server: 'http://host:1', token: 't' });
});

it('is named without the password in its address, which it does not take', async () => {
  for (const server of ['http://me:pass@host:1', 'me:pass@host', 'http://me:p@ss@host:1', 'http://me:p/ss@host:1'])
    expect(shownServer({ server, token: '' })).not.toMatch(/pass|ss@|me:/);
  expect(await findCacheFault({ server: `http://me:pass@127.0.0.1:9`, token: '' })).toBe(
    'cannot be reached: the address must be without a name and a password; the access token is what it asks for',
  );
  for (const server of ['nonsense', 'ftp://host'])
    expect(await findCacheFault({ server, token: '' })).toContain('must be of the form http://<host>:<port>');
});
