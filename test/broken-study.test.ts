import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

const body = `dataset: { use: strokes, strokes: { train: 300, test: 100 } }\npreprocess: { validation: { first: 60 } }\n${brief}`;
const sound = `name: sound
seed: 7
${body}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
  two: { train: { hidden: [{ units: 5 }], epochs: 1 } }
`;

const lineOfOne = sound.split('\n').findIndex((line) => line.startsWith('  one:')) + 1;

/** A study that cannot be planned: what is wrong, its file, the project and a target that Nx gets for it, and what is said. */
const broken: readonly [what: string, text: string, address: string, said: string][] = [
  [
    'a misspelt parameter',
    sound.replace('name: sound', 'name: typo').replace('epochs', 'epohcs'),
    'typo:one',
    `one.train.epohcs is not a known field; did you mean 'epochs'? (pipelines/broken/study.yaml:${lineOfOne})`,
  ],
  [
    'a package that is not installed',
    sound.replace('name: sound', 'name: absent').replace('train: {', "train: { uses: 'not-there',"),
    'absent:two',
    "must be an installed stage package, got 'not-there'",
  ],
  ['a bracket left open', 'name: cut\nexperiments:\n  one: { train: {\n', 'cut:one', 'must be valid YAML'],
  [
    'a name that another has',
    sound,
    'pipelines/broken:one',
    "name must be used by one study alone, got 'sound', which pipelines/aaa/study.yaml has too",
  ],
  [
    'a name that differs from another by capitals alone',
    sound.replace('name: sound', 'name: Sound'),
    'pipelines/broken:one',
    "name must differ from 'sound' by more than capitals, got 'Sound'",
  ],
  ['no name', 'experiments: { one: {} }\n', 'pipelines/broken:one', "needs the field 'name'"],
  ['nothing in it', '', 'pipelines/broken:all', 'got an empty file'],
];

describe('a study that cannot be planned', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = Workspace.create('layerwise-broken');
    workspace.study('aaa', sound);
    const first = await workspace.nx(['run', 'sound:all']);
    expect(first.code, first.output).toBe(0);
  });
  afterAll(() => workspace.remove());

  it.each(broken)(
    'with %s is one failing project, and a line of warning for the others',
    async (_what, text, address, said) => {
      workspace.study('broken', text);
      const run = said === broken[0]?.[3] ? await workspace.nx(['run', 'sound:one']) : undefined;
      const other = run ?? (await workspace.call(['explain', 'sound:one']));
      expect(other.code, other.output).toBe(0);
      expect(other.output).toContain(said);
      expect(
        other.output.split('\n').filter((line) => line.startsWith('warning: study ')),
        other.output,
      ).toHaveLength(1);
      expect(run?.ran ?? []).toEqual([]);
      const own = await workspace.nx(['run', address]);
      expect(own.code, own.output).toBe(1);
      expect(own.output.trim().split('\n').slice(-8).join('\n')).toContain(said);
    },
  );

  it.each([
    ['list'],
    ['show', 'sound:one'],
    ['explain', 'sound:one'],
    ['compare', 'sound:one', 'sound:two'],
    ['export', 'sound:one', '--format', 'js'],
    ['run', 'sound:one'],
    ['gc'],
  ])('leaves `layerwise %s` to the others, with a line of warning', async (...args) => {
    workspace.study('broken', broken[0]?.[1] as string);
    const { code, output } = await (args[0] === 'run' ? workspace.layerwise(args) : workspace.call(args));
    expect(code, output).toBe(0);
    expect(output).toMatch(/^warning: study typo: .*; the study is left out$/m);
    expect(output).toContain(broken[0]?.[3]);
  });

  it('is what fails where it is asked for itself', async () => {
    workspace.study('broken', broken[0]?.[1] as string);
    for (const args of [
      ['show', 'typo:one'],
      ['explain', 'typo'],
      ['run', 'typo:one'],
      ['result', 'typo'],
    ]) {
      const { code, output } = await (args[0] === 'run' ? workspace.layerwise(args) : workspace.call(args));
      expect(code, output).toBe(1);
      expect(output).toContain(`layerwise: study typo: ${broken[0]?.[3].split(' (')[0]}`);
      expect(output).not.toContain('warning:');
    }
  });

  it('has no say by an .env beside it', async () => {
    workspace.study('broken', broken[0]?.[1] as string);
    const planted = join(workspace.root, 'planted');
    workspace.write('pipelines/broken/x.cjs', `require('node:fs').writeFileSync(${JSON.stringify(planted)}, '');`);
    workspace.write(
      'pipelines/broken/.env',
      `NODE_OPTIONS=--require=${join(workspace.root, 'pipelines/broken/x.cjs')}\n`,
    );
    expect((await workspace.nx(['run', 'typo:one'])).code).toBe(1);
    for (const file of ['.env', 'x.cjs']) rmSync(join(workspace.root, 'pipelines/broken', file));
    expect(existsSync(planted)).toBe(false);
  });

  it('keeps from gc what may be its own', async () => {
    workspace.study('mine', sound.replace('name: sound', 'name: mine').replace('units: 4', 'units: 6'));
    const run = await workspace.nx(['run', 'mine:one']);
    expect(run.code, run.output).toBe(0);
    const { stages } = JSON.parse(workspace.read('artifacts/mine/one/experiment.json')) as {
      stages: { train: { id: string } };
    };
    workspace.edit('pipelines/mine/study.yaml', 'epochs', 'epohcs');
    const { code, output } = await workspace.layerwise(['gc', '--yes']);
    expect(code, output).toBe(0);
    expect(output).toContain('warning: study mine: ');
    expect(readFileSync(join(workspace.root, 'artifacts/stages', stages.train.id, 'manifest.json'), 'utf8')).toContain(
      stages.train.id,
    );
    expect(output).not.toContain(stages.train.id);
  });
});
