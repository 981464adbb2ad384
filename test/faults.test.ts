import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '@layerwise/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workspace } from './workspace/workspace.js';

/**
 * What goes wrong outside of Layerwise: after each fault the next run completes, with the same bytes, and keeps what was finished.
 * More of it: LAYERWISE_KILLS=100 LAYERWISE_PAIRS=50 npx vitest run test/faults.test.ts
 */
const kills = Number(process.env.LAYERWISE_KILLS ?? 0);
const pairs = Number(process.env.LAYERWISE_PAIRS ?? 0);
const seconds = 1000;

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 60 } }
preprocess: { validation: { first: 60 } }
embed: { tsne: [{ rows: 20, iterations: 20, perplexity: 4 }] }
experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
  two: { train: { hidden: [{ units: 5 }], epochs: 1 } }
`;

let workspace: Workspace;
/** Content of each artifact of both experiments, as runs without a fault made them. */
let reference: Record<string, string>;
const at = (path: string): string => join(workspace.root, path);
const run = (target = 'one', env: NodeJS.ProcessEnv = {}): ReturnType<Workspace['nx']> => workspace.nx(['run', `tiny:${target}`, '--output-style=static'], env);
const stagesOf = (name: string): Record<string, { id: string; content: string }> => (JSON.parse(workspace.read(`artifacts/tiny/${name}/experiment.json`)) as { stages: Record<string, { id: string; content: string }> }).stages;

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
  return Object.fromEntries(await Promise.all(ids.map(async (id) => [id, (await store.open(id)).manifest.finished] as const)));
}

/** How often each stage was computed, by the journals of all runs since artifacts were forgotten. */
function computed(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const file of readdirSync(at('artifacts/.runs'))) {
    const entries = workspace.read(`artifacts/.runs/${file}`).split('\n').filter(Boolean).map((line) => JSON.parse(line) as { id: string; status: string });
    for (const { id, status } of entries) if (status === 'computed') counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
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
    'flipped in one bit, size and time kept': { role: 'train', file: 'weights.bin', damage: (_folder, file) => flip(file) },
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
    const copies = readdirSync(at('.nx/cache')).map((hash) => at(`.nx/cache/${hash}/artifacts/stages/${id}`)).filter((folder) => existsSync(folder));
    expect(copies.length).toBeGreaterThan(0);
    for (const folder of [at(`artifacts/stages/${id}`), ...copies]) flip(join(folder, 'data/weights.bin'));
    const { code, output, ran } = await run();
    expect(code, output).toBe(0);
    expect(ran).toEqual(['train']);
    expect(await contents()).toEqual(reference);
    expect((await run()).ran).toEqual([]);
  });

  it('a copy in the cache that is gone while Nx remembers it: at the latest the next run computes it', async () => {
    const id = stagesOf('one').train?.id as string;
    await run();
    for (const hash of readdirSync(at('.nx/cache'))) if (existsSync(at(`.nx/cache/${hash}/artifacts/stages/${id}`))) rmSync(at(`.nx/cache/${hash}`), { recursive: true });
    rmSync(at(`artifacts/stages/${id}`), { recursive: true });
    const first = await run();
    if (first.code !== 0) expect(first.output).toContain(id);
    const next = first.code === 0 ? first : await run();
    expect(next.code, next.output).toBe(0);
    expect(next.ran).toEqual(['train']);
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

  it.runIf(mounts)('a full disk, then a read-only one: the message says what to do; what was finished is kept', async () => {
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
  }, 120 * seconds);

  it.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)('no permission to write, then read-only artifacts', async () => {
    forget();
    mkdirSync(at('artifacts/stages'), { recursive: true });
    chmodSync(at('artifacts/stages'), 0o555);
    const refused = await run();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('Give yourself permission to read and write there');
    chmodSync(at('artifacts/stages'), 0o755);
    expect((await run('all')).code).toBe(0);
    for (const id of readdirSync(at('artifacts/stages'))) for (const file of readdirSync(at(`artifacts/stages/${id}/data`))) chmodSync(at(`artifacts/stages/${id}/data/${file}`), 0o444);
    const readOnly = await run();
    expect(readOnly.code, readOnly.output).toBe(0);
    expect(readOnly.ran).toEqual([]);
    expect(await contents()).toEqual(reference);
  }, 120 * seconds);
});

describe('kills', () => {
  /** Processes by id, with parent and command. */
  const processes = (): { pid: number; parent: number; command: string }[] =>
    execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8', maxBuffer: 16 << 20 }).split('\n').flatMap((line) => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  const below = (top: number, all = processes()): typeof all => all.filter(({ parent }) => parent === top).flatMap((child) => [child, ...below(child.pid, all)]);

  /** What to kill: a stage that runs, Nx alone (stages are left behind), or the whole group. Returns whether there was something. */
  const targets: Record<string, (nx: number) => boolean> = {
    'a stage': (nx) => {
      const stage = below(nx).find(({ command }) => command.startsWith(process.execPath.split('/').at(-1) as string) && command.includes('layerwise.mjs stage'));
      if (stage) process.kill(stage.pid, 'SIGKILL');
      return stage !== undefined;
    },
    Nx: (nx) => process.kill(nx, 'SIGKILL'),
    'the group': (nx) => process.kill(-nx, 'SIGKILL'),
  };

  /** Starts a run in a group of its own, and kills when `ms` have passed. Returns whether something was killed. */
  async function killed(what: string, ms: number): Promise<boolean> {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NX_|LAYERWISE_|VITEST|NODE_OPTIONS|FORCE_COLOR)/.test(name)));
    const nx = spawn(process.execPath, [at('node_modules/nx/dist/bin/nx.js'), 'run', 'tiny:all'], { cwd: workspace.root, env: { ...env, CI: 'true' }, stdio: 'ignore', detached: true });
    const ended = new Promise<void>((done) => nx.on('exit', () => done()));
    await Promise.race([sleep(ms), ended]);
    if (nx.exitCode !== null) return false;
    const hit = (targets[what] as (nx: number) => boolean)(nx.pid as number);
    if (!hit) process.kill(-(nx.pid as number), 'SIGKILL');
    await ended;
    return true;
  }

  it.skipIf(kills === 0)(`SIGKILL of a stage, of Nx, of the group, at any moment: ${kills} kills`, async () => {
    let done = 0;
    let state = 1;
    while (done < kills) {
      forget();
      for (let n = 0; n < 3 && done < kills; n++) {
        state = (state * 48271) % 2147483647;
        if (!(await killed(Object.keys(targets)[done % 3] as string, 300 + (state % 5000)))) break;
        done++;
        const whole = await contents();
        for (const [id, content] of Object.entries(whole)) expect(content, id).toBe(reference[id]);
      }
      const kept = await finishedAt();
      const { code, output } = await run('all');
      expect(code, output).toBe(0);
      expect(await finishedAt()).toMatchObject(kept);
      expect(await contents()).toEqual(reference);
    }
  }, (60 + kills * 30) * seconds);
});

describe('two at once', () => {
  it.skipIf(pairs === 0)(`runs of the same and of different experiments: ${pairs} pairs`, async () => {
    for (let pair = 0; pair < pairs; pair++) {
      forget();
      const both = await Promise.all([run('one'), sleep((pair * 317) % 2500).then(() => run(pair % 2 ? 'one' : 'two'))]);
      for (const { code, output } of both) expect(code, output).toBe(0);
      const found = await contents();
      for (const [id, content] of Object.entries(found)) expect(content, id).toBe(reference[id]);
      expect(computed()).toEqual(Object.fromEntries(Object.keys(found).map((id) => [id, 1])));
    }
  }, (60 + pairs * 60) * seconds);
});
