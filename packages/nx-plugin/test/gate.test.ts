import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGate, sharedCacheOf } from '@layerwise/nx-plugin';
import { Store } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let server: Server;
let entries: Map<string, Buffer>;
let said: string[];
let close: () => void;
let ask: (method: string, key: string, body?: Buffer, token?: string) => Promise<{ status: number; body: Buffer }>;

/** A whole entry, as Nx packs it. */
async function archive(): Promise<Buffer> {
  const recipe = { uses: '@layerwise/train', params: {}, seed: 43, inputs: {}, raw: [], code: { digest: 'd', modules: {}, dependencies: {} }, node: 'v20' };
  await new Store(join(root, 'artifacts')).compute({ id: 'train-1', stage: 'train', kind: 'model', recipe, inputs: {} }, async (output) => {
    await output.bytes('weights.bin', new Uint8Array(3000));
    return { warnings: [], seconds: 1, peakMemoryMB: 1 };
  });
  for (const name of ['terminalOutput', 'code']) writeFileSync(join(root, name), '0');
  return execFileSync('tar', ['-cz', '-C', root, 'artifacts/stages', 'terminalOutput', 'code']);
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-gate-'));
  entries = new Map();
  said = [];
  server = createServer((request, response) => {
    const key = request.url?.split('/').at(-1) as string;
    if (request.headers.authorization !== 'Bearer shared') return void response.writeHead(401).end();
    if (request.method === 'GET') return void (entries.has(key) ? response.end(entries.get(key)) : response.writeHead(404).end());
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => {
      entries.set(key, Buffer.concat(pieces));
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { env, close: closeGate } = await openGate({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'shared' }, (line) => said.push(line));
  close = closeGate;
  ask = async (method, key, body, token = env.NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN) => {
    const response = await fetch(`${env.NX_SELF_HOSTED_REMOTE_CACHE_SERVER}/v1/cache/${key}`, { method, headers: { authorization: `Bearer ${token}` }, ...(body ? { body: new Uint8Array(body) } : {}) });
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };
});
afterEach(() => {
  close();
  server.close();
  server.closeAllConnections();
  rmSync(root, { recursive: true });
});

describe('the gate to a shared cache', () => {
  it('hands through what is whole', async () => {
    const whole = await archive();
    expect((await ask('GET', '1')).status).toBe(404);
    expect((await ask('PUT', '1', whole)).status).toBe(200);
    expect((await ask('GET', '1')).body.equals(whole)).toBe(true);
    expect(said).toEqual([]);
  });

  it('keeps back what is damaged, and refuses what was changed, cut short or stored under another key', async () => {
    const whole = await archive();
    await ask('PUT', '2', whole.subarray(0, 200));
    expect(entries.has('2')).toBe(false);
    expect(said.join()).toContain('kept back');
    await ask('PUT', '1', whole);
    const entry = entries.get('1') as Buffer;
    const changed = Buffer.from(entry);
    changed[50] = (changed[50] as number) ^ 1;
    for (const [key, bytes] of [['3', entry], ['1', changed], ['1', entry.subarray(0, -1)], ['1', Buffer.alloc(0)]] as const) {
      entries.set(key, bytes);
      expect((await ask('GET', key)).status).toBe(404);
      expect(said.at(-1)).toContain(`entry ${key} is`);
    }
  });

  it('goes on without the server when that goes away in the middle, and says so once', async () => {
    await ask('PUT', '1', await archive());
    server.close();
    server.closeAllConnections();
    expect((await ask('GET', '1')).status).toBe(404);
    expect((await ask('PUT', '2', await archive())).status).toBe(200);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('cannot be reached: ECONNREFUSED; the run goes on without it');
  });

  it('serves nobody but the run it was opened for', async () => {
    await ask('PUT', '1', await archive());
    for (const token of ['', 'shared']) expect((await ask('GET', '1', undefined, token)).status).toBe(403);
  });
});

it("is asked for by Nx's own variables", () => {
  expect(sharedCacheOf({})).toBeUndefined();
  expect(sharedCacheOf({ NX_SELF_HOSTED_REMOTE_CACHE_SERVER: 'http://host:1/', NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: 't' })).toEqual({ server: 'http://host:1', token: 't' });
});
