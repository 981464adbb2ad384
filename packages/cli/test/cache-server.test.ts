import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:http';
import { createCacheServer } from '../dist/cache-server.js';
import { bytesOf } from '../dist/commands/cache.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let server: Server;
let address: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layerwise-cache-'));
  server = createCacheServer({ folder, token: 'secret', maxBytes: 10_000 });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/cache/`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function ask(method: string, key: string, body?: string, token = 'secret'): Promise<{ status: number; text: string }> {
  const response = await fetch(address + key, { method, headers: { authorization: `Bearer ${token}` }, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: await response.text() };
}

describe('layerwise cache serve', () => {
  it('gives back what was stored, and never overwrites it', async () => {
    expect((await ask('GET', '12')).status).toBe(404);
    expect((await ask('PUT', '12', 'content')).status).toBe(200);
    expect(await ask('GET', '12')).toEqual({ status: 200, text: 'content' });
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
    const file = join(folder, '12');
    writeFileSync(file, readFileSync(file, 'utf8').replace('content', 'cOntent'));
    expect((await ask('GET', '12')).status).toBe(404);
    expect((await ask('PUT', '12', 'content')).status).toBe(200);
    expect((await ask('GET', '12')).text).toBe('content');
  });

  it('keeps nothing of an upload that breaks off', async () => {
    await new Promise<void>((done) => {
      const upload = request(address + '12', { method: 'PUT', headers: { authorization: 'Bearer secret', 'content-length': 1000 } });
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

  it('reads sizes, and says how they are written', () => {
    expect([bytesOf('500MB'), bytesOf('1.5GB')]).toEqual([500e6, 1.5e9]);
    for (const size of ['10', '-1GB', '0GB', 'GB']) expect(() => bytesOf(size)).toThrow(/--max-size must be/);
  });
});
