import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeArrow } from '@layerwise/store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

/** 4 x 4 images of two classes, told apart by which half is light; `light` is the value of light pixels. */
const csv = (light: number): string => {
  const row = (i: number): string =>
    [i % 2, ...Array.from({ length: 16 }, (_, p) => (p < 8 === (i % 2 === 0) ? light : (i * 7 + p) % 20))].join(',');
  return `label,${Array.from({ length: 16 }, (_, p) => `pixel${p}`).join(',')}\n${Array.from({ length: 120 }, (_, i) => row(i)).join('\n')}\n`;
};
const study = `name: own
seed: 7
dataset: { from: digits.csv }
${brief}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
`;

let workspace: Workspace;
let env: string;
beforeAll(() => {
  workspace = Workspace.create('layerwise-env');
  env = workspace.read('.env');
  workspace.study('own', study);
  workspace.write('first/digits.csv', csv(255));
  workspace.write('second/digits.csv', csv(230));
});
afterAll(() => workspace.remove());
afterEach(() => {
  workspace.write('.env', env);
  for (const file of ['.env.local', '.local.env', '.compute.env']) writeFileSync(join(workspace.root, file), '');
});

/** Runs, and asks every command whether it sees the same data. */
async function agreed(given: NodeJS.ProcessEnv = {}): Promise<string> {
  const run = await workspace.nx(['run', 'own:one'], given);
  expect(run.code, run.output).toBe(0);
  const { output: explained } = await workspace.layerwise(['explain', 'own:one'], given);
  expect(explained).toMatch(/^own:one {2}\d+ current$/m);
  expect((await workspace.call(['list'], given)).output).toMatch(/own:one +built/);
  expect((await workspace.call(['show', 'own:one'], given)).output).not.toContain('note:');
  const { stages } = JSON.parse(workspace.read('artifacts/own/one/experiment.json')) as {
    stages: { ingest: { id: string } };
  };
  const { recipe } = JSON.parse(workspace.read(`artifacts/stages/${stages.ingest.id}/manifest.json`)) as {
    recipe: { raw: [{ sha256: string }] };
  };
  return recipe.raw[0].sha256;
}

describe('variables in the files that Nx reads', () => {
  it('lead nx and layerwise to the same data, in the same order of files', async () => {
    appendFileSync(join(workspace.root, '.env'), 'PLACE=first\nLAYERWISE_DATA_DIR=${PLACE}\n');
    const first = await agreed();
    writeFileSync(join(workspace.root, '.env.local'), 'LAYERWISE_DATA_DIR=second\n');
    const second = await agreed();
    expect(second).not.toBe(first);
    writeFileSync(join(workspace.root, '.local.env'), 'LAYERWISE_DATA_DIR="first"\n');
    expect(await agreed()).toBe(first);
    expect(await agreed({ LAYERWISE_DATA_DIR: 'second' })).toBe(second);
  });

  it('keep from gc what was just built', async () => {
    appendFileSync(join(workspace.root, '.env'), 'LAYERWISE_DATA_DIR=first\n');
    await agreed();
    const { output } = await workspace.call(['gc', '--json']);
    const { unused, results } = JSON.parse(output) as { unused: { path: string }[]; results: unknown[] };
    expect(results).toEqual([]);
    const { stages } = JSON.parse(workspace.read('artifacts/own/one/experiment.json')) as {
      stages: Record<string, { id: string }>;
    };
    for (const { id } of Object.values(stages))
      expect(unused.map(({ path }) => path)).not.toContain(`artifacts/stages/${id}`);
  });

  it('cannot lead a stage to other data than was planned', async () => {
    appendFileSync(join(workspace.root, '.env'), 'LAYERWISE_DATA_DIR=first\n');
    workspace.write('.compute.env', 'LAYERWISE_DATA_DIR=second\n');
    workspace.study('own', study.replace('from: digits.csv', 'from: digits.csv, testShare: 0.2'));
    const run = await workspace.nx(['run', 'own:one']);
    expect(run.code, run.output).toBe(0);
    const { columns } = await decodeArrow(readFileSync(join(workspace.root, 'artifacts/own/one/ingest/train.arrow')));
    expect(Math.max(...(columns.pixels?.data as Uint8Array))).toBe(255);
    workspace.study('own', study);
  });

  it('stay with the stages where Nx is told to read no files for tasks', async () => {
    appendFileSync(join(workspace.root, '.env'), 'LAYERWISE_DATA_DIR=first\n');
    workspace.study('own', study.replace('from: digits.csv', 'from: digits.csv, testShare: 0.3'));
    const run = await workspace.nx(['run', 'own:one'], { NX_LOAD_DOT_ENV_FILES: 'false' });
    expect(run.code, run.output).toBe(0);
    workspace.study('own', study);
  });
});
