import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Store } from '@layerwise/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { study } from './faults/trial.mjs';
import { nxPath, runNode } from './workspace/folder.mjs';
import { Workspace } from './workspace/workspace.js';

/** What goes wrong outside of Layerwise: after each fault the next run completes, with the same bytes, and keeps what was finished. */
const seconds = 1000;

/** Whom root becomes where permissions are to count. */
const nobody = { uid: 65534, gid: 65534 };

let workspace: Workspace;
/** Content of each artifact of both experiments, as runs without a fault made them. */
let reference: Record<string, string>;
const at = (path: string): string => join(workspace.root, path);
const run = (target = 'one', env: NodeJS.ProcessEnv = {}): ReturnType<Workspace['nx']> =>
  workspace.nx(['run', `tiny:${target}`, '--output-style=static'], env);
const stagesOf = (name: string): Record<string, { id: string; content: string }> =>
  (
    JSON.parse(workspace.read(`artifacts/tiny/${name}/experiment.json`)) as {
      stages: Record<string, { id: string; content: string }>;
    }
  ).stages;

/** Contents of the artifacts that are there; every file is compared with its manifest. */
async function contents(): Promise<Record<string, string>> {
  const store = new Store(at('artifacts'));
  const found: Record<string, string> = {};
  for (const id of await store.list()) {
    const artifact = await store.open(id);
    await artifact.verify();
    found[id] = artifact.manifest.content;
  }
  return found;
}

/** When each artifact that is there was computed: the same time later says that it was not computed again. */
async function finishedAt(): Promise<Record<string, string>> {
  const store = new Store(at('artifacts'));
  const ids = await store.list();
  return Object.fromEntries(
    await Promise.all(ids.map(async (id) => [id, (await store.open(id)).manifest.finished] as const)),
  );
}

/** The artifacts and all that is remembered of them go. */
function forget(): void {
  for (const path of ['artifacts', '.nx']) rmSync(at(path), { recursive: true, force: true });
}

beforeAll(async () => {
  workspace = Workspace.create('layerwise-faults');
  workspace.study('tiny', study);
  const { code, output } = await run('all');
  expect(code, output).toBe(0);
  reference = await contents();
});
afterAll(() => workspace.remove());

describe('damage', () => {
  const flip = (file: string): void => {
    const { atime, mtime } = statSync(file);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
  };
  const damages: Record<string, { role: string; file: string; damage: (folder: string, file: string) => void }> = {
    truncated: { role: 'preprocess', file: 'validation.arrow', damage: (_folder, file) => truncateSync(file, 10) },
    'flipped in one bit, size and time kept': {
      role: 'train',
      file: 'weights.bin',
      damage: (_folder, file) => flip(file),
    },
    'replaced by that of another stage': {
      role: 'activations',
      file: 'manifest.json',
      damage: (folder) => {
        rmSync(folder, { recursive: true });
        cpSync(at(`artifacts/stages/${stagesOf('one').ingest?.id as string}`), folder, { recursive: true });
      },
    },
  };

  it.each(Object.keys(damages))('an artifact %s is named and made good', async (name) => {
    const { role, file, damage } = damages[name] as (typeof damages)[string];
    const id = stagesOf('one')[role]?.id as string;
    damage(at(`artifacts/stages/${id}`), at(`artifacts/stages/${id}/data/${file}`));
    const { code, output } = await run();
    expect(code, output).toBe(0);
    expect(output).toContain(`artifact ${id}: ${file}`);
    expect(await contents()).toEqual(reference);
  });

  it("an artifact and its copies in Nx's cache, all damaged: computed again", async () => {
    const id = stagesOf('one').train?.id as string;
    const copies = copiesOf(id);
    expect(copies.length).toBeGreaterThan(0);
    for (const folder of [at(`artifacts/stages/${id}`), ...copies]) flip(join(folder, 'data/weights.bin'));
    const { code, output, ran } = await run();
    expect(code, output).toBe(0);
    expect(ran).toEqual(['train']);
    expect(await contents()).toEqual(reference);
  });

  const copiesOf = (id: string): string[] =>
    readdirSync(at('.nx/cache'))
      .map((hash) => at(`.nx/cache/${hash}/artifacts/stages/${id}`))
      .filter((folder) => existsSync(folder));

  it("an artifact gone, its copy in Nx's cache changed with size and time kept: computed again", async () => {
    const id = stagesOf('one').train?.id as string;
    expect((await run()).ran).toEqual([]);
    for (const folder of copiesOf(id)) flip(join(folder, 'data/weights.bin'));
    rmSync(at(`artifacts/stages/${id}`), { recursive: true });
    const { code, output, ran } = await run();
    expect(code, output).toBe(0);
    expect(output).toMatch(new RegExp(`artifact ${id}: its copy in .nx/cache/\\d+ is damaged; it is removed`));
    expect(ran).toEqual(['train']);
    expect(await contents()).toEqual(reference);
  });

  it('an artifact gone, and its copy in the cache, while Nx remembers it: computed again', async () => {
    const id = stagesOf('one').train?.id as string;
    expect((await run()).ran).toEqual([]);
    for (const folder of copiesOf(id)) rmSync(join(folder, '../../..'), { recursive: true });
    rmSync(at(`artifacts/stages/${id}`), { recursive: true });
    const { code, output, ran } = await run();
    expect(code, output).toBe(0);
    expect(ran).toEqual(['train']);
    expect(await contents()).toEqual(reference);
    expect((await run()).ran).toEqual([]);
  });

  it("the folder of Nx's cache deleted, what Nx remembers kept: nothing is computed", async () => {
    rmSync(at('.nx/cache'), { recursive: true });
    for (let n = 0; n < 2; n++) {
      const { code, output, ran } = await run();
      expect(code, output).toBe(0);
      expect(ran).toEqual([]);
    }
    expect(await contents()).toEqual(reference);
  });

  it('a clock that jumps back a day: nothing is computed that is there, and what is missing is', async () => {
    workspace.write('clock.cjs', 'const real = Date.now.bind(Date); Date.now = () => real() - 86_400_000;\n');
    const env = { NODE_OPTIONS: `--require ${at('clock.cjs')}` };
    expect((await run('one', env)).ran).toEqual([]);
    const id = stagesOf('two').report?.id as string;
    for (const path of [`artifacts/stages/${id}`, '.nx']) rmSync(at(path), { recursive: true });
    const two = await run('two', env);
    expect(two.code, two.output).toBe(0);
    expect(two.ran).toEqual(['report']);
    expect((await run('two')).ran).toEqual([]);
    expect(await contents()).toEqual(reference);
  });
});

describe('storage', () => {
  const mounts = (() => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    try {
      execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  if (!mounts) console.warn('the full disk is not tried: this user may not mount a file system here');

  it.runIf(mounts)(
    'a full disk, then a read-only one: the message says what to do; what was finished is kept',
    async () => {
      const artifacts = at('artifacts');
      forget();
      mkdirSync(artifacts);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'none', artifacts]);
      try {
        const full = await run();
        expect(full.code).not.toBe(0);
        expect(full.output).toContain('The disk is full: free some space and run again.');
        expect(full.output).toContain(at('artifacts/'));
        const kept = await finishedAt();
        expect(Object.keys(kept)).toContain(Object.keys(reference).find((id) => id.startsWith('ingest-')));
        execFileSync('mount', ['-o', 'remount,size=200m,ro', artifacts]);
        const readOnly = await run();
        expect(readOnly.code).not.toBe(0);
        expect(readOnly.output).toContain('The file system is read-only');
        execFileSync('mount', ['-o', 'remount,size=200m,rw', artifacts]);
        const again = await run('all');
        expect(again.code, again.output).toBe(0);
        expect(await finishedAt()).toMatchObject(kept);
        expect(await contents()).toEqual(reference);
      } finally {
        execFileSync('umount', ['-l', artifacts]);
        forget();
      }
    },
    120 * seconds,
  );

  it.skipIf(process.platform === 'win32')(
    'no permission to write, then read-only artifacts, as a user who is not root',
    async () => {
      forget();
      mkdirSync(at('artifacts/stages'), { recursive: true });
      const isRoot = process.getuid?.() === 0;
      if (isRoot) execFileSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, workspace.root]);
      const runAs = (target: string): ReturnType<typeof runNode> =>
        runNode(
          workspace.root,
          [nxPath(workspace.root), 'run', `tiny:${target}`, '--output-style=static'],
          { HOME: workspace.root },
          process.execPath,
          isRoot ? nobody : {},
        );
      try {
        chmodSync(at('artifacts/stages'), 0o555);
        const refused = await runAs('one');
        expect(refused.code).not.toBe(0);
        expect(refused.output).toContain('Give yourself permission to read and write there');
        expect(refused.output).toContain(at('artifacts/stages'));
        chmodSync(at('artifacts/stages'), 0o755);
        const all = await runAs('all');
        expect(all.code, all.output).toBe(0);
        for (const entry of readdirSync(at('artifacts/stages'), { recursive: true, withFileTypes: true }))
          if (entry.isFile()) chmodSync(join(entry.parentPath ?? entry.path, entry.name), 0o444);
        const readOnly = await runAs('one');
        expect(readOnly.code, readOnly.output).toBe(0);
        expect(readOnly.output).toMatch(/ran +nothing/);
        expect(await contents()).toEqual(reference);
      } finally {
        if (isRoot) execFileSync('chown', ['-R', '0:0', workspace.root]);
      }
    },
    240 * seconds,
  );
});

interface Trials {
  readonly Trial: { create: () => Promise<{ remove: () => void }> };
  readonly killTrials: (
    trial: object,
    options: { kills: number; seed: number },
  ) => Promise<{ problems: string[]; killed: string[] }>;
  readonly pairTrials: (trial: object, options: { pairs: number; seed: number }) => Promise<{ problems: string[] }>;
}

describe('kills, and two runs at once', () => {
  const load = async (name: string): Promise<Trials> =>
    (await import(new URL(`faults/${name}.mjs`, import.meta.url).href)) as Trials;

  /** Many more: node test/faults/kills.mjs, node test/faults/pairs.mjs. */
  it(
    'two kills and a pair',
    async () => {
      const [{ Trial }, { killTrials }, { pairTrials }] = await Promise.all([
        load('trial'),
        load('kills'),
        load('pairs'),
      ]);
      const trial = await Trial.create();
      try {
        const { problems, killed } = await killTrials(trial, { kills: 2, seed: 8 });
        expect(problems).toEqual([]);
        expect(killed).toHaveLength(2);
        expect((await pairTrials(trial, { pairs: 1, seed: 2 })).problems).toEqual([]);
      } finally {
        trial.remove();
      }
    },
    900 * seconds,
  );
});
