import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, nxPath } from './workspace/folder.mjs';
import { Workspace } from './workspace/workspace.js';

/** Nets that train for hours unless they are stopped; checkpoints are never due of themselves. */
const study = `name: long
seed: 7
dataset: { use: strokes, strokes: { train: 2000, test: 100 } }
preprocess: { validation: { first: 300 } }
train: { hidden: [{ units: 12 }], epochs: 90000 }
experiments:
  own: {}
  tfjs: { train: { uses: '@layerwise/train-tfjs' } }
  forest: { reduce: { uses: '@layerwise/reduce-forest', trees: 9000, topK: 70 } }
`;
const env = cleanEnvironment({ LAYERWISE_CHECKPOINT_SECONDS: '3600', LAYERWISE_WORKERS: '1' });

let workspace: Workspace;
const running = new Set<ChildProcess>();
afterEach(() => running.forEach((child) => child.kill('SIGTERM')));
const at = (path: string): string => join(workspace.root, path);
const ids = new Map<string, string>();
const idOf = (address: string): string => ids.get(address) as string;

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output holds the pattern; fails if the process ends before. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<void>;
  /** What the process ended with: its code, or the signal that killed it. */
  readonly status: () => number | string | null;
}

/** Starts a process in a group of its own, as a terminal does. */
function start(args: readonly string[], program = process.execPath): Started {
  const child = spawn(program, args, { cwd: workspace.root, env, detached: true });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
      waiting.forEach((look) => look());
    });
  }
  let status: number | string | null = null;
  const ended = new Promise<void>((done) =>
    child.on('close', (code, signal) => {
      status = code ?? signal;
      done();
    }),
  );
  running.add(child);
  void ended.then(() => running.delete(child));
  const until = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((done, fail) => {
      const look = (): void => {
        const found = pattern.exec(output);
        if (found) done(found);
      };
      waiting.add(look);
      look();
      void ended.then(() => fail(new Error(`it ended without ${pattern}:\n${output}`)));
    });
  return { child, output: () => output, until, ended, status: () => status };
}

const stage = (id: string): Started => start([at('packages/cli/bin/layerwise.mjs'), 'stage', id]);
const nx = (target = 'long:own'): Started => start([nxPath(workspace.root), 'run', target]);

/** The process that computes a stage, as its lock says. */
function computing(id: string): number {
  const folder = at(`artifacts/.locks/${id}`);
  const last = Math.max(...readdirSync(folder).map(Number));
  return (JSON.parse(readFileSync(join(folder, String(last)), 'utf8')) as { pid: number }).pid;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Where the checkpoint on the disk stands. */
function standing(id: string): { done: number; total: number } {
  return (
    JSON.parse(
      readFileSync(at(`artifacts/.checkpoints/${id}`))
        .toString('latin1')
        .split('\n')[0] as string,
    ) as { standing: { done: number; total: number } }
  ).standing;
}

beforeAll(async () => {
  workspace = Workspace.create('layerwise-stop');
  workspace.study('long', study);
  workspace.hurry();
  const { output } = await workspace.layerwise(['explain', 'long', '--json']);
  for (const line of output.trim().split('\n')) {
    const { experiment, stages } = JSON.parse(line) as { experiment: string; stages: { role: string; id: string }[] };
    for (const { role, id } of stages) ids.set(`${experiment.split(':')[1] as string} ${role}`, id);
  }
  for (const role of ['ingest', 'preprocess']) {
    const run = await workspace.layerwise(['stage', idOf(`own ${role}`)]);
    expect(run.code, run.output).toBe(0);
  }
}, 120_000);
afterAll(() => workspace.remove());

describe('a stage that is told to stop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'keeps its state at once and says where it stands, and the next run continues from there: %s',
    async (signal) => {
      const id = idOf('own train');
      rmSync(at(`artifacts/.checkpoints/${id}`), { force: true });
      const first = stage(id);
      const [, shown] = await first.until(/epoch (\d+)\/90000/);
      first.child.kill(signal);
      await first.ended;
      const { done } = standing(id);
      expect(done).toBeGreaterThanOrEqual(Number(shown) - 1);
      expect(first.output()).toContain(`${id} stopped at ${done} of 90000 epochs; the same command continues`);
      expect(first.output()).not.toContain('Error');

      const second = stage(id);
      await second.until(new RegExp(`${id} continues from epoch ${done} of 90000`));
      await second.until(/left {2}epoch/);
      // Twice, as a shell and what it started may both pass it on.
      second.child.kill(signal);
      second.child.kill(signal);
      await second.ended;
      expect(standing(id).done).toBeGreaterThan(done);
      expect(second.output()).toContain(`${id} stopped at ${standing(id).done} of 90000 epochs`);
    },
    120_000,
  );

  it('says that it starts over where it keeps no state: TensorFlow.js', async () => {
    const id = idOf('tfjs train');
    const run = stage(id);
    await run.until(/epoch \d+\/90000/);
    run.child.kill('SIGINT');
    await run.ended;
    expect(run.output()).toContain(
      `${id} stopped; the same command starts it again, since this stage keeps no checkpoint`,
    );
  }, 120_000);

  it('says that it starts over where it keeps no state: a forest', async () => {
    const id = idOf('forest reduce');
    const run = stage(id);
    await run.until(/reduce-forest {2}.*\/9000/);
    run.child.kill('SIGINT');
    await run.ended;
    expect(run.output()).toContain(
      `${id} stopped; the same command starts it again, since this stage keeps no checkpoint`,
    );
  }, 120_000);
});

describe('a run by Nx that is told to stop', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'keeps the state, says so last, and the next run says that it goes on: %s',
    async (signal) => {
      const id = idOf('own train');
      rmSync(at(`artifacts/.checkpoints/${id}`), { force: true });
      const first = nx();
      await first.until(/train {2}.*epoch \d+\/90000/);
      // To the whole group, as a terminal sends Ctrl-C.
      process.kill(-(first.child.pid as number), signal);
      await first.ended;
      expect(existsSync(at(`artifacts/.checkpoints/${id}`)), first.output()).toBe(true);
      const { done } = standing(id);
      expect(first.output()).toContain(`${id} stopped at ${done} of 90000 epochs; the same command continues`);

      const second = nx();
      await second.until(new RegExp(`${id} continues from epoch ${done} of 90000`));
      second.child.kill('SIGTERM');
      await second.ended;
    },
    180_000,
  );

  it('started by layerwise run, which alone is told', async () => {
    const id = idOf('own train');
    rmSync(at(`artifacts/.checkpoints/${id}`), { force: true });
    const run = start([at('packages/cli/bin/layerwise.mjs'), 'run', 'long:own']);
    await run.until(/train {2}.*epoch \d+\/90000/);
    run.child.kill('SIGINT');
    await run.ended;
    expect(run.output()).toContain(`${id} stopped at ${standing(id).done} of 90000 epochs; the same command continues`);
  }, 120_000);
});

describe('a run by Nx of which a stage is killed', () => {
  /** The last lines, without the blank ones that Nx puts between. */
  const lastLines = (output: string): string =>
    output
      .trim()
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-3)
      .join('\n');

  it('fails, and says last which stage it was, by what, and where the same command continues, whatever came of an earlier run', async () => {
    const id = idOf('own train');
    rmSync(at(`artifacts/.checkpoints/${id}`), { force: true });
    const first = nx();
    await first.until(/train {2}.*epoch \d+\/90000/);
    process.kill(-(first.child.pid as number), 'SIGINT');
    await first.ended;
    const { done } = standing(id);

    const second = nx();
    await second.until(/train {2}.*left {2}epoch \d+\/90000/);
    process.kill(computing(id), 'SIGKILL');
    await second.ended;
    expect(second.status(), second.output()).toBe(1);
    const last = lastLines(second.output());
    expect(last).toContain(
      'train of long:own failed: its process was killed by SIGKILL, probably because memory ran out',
    );
    expect(last).toContain(`The same command continues from epoch ${done} of 90000.`);
  }, 180_000);

  it('says that the same command starts it again where what is kept is of another recipe', async () => {
    const id = idOf('forest reduce');
    cpSync(at(`artifacts/.checkpoints/${idOf('own train')}`), at(`artifacts/.checkpoints/${id}`));
    const run = nx('long:forest');
    await run.until(/reduce-forest {2}.*\/9000/);
    process.kill(computing(id), 'SIGKILL');
    await run.ended;
    expect(run.status(), run.output()).toBe(1);
    const last = lastLines(run.output());
    expect(last).toContain('reduce of long:forest failed: its process was killed by SIGKILL');
    expect(last).toContain('The same command starts it again.');
  }, 180_000);

  it.each(['SIGABRT', 'SIGSEGV'] as const)(
    'names the signal: %s',
    async (signal) => {
      const id = idOf('forest reduce');
      const run = nx('long:forest');
      await run.until(/reduce-forest {2}.*\/9000/);
      process.kill(computing(id), signal);
      await run.ended;
      expect(run.status(), run.output()).toBe(1);
      expect(lastLines(run.output())).toContain(`reduce of long:forest failed: its process was killed by ${signal}`);
    },
    180_000,
  );

  it('says that Nx was killed itself, where layerwise run started it', async () => {
    const run = start([at('packages/cli/bin/layerwise.mjs'), 'run', 'long:own']);
    await run.until(/train {2}.*epoch \d+\/90000/);
    const stage = computing(idOf('own train'));
    const [child] = execFileSync('pgrep', ['-P', String(run.child.pid)], { encoding: 'utf8' }).split('\n');
    process.kill(Number(child), 'SIGKILL');
    // The stage runs on, and writes its checkpoint when nobody waits for it any more.
    process.kill(stage, 'SIGINT');
    await run.ended;
    while (isRunning(stage)) await setTimeout(50);
    expect(run.status(), run.output()).toBe(1);
    expect(run.output().trim().split('\n').slice(-2).join('\n')).toContain('layerwise: Nx was killed by SIGKILL');
  }, 120_000);
});
