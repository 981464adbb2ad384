import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../../..');
let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'layerwise-folders-')));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"name": "x"}');
  mkdirSync(join(root, 'home'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What Nx itself says, and what Layerwise does, each in a process of its own in the workspace. */
function foldersOf(env: NodeJS.ProcessEnv): { nx: string[]; ours: string[] } {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NX_|VITEST|NODE_OPTIONS)/.test(name)),
  );
  const run = (script: string): string[] =>
    JSON.parse(
      execFileSync(process.execPath, ['-e', script], {
        cwd: root,
        env: { ...clean, HOME: join(root, 'home'), ...env },
        encoding: 'utf8',
      }),
    ) as string[];
  const print = (cache: string, records: string): string =>
    `process.stdout.write(JSON.stringify([${cache}, ${records}]))`;
  const module = join(repository, 'packages/workspace/dist/plan/folders.js');
  return {
    nx: run(
      `const f = require('nx/src/utils/cache-directory'); ${print('f.cacheDir', "f.sharedDataDirectory(process.cwd(), 'workspace-data')")}`,
    ),
    ours: run(
      `import(${JSON.stringify(module)}).then(({ nxCache, nxRecords }) => ` +
        `${print('nxCache(process.cwd())', 'nxRecords(process.cwd())')})`,
    ),
  };
}

describe("the folders of Nx's cache and records", () => {
  const ours = '{"cacheDirectory": ".nx/cache"}';
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['as they come', {}, ours],
    ['NX_CACHE_DIRECTORY', { NX_CACHE_DIRECTORY: 'a/cache' }, ours],
    ['an absolute NX_CACHE_DIRECTORY', { NX_CACHE_DIRECTORY: '/tmp/a/../cache-x' }, ours],
    ['an empty NX_CACHE_DIRECTORY', { NX_CACHE_DIRECTORY: '' }, ours],
    ['NX_WORKSPACE_DATA_DIRECTORY', { NX_WORKSPACE_DATA_DIRECTORY: 'a/data' }, ours],
    ['an absolute NX_WORKSPACE_DATA_DIRECTORY', { NX_WORKSPACE_DATA_DIRECTORY: '/tmp/data-x' }, ours],
    ['NX_PROJECT_GRAPH_CACHE_DIRECTORY', { NX_PROJECT_GRAPH_CACHE_DIRECTORY: 'a/graph' }, ours],
    ['both of them', { NX_PROJECT_GRAPH_CACHE_DIRECTORY: 'a/graph', NX_WORKSPACE_DATA_DIRECTORY: 'a/data' }, ours],
    [
      'all of them',
      { NX_CACHE_DIRECTORY: 'c', NX_PROJECT_GRAPH_CACHE_DIRECTORY: 'a/graph', NX_WORKSPACE_DATA_DIRECTORY: 'a/data' },
      ours,
    ],
    ['another cacheDirectory in nx.json', {}, '{"cacheDirectory": "elsewhere/cache"}'],
    [
      'another cacheDirectory in nx.json, overruled',
      { NX_CACHE_DIRECTORY: 'a/cache' },
      '{"cacheDirectory": "elsewhere/cache"}',
    ],
    ['nx.json with comments', {}, '{\n  // where\n  "cacheDirectory": "elsewhere/cache"\n}'],
    ['nx.json that extends another', {}, '{"extends": "./base.json"}'],
    [
      'nx.json of the form before',
      {},
      '{"tasksRunnerOptions": {"default": {"options": {"cacheDirectory": "former/cache"}}}}',
    ],
    ['nx.json without it', {}, '{}'],
  ])('are where Nx has them: %s', (_what, env, nxJson) => {
    writeFileSync(join(root, 'nx.json'), nxJson);
    writeFileSync(join(root, 'base.json'), '{"cacheDirectory": "base/cache"}');
    const { nx, ours } = foldersOf(env);
    expect(ours.map((path) => join(path))).toEqual(nx.map((path) => join(path)));
  });
});
