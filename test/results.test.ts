import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 100 } }
preprocess: { validation: { first: 60 } }
${brief}experiments:
  one: { train: { hidden: [{ units: 6 }], epochs: 2 } }
  never: { train: { hidden: [{ units: 5 }], epochs: 2 } }
`;

let workspace: Workspace;
const file = 'pipelines/tiny/results.json';

interface Results {
  readonly experiments: Record<
    string,
    { accuracy: { test: number }; loss: { test: number }; stages: Record<string, { content: string; code: string }> }
  >;
}
const results = (): Results => JSON.parse(workspace.read(file)) as Results;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
    cwd: workspace.root,
    encoding: 'utf8',
  });
const ids = (): Record<string, { id: string }> =>
  (JSON.parse(workspace.read('artifacts/tiny/one/experiment.json')) as { stages: Record<string, { id: string }> })
    .stages;

beforeAll(async () => {
  workspace = Workspace.create('layerwise-results');
  workspace.study('tiny', study);
  const { code, output } = await workspace.nx(['run', 'tiny:one']);
  expect(code, output).toBe(0);
});
afterAll(() => workspace.remove());

describe('layerwise lock, verify and compare <commit>', () => {
  it('say what to do where nothing is recorded, or built', async () => {
    const verified = await workspace.call(['verify', 'tiny']);
    expect(verified).toMatchObject({ code: 1, output: expect.stringContaining('layerwise lock tiny') as string });
    const locked = await workspace.call(['lock', 'tiny:never']);
    expect(locked).toMatchObject({ code: 1, output: expect.stringContaining('npx nx run tiny:never') as string });
  });

  it('record figures and digests of what is built, and of nothing else', async () => {
    const { code, output } = await workspace.call(['lock', 'tiny']);
    expect(code, output).toBe(0);
    expect(output).toMatch(/tiny:never is not recorded: .*never computed/);
    expect(Object.keys(results().experiments)).toEqual(['one']);
    const { accuracy, loss, stages } = results().experiments.one as Results['experiments'][string];
    const evaluation = JSON.parse(workspace.read(`artifacts/stages/${ids().train?.id}/data/evaluation.json`)) as {
      test: { accuracy: number; loss: number };
    };
    expect({ accuracy: accuracy.test, loss: loss.test }).toEqual(evaluation.test);
    expect(Object.keys(stages).sort()).toEqual(Object.keys(ids()).sort());
    // The digest by its definition: SHA-256 over canonical JSON of sizes and hashes of the files, and of the warnings.
    const folder = join(workspace.root, 'artifacts/stages', ids().preprocess?.id as string);
    const names = readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'data/').length))
      .sort();
    const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
    const files = names.map((name) => {
      const bytes = readFileSync(join(folder, 'data', name));
      return `${JSON.stringify(name)}:{"bytes":${bytes.length},"sha256":"${hash(bytes)}"}`;
    });
    expect(stages.preprocess?.content).toBe(hash(`{"files":{${files.join(',')}},"warnings":[]}`).slice(0, 16));
  });

  it('find the same bits, and write the same file again', async () => {
    const before = workspace.read(file);
    expect(await workspace.call(['verify'])).toEqual({
      code: 0,
      output: `${'tiny:one'.padEnd(20)}  the same, bit by bit\n`,
    });
    await workspace.call(['lock']);
    expect(workspace.read(file)).toBe(before);
    git('init', '--quiet');
    git('add', file);
    git('commit', '--quiet', '-m', 'Results');
    const { code, output } = await workspace.call(['compare', 'HEAD']);
    expect({ code, output }).toEqual({ code: 0, output: `${'tiny:one'.padEnd(20)}  the same, bit by bit\n` });
  });

  it('tell another figure, and by which stage it comes', async () => {
    const before = workspace.read(file);
    const record = results().experiments.one as Results['experiments'][string];
    const [{ test: accuracy }, { content = '', code: digest = '' } = {}] = [record.accuracy, record.stages.train];
    workspace.edit(file, `"test": ${accuracy}`, '"test": 0.5');
    workspace.edit(file, content, '0'.repeat(16));
    workspace.edit(
      file,
      `"content": "${'0'.repeat(16)}", "params": "`,
      `"content": "${'0'.repeat(16)}", "params": "other`,
    );
    const { code, output } = await workspace.call(['verify', 'tiny:one']);
    expect(code, output).toBe(1);
    expect(output).toContain('other figures');
    expect(output).toMatch(new RegExp(`^  test accuracy +0\\.5\\d* -> ${String(accuracy).slice(0, 4)}`, 'm'));
    expect(output).toMatch(/^ {2}train +parameters$/m);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    const compared = await workspace.call(['compare', 'HEAD']);
    expect(compared.output).toMatch(/^ {2}test accuracy .* -> 0\.5/m);
    const between = await workspace.call(['compare', 'HEAD..HEAD']);
    expect(between.output).toContain('the same, bit by bit');
    workspace.write(file, before);
  });

  it('do not take what is damaged, or not up to date, for verified', async () => {
    workspace.edit('pipelines/tiny/study.yaml', 'units: 6 }], epochs: 2', 'units: 6 }], epochs: 3');
    const stale = await workspace.call(['verify', 'tiny:one']);
    expect(stale).toMatchObject({
      code: 1,
      output: expect.stringMatching(/not verified: train is not up to date/) as string,
    });
    workspace.edit('pipelines/tiny/study.yaml', 'units: 6 }], epochs: 3', 'units: 6 }], epochs: 2');
    const folder = join(workspace.root, 'artifacts/stages', ids().train?.id as string);
    rmSync(join(folder, 'data/evaluation.json'));
    const damaged = await workspace.call(['verify', 'tiny:one']);
    expect(damaged.code, damaged.output).toBe(1);
    expect(damaged.output).not.toContain('the same');
  });

  it.each(['nowhere', 'HEAD..--output=x', 'HEAD..nowhere'])('refuse the commit %s', async (commit) => {
    const { code, output } = await workspace.call(['compare', commit]);
    expect(code, output).toBe(2);
    expect(output).toContain('or a commit, got');
  });
});
