import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from '@layerwise/contracts';
import { Store } from '@layerwise/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workspace } from './workspace/workspace.js';

/**
 * A training that is killed goes on from its last checkpoint and ends with the bytes of one that was never stopped.
 * More of it: LAYERWISE_RESUMES=50 npx vitest run test/resume.test.ts
 */
const kills = Number(process.env.LAYERWISE_RESUMES ?? 1);

/** Nets small enough for many epochs a second; the last is stopped early. */
const nets: Record<string, string> = {
  rmsprop: '{ hidden: [{ units: 40, dropout: 0.2 }], epochs: 14, inputDropout: 0.1 }',
  adam: '{ hidden: [{ units: 48 }, { units: 20, activation: tanh }], epochs: 14, batch: 64, optimizer: { adam: {} }, evaluateEachEpoch: true }',
  sgd:
    '{ hidden: [{ units: 32, l2: 0.001 }], epochs: 14, restoreBest: false, optimizer: { sgd: { momentum: 0.9, ' +
    'nesterov: true } }, earlyStop: { metric: valLoss, patience: 5, minDelta: 0.05 } }',
};
const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 700, test: 100 } }
preprocess: { validation: { first: 100 } }
experiments:
${Object.entries(nets)
  .map(([name, train]) => `  ${name}: { train: ${train} }`)
  .join('\n')}
  tfjs: { train: { uses: '@layerwise/train-tfjs', hidden: [{ units: 8 }], epochs: 5000 } }
  nan: { train: { hidden: [{ units: 30 }], epochs: 5, optimizer: { sgd: { learningRate: 1.0e+30 } } } }
`;

let workspace: Workspace;
let store: Store;
const at = (path: string): string => join(workspace.root, path);
/** `<experiment> <role>` -> id of the stage instance. */
const ids = new Map<string, string>();
const idOf = (experiment: string, role = 'train'): string => ids.get(`${experiment} ${role}`) as string;
const stage = (id: string, env: NodeJS.ProcessEnv = {}): ReturnType<Workspace['layerwise']> =>
  workspace.layerwise(['stage', id], env);
const checkpoint = (id: string): string => at(`artifacts/.checkpoints/${id}`);
const contentOf = async (id: string): Promise<string> => {
  const artifact = await store.open(id);
  await artifact.verify();
  return artifact.manifest.content;
};

/**
 * Loaded into a stage: it sends itself a signal some ms after it has kept its first checkpoint,
 * and at the latest in place of keeping the second, so that on no computer the training is over before.
 */
const signaller = `
const promises = require('node:fs/promises');
const { rename } = promises;
let kept = 0;
const send = () => process.kill(process.pid, process.env.TEST_SIGNAL);
promises.rename = async (from, to) => {
  if (!/[.]checkpoints/.test(to)) return rename(from, to);
  if (++kept === 2) send();
  await rename(from, to);
  if (kept > 1) return;
  if (process.env.TEST_DELAY === '0') send();
  else setTimeout(send, Number(process.env.TEST_DELAY)).unref();
};
require('node:module').syncBuiltinESMExports();
`;

/** Runs a stage that keeps a checkpoint after each epoch, until the signal that it gets `delay` ms after the first. Returns what it printed. */
async function stopped(
  id: string,
  workers: number,
  delay: number,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<string> {
  const { output } = await stage(id, {
    LAYERWISE_CHECKPOINT_SECONDS: '0',
    LAYERWISE_WORKERS: String(workers),
    NODE_OPTIONS: `--require ${at('signaller.cjs')}`,
    TEST_SIGNAL: signal,
    TEST_DELAY: String(delay),
  });
  return output;
}

beforeAll(async () => {
  workspace = Workspace.create('layerwise-resume');
  workspace.study('tiny', study);
  workspace.write('signaller.cjs', signaller);
  workspace.hurry();
  store = new Store(at('artifacts'));
  const { output: plans } = await workspace.layerwise(['explain', 'tiny', '--json']);
  for (const line of plans.trim().split('\n')) {
    const { experiment, stages } = JSON.parse(line) as { experiment: string; stages: { role: string; id: string }[] };
    for (const { role, id } of stages) ids.set(`${experiment.split(':')[1] as string} ${role}`, id);
  }
  for (const role of ['ingest', 'preprocess']) {
    const { code, output } = await stage(idOf('rmsprop', role));
    expect(code, output).toBe(0);
  }
});
afterAll(() => workspace.remove());

describe('a training that was killed', () => {
  it.each(Object.keys(nets))(
    'goes on to the same bytes: %s',
    async (name) => {
      const id = idOf(name);
      const straight = await stage(id, { LAYERWISE_WORKERS: '1' });
      expect(straight.code, straight.output).toBe(0);
      expect(straight.output).not.toContain('continues');
      const reference = await contentOf(id);
      expect((await (await store.open(id)).json<Evaluation>('evaluation')).stoppedEarly).toBe(name === 'sgd');
      const workers = [2, 4, 1];
      let state = 1 + Object.keys(nets).indexOf(name);
      for (let trial = 0; trial < kills; trial++) {
        rmSync(at(`artifacts/stages/${id}`), { recursive: true });
        for (let n = 0; n < 3; n++) {
          state = (state * 48271) % 2147483647;
          const output = await stopped(id, workers[(trial + n) % 3] as number, 1 + (state % 150));
          expect(existsSync(at(`artifacts/stages/${id}`)), output).toBe(false);
          if (n > 0) expect(output).toMatch(/continues from epoch \d+ of 14/);
        }
        const { code, output } = await stage(id, { LAYERWISE_WORKERS: String(workers[trial % 3]) });
        expect(code, output).toBe(0);
        expect(output).toMatch(/continues from epoch \d+ of 14/);
        expect(await contentOf(id)).toBe(reference);
        expect(existsSync(checkpoint(id))).toBe(false);
      }
    },
    60_000 * (1 + kills),
  );
});

describe('a checkpoint', () => {
  it('that is damaged, or of another recipe, is ignored and that is said', async () => {
    const id = idOf('rmsprop');
    const reference = await contentOf(id);
    rmSync(at(`artifacts/stages/${id}`), { recursive: true });
    await stopped(id, 1, 0);
    const bytes = readFileSync(checkpoint(id));
    const flipped = Buffer.from(bytes);
    flipped[flipped.length - 100] = (flipped[flipped.length - 100] as number) ^ 1;
    writeFileSync(checkpoint(id), flipped);
    const damaged = await stage(id);
    expect(damaged.output).toContain(`${id}: its checkpoint is damaged and is ignored`);
    expect(await contentOf(id)).toBe(reference);
    expect(existsSync(checkpoint(id))).toBe(false);

    writeFileSync(checkpoint(id), bytes);
    rmSync(at(`artifacts/stages/${id}`), { recursive: true });
    workspace.edit('packages/fit/dist/early-stop.js', 'this.waited++;', 'this.waited += 1;');
    const stale = await stage(id);
    expect(stale.output).toContain(`${id}: its checkpoint is of other inputs, code or Node.js and is ignored`);
    expect(await contentOf(id)).toBe(reference);
  });
});

describe('layerwise show', () => {
  it('says where a stopped training stands, and what goes on', async () => {
    const id = idOf('adam');
    rmSync(at(`artifacts/stages/${id}`), { recursive: true });
    await stopped(id, 2, 0);
    const { code, output } = await workspace.layerwise(['show', 'tiny:adam']);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`stopped +${id}, stands at \\d+ of 14 epochs`));
    expect(output).toMatch(/epoch 1 {2}loss \d\.\d{4} {2}accuracy 0\.\d{4}/);
    expect(output).toContain('npx nx run tiny:adam continues from there');
  });

  it('names the history of one that was told to stop', async () => {
    const id = idOf('adam');
    await stopped(id, 1, 0, 'SIGTERM');
    const { output } = await workspace.layerwise(['show', 'tiny:adam', '--json']);
    const { unfinished } = JSON.parse(output.split('\n')[0] as string) as {
      unfinished: { id: string; state: string; history: string; standing: { done: number } }[];
    };
    expect(unfinished).toMatchObject([
      { id, state: 'stopped', history: `artifacts/failed/${id}/data/history.parquet` },
    ]);
    expect(existsSync(at(unfinished[0]?.history as string))).toBe(true);
    expect(unfinished[0]?.standing.done).toBeGreaterThan(1);
  });

  it('shows the last epochs of one that keeps no checkpoint and was told to stop', async () => {
    const id = idOf('tfjs');
    const child = spawn(process.execPath, [at('packages/cli/bin/layerwise.mjs'), 'stage', id], { cwd: workspace.root });
    const ended = new Promise<void>((done) => child.on('close', () => done()));
    await new Promise<void>((done) =>
      child.stdout.on('data', (text: Buffer) => (/epoch ([2-9]|\d{2,})\//.test(text.toString()) ? done() : undefined)),
    );
    child.kill('SIGTERM');
    await ended;
    expect(child.exitCode).toBe(1);
    const { output } = await workspace.layerwise(['show', 'tiny:tfjs']);
    expect(output).toContain(`stopped    ${id}`);
    expect(output).toMatch(/epoch \d+ {2}loss \d\.\d{4}/);
    expect(output).toContain(`its history: artifacts/failed/${id}/data/history.parquet`);
  });

  it('says why one failed, and keeps its history', async () => {
    const id = idOf('nan');
    const run = await stage(id);
    expect(run.code).toBe(1);
    expect(run.output).toContain('the loss must stay finite');
    expect(run.output).toContain(`What it had written is in artifacts/failed/${id}/data: history.parquet`);
    const { output } = await workspace.layerwise(['show', 'tiny:nan']);
    expect(output).toMatch(new RegExp(`failed +${id}: train: the loss must stay finite`));
    // Word for word what the run itself said, its place and its remedy with it.
    const said = run.output.slice(run.output.indexOf('layerwise: ') + 'layerwise: '.length).split('\n');
    const own = said.slice(
      0,
      said.findIndex((line) => line.includes('What it had written is in')),
    );
    expect(own.length).toBe(2);
    for (const line of own) expect(output).toContain(line.trim());
    expect(output).toContain(`its history: artifacts/failed/${id}/data/history.parquet`);
  });
});
