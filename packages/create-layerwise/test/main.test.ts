import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { managerOf } from '../dist/options.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, '../bin/create-layerwise.mjs');
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string;
};

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'layerwise-create-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(work, path)), { recursive: true });
  writeFileSync(join(work, path), text);
};
const read = (path: string): string => readFileSync(join(work, path), 'utf8');
const json = (path: string): Record<string, unknown> => JSON.parse(read(path)) as Record<string, unknown>;

/** Runs it without a terminal, as npm does; installs nothing. */
function create(args: readonly string[], { agent = 'npm/11.0.0 node/v20', cwd = work } = {}) {
  return new Promise<{ code: number; output: string }>((done) => {
    const env = { ...process.env, npm_config_user_agent: agent };
    const child = execFile(process.execPath, [bin, ...args, '--no-install'], { cwd, env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

describe('npm create layerwise', () => {
  it('makes a workspace of an empty folder, and says the next commands', async () => {
    const { code, output } = await create(['my-digits']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/cd my-digits\n {2}npm install\n {2}npx nx run digits:exp1\n$/);
    expect(json('my-digits/package.json')).toMatchObject({
      name: 'my-digits',
      private: true,
      devDependencies: { layerwise: `^${version}`, nx: '23.2.1' },
    });
    expect(json('my-digits/nx.json')).toMatchObject({ plugins: ['layerwise'], useDaemonProcess: false });
    expect(read('my-digits/pipelines/digits/study.yaml')).toContain('name: digits\n');
    for (const line of ['node_modules/', '.nx/', 'artifacts/'])
      expect(read('my-digits/.gitignore').split('\n')).toContain(line);
    expect(existsSync(join(work, 'my-digits/.git'))).toBe(true);
  });

  it('gets by without any argument, where nobody can be asked', async () => {
    const { code, output } = await create([]);
    expect(code, output).toBe(0);
    expect(readdirSync(work)).toEqual(['my-digits']);
  });

  it('takes a folder with only a repository, README and LICENSE, and leaves them alone', async () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('README.md', '# Mine\n');
    write('LICENSE', 'free');
    const { code, output } = await create(['.']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/Next:\n {2}npm install\n {2}npx nx run digits:exp1\n$/);
    expect(read('README.md')).toBe('# Mine\n');
    expect(readdirSync(join(work, '.git'))).toEqual(['HEAD']);
    expect(existsSync(join(work, 'pipelines/digits/study.yaml'))).toBe(true);
  });

  it('adds to an npm project what it lacks, in its own indentation', async () => {
    write(
      'app/package.json',
      '{\n\t"name": "app",\n\t"scripts": { "test": "true" },\n\t"dependencies": { "left": "1.0.0" }\n}',
    );
    write('app/.gitignore', 'node_modules\n*.tmp');
    write('app/.env', 'SECRET=1\nNX_TUI=true\n');
    const { code, output } = await create(['app', '--study', 'letters', '--no-git']);
    expect(code, output).toBe(0);
    expect(read('app/package.json')).toMatch(/^\{\n\t"name": "app",\n\t"scripts": \{\n\t\t"test": "true"/);
    expect(json('app/package.json')).toMatchObject({
      dependencies: { left: '1.0.0' },
      devDependencies: { layerwise: `^${version}` },
    });
    expect(read('app/.gitignore').split('\n')).toEqual([
      ...['node_modules', '*.tmp', '.nx/', 'artifacts/', '/data/', 'pipelines/study.schema.json', ''],
    ]);
    expect(read('app/.env')).toMatch(/^SECRET=1\nNX_TUI=true\nNX_ISOLATE_PLUGINS=false\n/);
    expect(existsSync(join(work, 'app/.git'))).toBe(false);
    expect(existsSync(join(work, 'app/pipelines/letters/study.yaml'))).toBe(true);
  });

  it('adds its plugin to an Nx workspace, once', async () => {
    write('ws/package.json', '{ "name": "ws", "devDependencies": { "nx": "23.1.0" } }\n');
    write('ws/nx.json', '{ "plugins": ["@nx/js", { "plugin": "@nx/vite" }], "parallel": 5 }\n');
    expect((await create(['ws'])).code).toBe(0);
    const plugins = ['@nx/js', { plugin: '@nx/vite' }, 'layerwise'];
    expect(json('ws/nx.json')).toEqual({ plugins, parallel: 5, useDaemonProcess: false });
    expect(json('ws/package.json')).toMatchObject({ devDependencies: { nx: '23.1.0' } });
    expect((await create(['ws', '--study', 'second'])).code).toBe(0);
    expect(json('ws/nx.json')).toMatchObject({ plugins });
  });

  it.each<[string, Record<string, string>, string[], string]>([
    ['an unknown option', {}, ['x', '--stduy', 'a'], "'--stduy'"],
    ['two folders', {}, ['x', 'y'], "got 'x' and 'y'"],
    ['an unknown package manager', {}, ['x', '--manager', 'npx'], "got 'npx'"],
    ['a name that no study may have', {}, ['x', '--study', '9 Digits'], "got '9 Digits'"],
    ['a file in the place of the folder', { x: 'a file' }, ['x'], 'which is a file'],
    ['a package.json that is none', { 'x/package.json': '{' }, ['x'], 'package.json must be a JSON object'],
    ['an nx.json with comments', { 'x/nx.json': '{ // none\n}' }, ['x'], 'nx.json must be a JSON object'],
    ['another Nx', { 'x/package.json': '{"devDependencies": {"nx": "^19.8.0"}}' }, ['x'], 'got ^19.8.0'],
    ["Plug'n'Play", { 'x/.pnp.cjs': '' }, ['x'], 'nodeLinker: node-modules'],
    ["Plug'n'Play, by its lock file", { 'x/yarn.lock': '__metadata:\n  version: 8\n' }, ['x'], 'nodeLinker'],
    ['a study that is there', { 'x/pipelines/a/study.yaml': '' }, ['x', '--study', 'a'], 'choose another name'],
  ])('refuses %s, and writes nothing', async (_what, files, args, said) => {
    for (const [path, text] of Object.entries(files)) write(path, text);
    const before = readdirSync(work, { recursive: true }).sort();
    const { code, output } = await create(args);
    expect(output).toContain(said);
    expect(output).toMatch(/^create-layerwise: .*\n$/);
    expect(code).toBe(1);
    expect(readdirSync(work, { recursive: true }).sort()).toEqual(before);
  });

  it('speaks of the package manager that calls, and lays what that needs', async () => {
    expect((await create(['p'], { agent: 'pnpm/10.1.0 npm/? node/v20' })).output).toMatch(
      /pnpm install\n {2}pnpm exec nx run digits:exp1/,
    );
    expect(read('p/pnpm-workspace.yaml')).toContain("- 'packages/*'");
    expect((await create(['y'], { agent: 'yarn/4.1.0 npm/? node/v20' })).output).toMatch(/yarn install/);
    expect(read('y/.yarnrc.yml')).toBe('nodeLinker: node-modules\n');
    write('locked/pnpm-lock.yaml', '');
    expect(managerOf(join(work, 'locked'), '')).toBe('pnpm');
    expect(managerOf(join(work, 'locked'), 'npm/11.0.0')).toBe('npm');
    expect(managerOf(work, '')).toBe('npm');
  });

  it('gives a study another name than its folder has, since both are projects', async () => {
    const { output } = await create(['digits', '--no-git']);
    expect(output).toContain('nx run digits2:exp1');
    expect(existsSync(join(work, 'digits/pipelines/digits2/study.yaml'))).toBe(true);
  });
});
