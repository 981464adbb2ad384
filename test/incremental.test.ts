import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

const exp = (name: string, body: string): string => `  ${name}:\n${body.replaceAll(/^/gm, '    ')}\n`;
const net = 'train: { hidden: [{ units: 12 }], epochs: 2 }';
const pixels = exp('pixels', net);
const forest = exp('forest', `reduce: { uses: '@layerwise/reduce-forest', trees: 5, topK: 40, seed: 42 }\n${net}`);
const pca = exp('pca', `reduce: { uses: '@layerwise/reduce-pca', variance: 0.9 }\n${net}`);
const study = (...experiments: string[]): string =>
  `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 400, test: 150 } }
preprocess: { validation: { first: 100 } }
${brief}experiments:
${experiments.join('')}`;

const everything = [
  'ingest',
  'preprocess',
  'maps',
  'reduce',
  'train',
  'activations',
  'embed',
  'nodes',
  'classes',
  'report',
];
const afterTrain = ['train', 'activations', 'embed', 'nodes', 'classes', 'report'];

describe('which stages run', () => {
  let workspace: Workspace;
  const run = (name = 'forest'): ReturnType<Workspace['nx']> => workspace.nx(['run', `tiny:${name}`]);
  const stagesOf = (name: string): Record<string, { id: string; content: string }> =>
    (
      JSON.parse(workspace.read(`artifacts/tiny/${name}/experiment.json`)) as {
        stages: Record<string, { id: string; content: string }>;
      }
    ).stages;

  beforeAll(async () => {
    workspace = Workspace.create();
    workspace.study('tiny', study(pixels, forest));
    const first = await run();
    expect(first.output).toContain('tiny:forest');
    expect(first.output.lastIndexOf('  report     artifacts/tiny/'), first.output).toBeGreaterThan(
      first.output.indexOf('Successfully ran target'),
    );
    expect(first.ran, first.output).toEqual(everything);
  });
  afterAll(() => workspace.remove());

  it('nothing changed: nothing runs', async () => {
    const again = await run();
    expect(again.ran, again.output).toEqual([]);
    expect(again.cached).toEqual(everything);
  });

  it('a comment in study.yaml: nothing runs', async () => {
    workspace.study('tiny', `# a comment\n${study(pixels, forest)}`);
    expect((await run()).ran).toEqual([]);
  });

  it("figures of the study's source: no stage, its page alone", async () => {
    const file = 'pipelines/tiny/sources.csv';
    const page = 'artifacts/tiny/report/index.html';
    const head = 'experiment,run,rows,metric,value,unit,line,note,answer';
    const written = async (...lines: string[]): Promise<Awaited<ReturnType<typeof run>>> => {
      workspace.write(file, [head, ...lines, ''].join('\n'));
      const { stages } = JSON.parse((await workspace.layerwise(['explain', 'tiny:forest', '--json'])).output) as {
        stages: { state: string }[];
      };
      expect(new Set(stages.map(({ state }) => state))).toEqual(new Set(['current']));
      const again = await run();
      expect(again.ran, again.output).toEqual([]);
      return again;
    };
    expect(workspace.read(page)).not.toContain('id="sources"');
    await written('forest,1,test150,accuracy,0.8765,fraction,7,,');
    expect(workspace.read(page)).toContain('<li data-source="2">accuracy: 0.8765 ');
    expect(workspace.read(page)).toContain('its report does not state what was measured');

    const broken = await written('forest,1,test150,accuracy,0.8765,fraction,7,,', 'forrest,1,,accuracy,1,,8,,');
    expect(broken.code).not.toBe(0);
    expect(broken.output).toContain(
      'source figures: line 3: experiment must be an experiment of the study, dataset or all, such as forest, got "forrest"',
    );
    expect(broken.output).toContain(`${file}:3`);
    expect(workspace.read(page)).toContain('tiny: study');
    expect(workspace.read(page)).not.toContain('id="sources"');
    expect(workspace.read(page)).toContain('the page lacks what the source prints');

    expect((await written('forest,1,test150,accuracy,0.7654,fraction,7,,')).code).toBe(0);
    expect(workspace.read(page)).toContain('<li data-source="2">accuracy: 0.7654 ');
    expect(workspace.read(page)).not.toContain('the page lacks');
    rmSync(join(workspace.root, file));
  });

  it('a parameter of the net: its training and what follows', async () => {
    workspace.study('tiny', study(pixels, forest.replace('units: 12', 'units: 13')));
    expect((await run()).ran).toEqual(afterTrain);
    workspace.study('tiny', study(pixels, forest));
    expect((await run()).ran).toEqual([]);
  });

  it('another experiment: what it shares with those before is not computed again', async () => {
    const added = await run('pixels');
    expect(added.ran, added.output).toEqual(afterTrain);
    expect(added.cached).toEqual(['ingest', 'preprocess', 'maps']);
    workspace.study('tiny', study(pixels, forest, pca));
    expect((await run('pca')).ran).toEqual(['reduce', ...afterTrain]);
    expect((await run('forest')).ran).toEqual([]);
  });

  it('settings of the PCA: the PCA and what follows', async () => {
    workspace.study('tiny', study(pixels, forest, pca.replace('0.9', '0.8')));
    expect((await run('pca')).ran).toEqual(['reduce', ...afterTrain]);
    expect((await run('forest')).ran).toEqual([]);
  });

  it('another package for a role: that stage and what follows', async () => {
    workspace.study(
      'tiny',
      study(
        pixels.replace('train: {', "train: { uses: '@layerwise/train-tfjs',"),
        forest.replace('reduce-forest', 'reduce-forest-mljs').replace('trees: 5', 'trees: 2, sample: 100'),
      ),
    );
    const train = await run('pixels');
    expect(train.ran, train.output).toEqual(afterTrain);
    const reduce = await run('forest');
    expect(reduce.ran, reduce.output).toEqual(['reduce', ...afterTrain]);
    workspace.study('tiny', study(pixels, forest, pca.replace('0.9', '0.8')));
    expect((await run('forest')).ran).toEqual([]);
  });

  it("a comment in a stage's source: nothing runs", async () => {
    workspace.edit('packages/train/src/stage.ts', 'export const stage', '// a comment\nexport const stage');
    const again = await run();
    expect(again.ran, again.output).toEqual([]);
  });

  it("a change of train's code: training and what follows", async () => {
    workspace.edit('packages/train/src/engine.ts', "seed('weights')", "seed('other weights')");
    const changed = await run();
    expect(changed.ran, changed.output).toEqual(afterTrain);
  });

  it('a change of code that leaves the bytes as they are: the stage itself, nothing that follows', async () => {
    workspace.edit(
      'packages/preprocess/dist/stage.js',
      'export const stage',
      'export const marker = 1;\nexport const stage',
    );
    const changed = await run();
    expect(changed.ran, changed.output).toEqual(['preprocess']);
  });

  it('a deleted artifact: restored without computing', async () => {
    const { train } = stagesOf('forest');
    rmSync(join(workspace.root, 'artifacts/stages', train.id), { recursive: true });
    const again = await run();
    expect(again.ran, again.output).toEqual([]);
    expect(readdirSync(join(workspace.root, 'artifacts/stages', train.id))).toContain('manifest.json');
  });

  it('all artifacts deleted: restored without computing', async () => {
    rmSync(join(workspace.root, 'artifacts'), { recursive: true });
    expect((await run()).ran).toEqual([]);
  });

  it('a corrupted artifact, its size and time unchanged: noticed and made good', async () => {
    const { train } = stagesOf('forest');
    const file = join(workspace.root, 'artifacts/stages', train.id, 'data/weights.bin');
    const before = statSync(file);
    const sound = readFileSync(file);
    const damaged = Uint8Array.from(sound);
    damaged[5] = (damaged[5] as number) ^ 1;
    writeFileSync(file, damaged);
    utimesSync(file, before.atime, before.mtime);
    const again = await run();
    expect(again.output).toContain(`${train.id}: weights.bin`);
    expect(readFileSync(file).equals(sound)).toBe(true);
  });

  it("Nx's cache lost: intact artifacts are recognised by their manifests", async () => {
    rmSync(join(workspace.root, '.nx'), { recursive: true });
    const again = await run();
    expect(again.ran, again.output).toEqual([]);
  });
});
