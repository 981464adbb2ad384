import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CacheFolder } from '../dist/cache-folder.js';
import { createCacheServer } from '../dist/cache-server.js';
import { satisfies } from '../dist/commands/doctor.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudyFolder } from './workspace.js';

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
}

let folder: StudyFolder;
beforeEach(() => {
  folder = new StudyFolder();
});
afterEach(() => folder.remove());

describe('layerwise doctor', () => {
  it('looks at everything a run needs', async () => {
    await folder.artifact('train-1');
    const { findings } = await folder.json<{ findings: Finding[] }>(['doctor']);
    expect(findings.map(({ check }) => check)).toEqual([
      'Node',
      'disk',
      'processors',
      'studies',
      'data',
      'tfjs-node',
      'cache',
      'artifacts',
    ]);
    expect(findings.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(findings.at(-1)?.detail).toContain('1, every file as its manifest says');
    expect((await folder.layerwise(['doctor'])).code).toBe(0);
  });

  it('names the artifact and the file that is damaged, and a study that is wrong', async () => {
    await folder.artifact('train-1');
    const file = join(folder.root, 'artifacts/stages/train-1/data/index.html');
    const bytes = readFileSync(file);
    bytes[500] = 1;
    writeFileSync(file, bytes);
    folder.study('9');
    const { code, output } = await folder.layerwise(['doctor']);
    expect(code).toBe(1);
    expect(output).toContain(file);
    expect(output).toContain('pipelines/tiny/study.yaml:1');
  });

  describe('a shared cache', () => {
    let server: Server;
    let address: string;
    beforeEach(async () => {
      server = createCacheServer({ entries: await CacheFolder.open(join(folder.root, 'shared'), 1e6), token: 'right' });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => server.close().closeAllConnections());
    const doctor = (at: string, token: string): Promise<{ code: number; output: string }> =>
      folder.layerwise(['doctor'], {
        NX_SELF_HOSTED_REMOTE_CACHE_SERVER: at,
        NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token,
      });

    it('answers', async () => {
      expect((await doctor(address, 'right')).output).toContain(
        `✓ shared cache ${address} answers, and takes the access token`,
      );
    });

    it('refuses the token, is away, or has no address: says what to do, and is no failure', async () => {
      const refused = await doctor(address, 'wrong');
      expect(refused.output).toMatch(
        /! shared cache .* answers 401: it refuses the access token; runs go on without it\n +Set NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN/,
      );
      expect(refused.code).toBe(0);
      server.close().closeAllConnections();
      expect((await doctor(address, 'right')).output).toMatch(
        /! shared cache .* cannot be reached: ECONNREFUSED; .*\n +Start it with layerwise cache serve/,
      );
      expect((await doctor('localhost', 'right')).output).toContain('must be of the form http://<host>:<port>');
    });
  });

  it.each<[string, boolean]>([
    ['20.18.3', false],
    ['20.19.0', true],
    ['20.20.1', true],
    ['21.7.0', false],
    ['22.11.9', false],
    ['22.12.0', true],
    ['23.1.0', false],
    ['24.0.0', true],
    ['26.3.1', true],
  ])('knows whether Node %s is supported', (version, supported) => {
    expect(satisfies(version, '^20.19.0 || ^22.12.0 || >=24.0.0')).toBe(supported);
  });
});
