import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, repository } from './workspace/folder.mjs';
import { brief, Workspace } from './workspace/workspace.js';

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 60 } }
preprocess: { validation: { first: 60 } }
${brief}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
`;
const token = 'token-of-this-test';

/** `layerwise cache serve`, and two workspaces in different folders that share it. */
describe('a shared cache', () => {
  let first: Workspace;
  let second: Workspace;
  let server: ChildProcess;
  let env: NodeJS.ProcessEnv;
  const folder = (): string => join(first.root, '.layerwise/cache');
  const entries = (): string[] => readdirSync(folder()).map((name) => join(folder(), name));
  const run = (workspace: Workspace, more: NodeJS.ProcessEnv = {}): ReturnType<Workspace['nx']> =>
    workspace.nx(['run', 'tiny:one', '--output-style=static'], { ...env, ...more });
  const hashes = (workspace: Workspace): unknown =>
    readdirSync(join(workspace.root, 'artifacts/stages'))
      .sort()
      .map((id) => (JSON.parse(workspace.read(`artifacts/stages/${id}/manifest.json`)) as { files: unknown }).files);
  const forget = (workspace: Workspace): void =>
    ['artifacts', '.nx'].forEach((path) => rmSync(join(workspace.root, path), { recursive: true, force: true }));

  beforeAll(async () => {
    [first, second] = [Workspace.create('layerwise-shared'), Workspace.create('layerwise-shared-too')];
    for (const workspace of [first, second]) workspace.study('tiny', study);
    server = spawn(
      process.execPath,
      [join(repository, 'packages/cli/bin/layerwise.mjs'), 'cache', 'serve', '--port', '0', '--folder', folder()],
      {
        env: cleanEnvironment({ NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token }),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const address = await new Promise<string>((done, fail) => {
      let text = '';
      server.once('exit', (code) => fail(new Error(`the cache server ended with exit code ${code}`)));
      server.stdout?.on('data', (piece: Buffer) => {
        text += piece.toString();
        const found = /SERVER=(http:\S+)/.exec(text)?.[1];
        if (found) done(found);
      });
    });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:/);
    env = { NX_SELF_HOSTED_REMOTE_CACHE_SERVER: address, NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token };
    const { code, output } = await run(first);
    expect(code, output).toBe(0);
  });
  afterAll(() => {
    server.kill();
    for (const workspace of [first, second]) workspace.remove();
  });

  it('what one workspace computed, another one in another folder does not', async () => {
    const { code, output, ran } = await run(second);
    expect(code, output).toBe(0);
    expect(ran).toEqual([]);
    expect(hashes(second)).toEqual(hashes(first));
  });

  it('with a proxy set, which knows nothing of it: the cache serves, and no token passes the proxy', async () => {
    const seen: string[] = [];
    const proxy = createServer((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(502).end();
    }).on('connect', (request, socket) => {
      seen.push(`${request.url}`);
      socket.end();
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    forget(second);
    const { code, output, ran } = await run(
      second,
      Object.fromEntries(
        ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].map((name) => [
          name,
          address,
        ]),
      ),
    );
    proxy.close();
    expect(code, output).toBe(0);
    expect(seen).toEqual([]);
    expect(ran).toEqual([]);
    expect(output).not.toContain('shared cache:');
  });

  it('an entry that was cut short, and one whose hash was made to fit, are refused, said, and computed', async () => {
    const [short, ...others] = entries().sort();
    truncateSync(short as string, 1000);
    const [from, to] = [readFileSync(others[0] as string), others[1] as string];
    writeFileSync(to, from);
    forget(second);
    const { code, output, ran } = await run(second);
    expect(code, output).toBe(0);
    expect(output).toContain('is not what was stored under this key');
    expect(ran).toHaveLength(2);
    expect(hashes(second)).toEqual(hashes(first));
  });

  it('with a wrong token, and when the server is away: the run continues without it, and says so', async () => {
    for (const [more, said] of [
      [{ NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: 'wrong' }, 'refuses the access token'],
      [{ NX_SELF_HOSTED_REMOTE_CACHE_SERVER: 'http://127.0.0.1:9' }, 'cannot be reached'],
    ] as const) {
      forget(second);
      const { code, output, ran } = await run(second, more);
      expect(code, output).toBe(0);
      expect(output).toContain(said);
      expect(output).toContain('the run continues without it');
      expect(ran).toHaveLength(9);
    }
    expect(hashes(second)).toEqual(hashes(first));
  });
});
