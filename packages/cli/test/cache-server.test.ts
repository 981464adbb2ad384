import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { get, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:http';
import { CacheFolder } from '../dist/cache-folder.js';
import { createCacheServer } from '../dist/cache-server.js';
import { bytesOf } from '../dist/commands/cache.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let server: Server;
let address: string;
let log: string[];

async function start(maxBytes = 10_000): Promise<void> {
  log = [];
  server = createCacheServer({
    entries: await CacheFolder.open(folder, maxBytes, (line) => log.push(line)),
    token: 'secret',
    log: (line) => log.push(line),
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/cache/`;
}

function stop(): void {
  server.close();
  server.closeAllConnections();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layerwise-cache-'));
  await start();
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

async function ask(
  method: string,
  key: string,
  body?: string,
  token = 'secret',
  more: Record<string, string> = {},
): Promise<{ status: number; text: string; etag: string | null }> {
  const response = await fetch(address + key, {
    method,
    headers: { authorization: `Bearer ${token}`, ...more },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text(), etag: response.headers.get('etag') };
}

const fileOf = (key: string): string => join(folder, `${key}.entry`);
const bytesIn = (): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe('layerwise cache serve', () => {
  it('gives back what was stored, and never overwrites it', async () => {
    expect((await ask('GET', '12')).status).toBe(404);
    expect((await ask('PUT', '12', 'content')).status).toBe(200);
    expect(await ask('GET', '12')).toMatchObject({ status: 200, text: 'content' });
    expect((await ask('PUT', '12', 'other')).status).toBe(409);
    expect((await ask('GET', '12')).text).toBe('content');
  });

  it('asks for the token, and serves nothing but entries', async () => {
    expect((await ask('GET', '12', undefined, 'wrong')).status).toBe(401);
    expect((await ask('PUT', '12', 'content', '')).status).toBe(401);
    for (const key of ['..%2f..%2fetc%2fpasswd', '.new-1', 'a/b', '']) expect((await ask('GET', key)).status).toBe(404);
    expect((await ask('DELETE', '12')).status).toBe(405);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not give out what was changed on the disk; it can be stored anew', async () => {
    await ask('PUT', '12', 'content');
    const file = fileOf('12');
    writeFileSync(file, readFileSync(file, 'utf8').replace('content', 'cOntent'));
    expect((await ask('GET', '12')).status).toBe(404);
    expect((await ask('PUT', '12', 'content')).status).toBe(200);
    expect((await ask('GET', '12')).text).toBe('content');
  });

  it('keeps nothing of an upload that breaks off', async () => {
    await new Promise<void>((done) => {
      const upload = request(address + '12', {
        method: 'PUT',
        headers: { authorization: 'Bearer secret', 'content-length': 1000 },
      });
      upload.on('error', () => done());
      upload.write('the beginning', () => setTimeout(() => upload.destroy(), 100));
      upload.on('close', () => done());
    });
    expect((await ask('GET', '12')).status).toBe(404);
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });

  it('stays below its size: what was used least lately gives way, what is too large is refused', async () => {
    for (const key of ['1', '2', '3']) await ask('PUT', key, key.repeat(3000));
    await ask('GET', '1');
    await ask('PUT', '4', '4'.repeat(3000));
    expect((await ask('GET', '2')).status).toBe(404);
    for (const key of ['1', '4']) expect((await ask('GET', key)).text).toBe(key.repeat(3000));
    expect((await ask('PUT', '5', '5'.repeat(20_000))).status).toBe(413);
  });

  it('takes another entry in the place of one that cannot be used, from whoever names that', async () => {
    await ask('PUT', '12', 'unusable');
    const { etag } = await ask('GET', '12');
    expect((await ask('PUT', '12', 'usable', 'secret', { 'if-match': '"'.concat('0'.repeat(64), '"') })).status).toBe(
      409,
    );
    expect((await ask('PUT', '12', 'usable', 'secret', { 'if-match': String(etag) })).status).toBe(200);
    expect((await ask('GET', '12')).text).toBe('usable');
    expect((await ask('PUT', '12', 'late', 'secret', { 'if-match': String(etag) })).status).toBe(409);
  });

  it('refuses an empty entry, and then takes one that is not', async () => {
    expect((await ask('PUT', '12', '')).status).toBe(400);
    expect((await ask('PUT', '12', 'content')).status).toBe(200);
  });

  it('takes one that was cut short on the disk for not there', async () => {
    for (const length of [0, 30, 66]) {
      await ask('PUT', '12', 'content');
      truncateSync(fileOf('12'), length);
      expect((await ask('GET', '12')).status).toBe(404);
    }
    await ask('PUT', '12', 'content');
    truncateSync(fileOf('12'), 30);
    expect((await ask('PUT', '12', 'content')).status).toBe(200);
  });

  it('stays below its size with many clients at once, and refuses none of them', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
    const statuses = await Promise.all(keys.map(async (key) => (await ask('PUT', key, key.padEnd(900, 'x'))).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(bytesIn()).toBeLessThanOrEqual(10_000);
    expect(readdirSync(folder)).toHaveLength(10);
    expect(log.filter((line) => line.includes('failed'))).toEqual([]);
  });

  it('removes nothing for what was only announced, and takes entries of others meanwhile', async () => {
    await ask('PUT', '1', '1'.repeat(4000));
    await ask('PUT', '2', '2'.repeat(4000));
    const slow = request(`${address}3`, {
      method: 'PUT',
      headers: { authorization: 'Bearer secret', 'content-length': 9900 },
    });
    const answered = new Promise<number | undefined>((done) =>
      slow.once('response', ({ statusCode }) => done(statusCode)),
    );
    slow.write('3');
    await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith('.new-'))).toHaveLength(1);
    for (const key of ['1', '2']) expect((await ask('GET', key)).status).toBe(200);
    expect((await ask('PUT', '4', '4'.repeat(1000))).status).toBe(200);
    expect(['1', '2', '4'].map((key) => existsSync(fileOf(key)))).toEqual([true, true, true]);
    slow.end('3'.repeat(9899));
    expect(await answered).toBe(200);
    expect(readdirSync(folder)).toEqual(['3.entry']);
  });

  it('takes at most its size again for what is arriving: who sends more waits', async () => {
    const send = (key: string): { first: () => void; rest: () => void; answered: Promise<number | undefined> } => {
      const sent = request(address + key, {
        method: 'PUT',
        headers: { authorization: 'Bearer secret', 'content-length': 8000 },
      });
      const answered = new Promise<number | undefined>((done) =>
        sent.once('response', ({ statusCode }) => done(statusCode)),
      );
      return { first: () => void sent.write(key.repeat(7000)), rest: () => void sent.end(key.repeat(1000)), answered };
    };
    const [a, b] = [send('a'), send('b')];
    a.first();
    await expect.poll(bytesIn).toBe(7000);
    b.first();
    b.rest();
    await new Promise((done) => setTimeout(done, 200));
    expect(bytesIn()).toBe(7000);
    a.rest();
    expect([await a.answered, await b.answered]).toEqual([200, 200]);
    expect(readdirSync(folder)).toEqual(['b.entry']);
  });

  it('lets entries that are dated in the future give way first', async () => {
    for (const key of ['1', '2', '3']) await ask('PUT', key, key.repeat(3000));
    utimesSync(fileOf('2'), new Date('2100-01-01'), new Date('2100-01-01'));
    await ask('PUT', '4', '4'.repeat(3000));
    expect(readdirSync(folder)).toEqual(['1.entry', '3.entry', '4.entry']);
  });

  it('removes what a killed server left unfinished', async () => {
    stop();
    writeFileSync(join(folder, '.new-8c9f5a04-4f21-4c28-8f0e-7d7d3f0a1b2c'), 'half');
    await start();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('neither shows nor touches what it did not write, and names no path', async () => {
    writeFileSync(join(folder, 'LICENSE'), 'text');
    mkdirSync(join(folder, 'sub.entry'));
    expect((await ask('GET', 'LICENSE')).status).toBe(404);
    for (const key of ['1', '2', '3', '4', '5']) expect((await ask('PUT', key, key.repeat(3000))).status).toBe(200);
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe('text');
    for (const method of ['GET', 'PUT']) {
      const { status, text } = await ask(method, 'sub', method === 'PUT' ? 'x' : undefined);
      expect(status).toBe(500);
      expect(text).not.toContain(folder);
    }
    expect(existsSync(join(folder, 'sub.entry'))).toBe(true);
  });

  it('holds little in memory of what a client does not read, and cuts it off', async () => {
    stop();
    await start(1e9);
    const bytes = Buffer.alloc(40e6, 'x');
    await fetch(`${address}12`, {
      method: 'PUT',
      headers: { authorization: 'Bearer secret' },
      body: new Uint8Array(bytes),
    });
    const before = process.memoryUsage().arrayBuffers;
    const clients = Array.from({ length: 10 }, () =>
      get(`${address}12`, { headers: { authorization: 'Bearer secret' } }, (response) => response.pause()),
    );
    await Promise.all(clients.map((client) => new Promise((done) => client.once('response', done))));
    await new Promise((done) => setTimeout(done, 300));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60e6);
    expect(server.timeout).toBe(60_000);
    for (const client of clients) client.on('error', () => undefined).destroy();
  });

  it('reads sizes, and says how they are written', () => {
    expect([bytesOf('500MB'), bytesOf('1.5GB')]).toEqual([500e6, 1.5e9]);
    for (const size of ['10', '-1GB', '0GB', 'GB']) expect(() => bytesOf(size)).toThrow(/--max-size must be/);
  });
});

describe('the folder of a cache server', () => {
  it.each<[string, (at: string) => void, string]>([
    ['a document', (at) => writeFileSync(join(at, 'thesis.md'), 'years of work'), 'thesis.md'],
    ['a folder', (at) => mkdirSync(join(at, '12.entry')), '12.entry'],
    ['a hidden file', (at) => writeFileSync(join(at, '.bashrc'), ''), '.bashrc'],
  ])('is refused with %s in it, which stays', async (_what, put, name) => {
    put(folder);
    await expect(CacheFolder.open(folder, 1)).rejects.toThrow(`must hold nothing but its entries, got ${name}`);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('is taken again with the entries of before', async () => {
    await ask('PUT', '12', 'content');
    stop();
    await start();
    expect((await ask('GET', '12')).text).toBe('content');
  });
});

describe('layerwise cache serve without a token', () => {
  let process_: ChildProcess;
  afterEach(() => void process_.kill());

  /** @returns the address and token that it prints */
  async function serve(
    at: string,
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ address: string; token: string; output: string }> {
    process_ = spawn(
      process.execPath,
      [join(import.meta.dirname, '../bin/layerwise.mjs'), 'cache', 'serve', '--port', '0', '--folder', at],
      { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    await new Promise<void>((done) => {
      const add = (text: Buffer): void => {
        output += text.toString();
        if (output.includes('TOKEN=')) done();
      };
      process_.stdout?.on('data', add);
      process_.stderr?.on('data', add);
      process_.on('exit', () => done());
    });
    const [, address = '', token = ''] = /SERVER=(\S+)\n.*TOKEN=(\S+)/.exec(output) ?? [];
    return { address, token, output };
  }

  it('keeps the one that it made, for this user alone, so that a restart finds all entries', async () => {
    const at = join(folder, 'cache');
    const first = await serve(at);
    const send = (server: typeof first, method: string, body?: string): Promise<Response> =>
      fetch(`${server.address}/v1/cache/1`, {
        method,
        headers: { authorization: `Bearer ${server.token}` },
        ...(body ? { body } : {}),
      });
    expect((await send(first, 'PUT', 'content')).status).toBe(200);
    process_.kill();
    const second = await serve(at);
    expect(second.token).toBe(first.token);
    expect(await (await send(second, 'GET')).text()).toBe('content');
    expect(statSync(`${at}.token`).mode & 0o777).toBe(0o600);
  });

  it('refuses a file of the token that is a link: it would take another file for it, and change its mode', async () => {
    writeFileSync(join(folder, 'secret'), 'a text of another program', { mode: 0o644 });
    symlinkSync(join(folder, 'secret'), join(folder, 'cache.token'));
    expect((await serve(join(folder, 'cache'))).output).toMatch(
      /the file of the access token must be a file, got a link/,
    );
    expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o644);
  });

  it.each(['0123456789abcdef\u0000\u001b[2J', '0123456789 abcdef', '0123456789äöüabcdef'])(
    'refuses a file of the token that holds %j',
    async (text) => {
      writeFileSync(join(folder, 'cache.token'), text);
      expect((await serve(join(folder, 'cache'))).output).toMatch(/the access token must be one word/);
    },
  );

  it.each(['with space', 'two\nlines', 'bell\u0007', ' '])('refuses the token %j of the environment', async (token) => {
    const { output } = await serve(join(folder, 'cache'), { NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token });
    expect(output).toMatch(/NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN must be one word of visible ASCII characters/);
  });

  it('refuses a file that holds no token', async () => {
    writeFileSync(join(folder, 'cache.token'), '\n');
    expect((await serve(join(folder, 'cache'))).output).toMatch(
      /the access token must be one word of at least 16 characters, got none[^]*Remove the file/,
    );
  });
});
