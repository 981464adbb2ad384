import { cpSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@layerwise/images';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace, type Run } from './workspace/workspace.js';

interface Explained {
  readonly role: string;
  readonly id: string;
  readonly state: string;
  readonly reasons: readonly Record<string, unknown>[];
  readonly waitsFor: readonly string[];
  readonly unless: readonly Record<string, string>[];
}

const study = (units: number, epochs = 1): string =>
  `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 60 } }
preprocess: { validation: { first: 60 } }
${brief}experiments:
  one:
    train: { hidden: [{ units: ${units} }], epochs: ${epochs} }
`;
const afterTrain = ['train', 'activations', 'embed', 'nodes', 'classes', 'report'];

/** Explanations and the run that follows them, with Nx: what explain says will run is what runs. */
describe('layerwise explain', () => {
  let workspace: Workspace;
  const explain = async (): Promise<readonly Explained[]> => {
    const { code, output } = await workspace.layerwise(['explain', 'tiny:one', '--json']);
    expect(code, output).toBe(0);
    return (JSON.parse(output) as { stages: Explained[] }).stages;
  };
  const manifest = (id: string): { content: string; inputs: Record<string, string> } =>
    JSON.parse(workspace.read(`artifacts/stages/${id}/manifest.json`)) as {
      content: string;
      inputs: Record<string, string>;
    };

  /** Explains, runs, and compares; a stage that depends on others is judged by what these turned out to be. */
  async function agreed(): Promise<{ explained: Record<string, Explained>; run: Run }> {
    const stages = await explain();
    const run = await workspace.nx(['run', 'tiny:one', '--output-style=static']);
    expect(run.code, run.output).toBe(0);
    const expected = stages.filter(({ id, state, unless }) => {
      const inputs = Object.fromEntries(
        Object.entries(manifest(id).inputs).map(([name, from]) => [name, manifest(from).content]),
      );
      return (
        state === 'runs' ||
        (state === 'depends' &&
          !unless.some((known) => Object.keys(inputs).every((name) => known[name] === inputs[name])))
      );
    });
    expect(run.ran, run.output).toEqual(expected.map(({ role }) => role));
    return { explained: Object.fromEntries(stages.map((stage) => [stage.role, stage])), run };
  }

  beforeAll(() => {
    workspace = Workspace.create('layerwise-explain');
    workspace.study('tiny', study(8));
  });
  afterAll(() => workspace.remove());

  it('everything, when nothing was ever computed', async () => {
    const { explained } = await agreed();
    expect(Object.values(explained).map(({ state, reasons }) => [state, reasons])).toEqual(
      Object.keys(explained).map(() => ['runs', [{ reason: 'never computed' }]]),
    );
  });

  it('nothing, when nothing changed', async () => {
    const { explained } = await agreed();
    expect(new Set(Object.values(explained).map(({ state }) => state))).toEqual(new Set(['current']));
  });

  it('a parameter, with its old and new value', async () => {
    workspace.study('tiny', study(9));
    const { explained, run } = await agreed();
    expect(explained.train).toMatchObject({
      state: 'runs',
      reasons: [{ reason: 'parameter', name: 'hidden.0.units', old: 8, new: 9 }],
    });
    expect(explained.preprocess?.state).toBe('current');
    expect(run.ran).toEqual(afterTrain);
    expect(run.output).toContain('parameter hidden.0.units: 8 -> 9');
  });

  it('a module, and through which import; what follows depends on what it makes', async () => {
    workspace.edit(
      'packages/preprocess/dist/stage.js',
      'export const stage',
      'export const marker = 1;\nexport const stage',
    );
    const { explained, run } = await agreed();
    expect(explained.preprocess).toMatchObject({
      state: 'runs',
      reasons: [{ reason: 'module', name: 'preprocess/dist/stage.js', through: ['preprocess/dist/index.js'] }],
    });
    expect(explained.train).toMatchObject({ state: 'depends', waitsFor: ['preprocess'] });
    expect(run.ran).toEqual(['preprocess']);
  });

  it('a new warning, the data as they were: what follows may show it, and runs', async () => {
    workspace.edit(
      'packages/preprocess/dist/stage.js',
      "await output.json('features', features);",
      "await output.json('features', features);\n    warn({ code: 'NEW', message: 'a new warning' });",
    );
    const { explained, run } = await agreed();
    expect(explained.train?.state).toBe('depends');
    expect(run.ran).toContain('report');
    expect(new Set((await explain()).map(({ state }) => state))).toEqual(new Set(['current']));
  });

  it('a module whose change reaches the bytes: what reads them runs, as was said', async () => {
    workspace.edit(
      'packages/fit/dist/training.js',
      'await evaluation(context, engine, network, outcome, rows)',
      '{ ...(await evaluation(context, engine, network, outcome, rows)), params: 1 }',
    );
    expect((await agreed()).run.ran).toEqual(['train', 'activations', 'nodes', 'classes', 'report']);
  });

  it('a kernel in AssemblyScript: it is compiled, and the module of WebAssembly is named', async () => {
    workspace.edit(
      'packages/kernels/assembly/train/train.ts',
      'export function ',
      'export function marker(): i32 {\n  return 1;\n}\n\nexport function ',
    );
    const { explained, run } = await agreed();
    expect(explained.train).toMatchObject({
      state: 'runs',
      reasons: ['train-emulated', 'train'].map((name) => ({
        reason: 'module',
        name: `kernels/dist/wasm/${name}.wasm`,
      })),
    });
    expect(explained.preprocess?.state).toBe('current');
    expect(run.ran).toContain('train');
  });

  it('the version of an installed package, not that in the lock file', async () => {
    workspace.edit(
      'package-lock.json',
      '"node_modules/fflate": {\n      "version": "',
      '"node_modules/fflate": {\n      "version": "9',
    );
    expect((await agreed()).run.ran).toEqual([]);
    const folder = join(workspace.root, 'node_modules/fflate');
    const original = realpathSync(folder);
    rmSync(folder);
    cpSync(original, folder, { recursive: true });
    workspace.edit('node_modules/fflate/package.json', '"version": "', '"version": "9');
    const { explained, run } = await agreed();
    expect(explained.ingest).toMatchObject({ state: 'runs', reasons: [{ reason: 'dependency', name: 'fflate' }] });
    expect(run.ran).toEqual(['ingest']);
  });

  it('a file that a stage in CommonJS requires', async () => {
    const before = workspace.read('pipelines/tiny/study.yaml');
    workspace.write('packages/lab/package.json', '{"name": "lab", "type": "commonjs", "main": "stage.js"}');
    workspace.write('packages/lab/code.js', 'exports.keep = 10;');
    workspace.write(
      'packages/lab/stage.js',
      `const { keep } = require('./code');
      const { defineStage, featureSplits, readFeatures, selectColumns, selectedInfo, withFeatures } = require('@layerwise/contracts');
      exports.stage = defineStage({
        id: 'reduce-lab', summary: 'keeps the first columns', params: {}, reads: { features: 'features' }, writes: 'features', seeded: () => false,
        async run({ inputs, output }) {
          const selected = Array.from({ length: keep }, (_, column) => column + 300);
          for (const split of featureSplits) {
            const rows = await readFeatures(inputs.features, split);
            await output.matrix(split, withFeatures(rows.table, selectColumns(rows, selected)));
          }
          await output.json('features', selectedInfo(await inputs.features.json('features'), selected));
        },
      });`,
    );
    symlinkSync(join(workspace.root, 'packages/lab'), join(workspace.root, 'node_modules/lab'));
    workspace.study('tiny', before.replace('    train:', '    reduce: { uses: lab }\n    train:'));
    await agreed();
    workspace.write('packages/lab/code.js', 'exports.keep = 11;');
    const { explained, run } = await agreed();
    expect(explained.reduce).toMatchObject({
      state: 'runs',
      reasons: [{ reason: 'module', name: 'lab/code.js', through: ['lab/stage.js'] }],
    });
    expect(run.ran).toContain('reduce');
    workspace.study('tiny', before);
  });

  it('an artifact that is missing or damaged: it is restored', async () => {
    const { train, report } = (await agreed()).explained;
    rmSync(join(workspace.root, 'artifacts/stages', report?.id as string), { recursive: true });
    const file = join(workspace.root, 'artifacts/stages', train?.id as string, 'data/weights.bin');
    const bytes = readFileSync(file);
    bytes[5] = (bytes[5] as number) ^ 1;
    writeFileSync(file, bytes);
    const { explained } = await agreed();
    expect(explained.train).toMatchObject({
      state: 'restores',
      reasons: [{ reason: 'artifact damaged', file: 'weights.bin', what: 'changed' }],
    });
    expect(explained.report).toMatchObject({ state: 'restores', reasons: [{ reason: 'artifact missing' }] });
  });

  it('an artifact that is missing and in no cache: it runs, and what follows is current, since its bytes are known', async () => {
    const { train } = (await agreed()).explained;
    rmSync(join(workspace.root, 'artifacts/stages', train?.id as string), { recursive: true });
    rmSync(join(workspace.root, '.nx'), { recursive: true });
    const { explained, run } = await agreed();
    expect(explained.train).toMatchObject({ state: 'runs', reasons: [{ reason: 'artifact missing' }] });
    expect(explained.report?.state).toBe('current');
    expect(run.ran).toEqual(['train']);
  });

  it('an experiment that was never built: compared with no other, and what others made for it is current', async () => {
    workspace.study('other', study(5).replace('name: tiny', 'name: other').replace('train: 300', 'train: 301'));
    workspace.study('third', study(6).replace('name: tiny', 'name: third'));
    const { output } = await workspace.layerwise(['explain', 'other']);
    const [head, ...lines] = output.trim().split('\n');
    expect(head).toBe('other:one  was never built; 3 to run, 6 may run');
    expect(lines.map((line) => line.trim()).filter((line) => !/^\w+ +runs/.test(line))).toEqual(
      Array.from({ length: 9 }, () => 'never computed'),
    );
    const third = await workspace.layerwise(['explain', 'third']);
    expect(third.output).toContain('third:one  was never built; 2 to run, 4 may run, 3 current');
    expect(third.output).not.toContain('->');
    const json = await workspace.layerwise(['explain', 'other', '--json']);
    const { stages } = JSON.parse(json.output) as { stages: { comparedWith: unknown }[] };
    expect(stages.map(({ comparedWith }) => comparedWith)).toEqual(stages.map(() => null));
  });

  it('a folder of raw files: by their number, and one by name; each in JSON', async () => {
    const pixels = (level: number): Uint8Array =>
      encodePng({
        width: 8,
        height: 8,
        data: new Uint8Array(256).map((_, i) => (i % 4 === 3 ? 255 : (level * 37 + (i >> 2) * 11) % 256)),
      });
    for (const label of ['a', 'b'])
      for (let i = 0; i < 30; i++) workspace.write(`data/own/${label}/${i}.png`, pixels(i + (label === 'a' ? 0 : 90)));
    workspace.study(
      'pictures',
      `name: pictures\nseed: 7\ndataset: { from: data/own }\n${brief}experiments:\n  one: { train: { hidden: [{ units: 3 }], epochs: 1 } }\n`,
    );
    const run = await workspace.nx(['run', 'pictures:one']);
    expect(run.code, run.output).toBe(0);
    for (let i = 0; i < 20; i++) workspace.write(`data/own/a/${i}.png`, pixels(i + 300));
    for (let i = 0; i < 9; i++) rmSync(join(workspace.root, `data/own/b/${i}.png`));
    for (let i = 40; i < 47; i++) workspace.write(`data/own/b/${i}.png`, pixels(i));
    const { output } = await workspace.layerwise(['explain', 'pictures:one']);
    expect(
      output
        .split('\n')
        .filter((line) => line.includes('raw file'))
        .map((line) => line.trim()),
    ).toEqual(['raw files below data/own: 20 changed, 7 new, 9 gone; such as data/own/a/0.png']);
    const json = await workspace.layerwise(['explain', 'pictures:one', '--json']);
    const [ingest] = (JSON.parse(json.output) as { stages: Explained[] }).stages;
    expect(ingest?.reasons.length).toBe(36);
  });

  it('says it in words, and refuses an unknown name', async () => {
    workspace.study('tiny', study(9, 2));
    const { output } = await workspace.layerwise(['explain', 'tiny:one']);
    expect(output).toContain('tiny:one  1 to run, 5 may run, 3 current');
    expect(output).toContain('parameter epochs: 1 -> 2');
    const wrong = await workspace.layerwise(['explain', 'tiny:oen']);
    expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining("did you mean 'one'?") as string });
  });
});
