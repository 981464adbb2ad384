import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

/** What `nx affected` takes for touched by a commit, in a repository of git: pull requests are checked by it. */
describe('nx affected', () => {
  let workspace: Workspace;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: workspace.root,
      encoding: 'utf8',
    });
  const study = (name: string, train: string): string =>
    `name: ${name}
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 60 } }
${brief}experiments:
  one: { train: { ${train}, hidden: [{ units: 4 }], epochs: 1 } }
`;
  const affected = async (...given: string[]): Promise<string[]> => {
    const { code, output } = await workspace.nx(['show', 'projects', '--affected', ...given]);
    expect(code, output).toBe(0);
    return output
      .split('\n')
      .filter((line) => /^[@\w][\w./-]*$/.test(line))
      .sort();
  };
  /** Of a commit that changes a file. */
  const affectedByCommit = (file: string): Promise<string[]> => {
    workspace.write(file, `${readFileSync(join(workspace.root, file), 'utf8')}\n`);
    git('commit', '-qam', 'change');
    return affected('--base=HEAD~1', '--head=HEAD');
  };
  /** Studies as they are called, stages by their package. */
  const kinds = (projects: readonly string[]): string[] =>
    [
      ...new Set(projects.filter((name) => !name.startsWith('@')).map((name) => name.replace(/-[0-9a-f]{12}$/, ''))),
    ].sort();

  beforeAll(() => {
    workspace = Workspace.create('layerwise-affected');
    workspace.study('tiny', study('tiny', 'batch: 32'));
    workspace.study('other', study('other', "uses: '@layerwise/train-tfjs', batch: 32"));
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'start');
  });
  afterAll(() => workspace.remove());

  it('code of a stage: the stages that run it and what follows, and the studies these are for', async () => {
    const projects = await affectedByCommit('packages/train/src/engine.ts');
    expect(kinds(projects)).toEqual(['activations', 'classes', 'embed', 'nodes', 'report', 'tiny', 'train']);
  });

  it('code that a stage reaches through others', async () => {
    expect(kinds(await affected('--files=packages/kernels/assembly/pca/pca.ts'))).toContain('train');
    expect(kinds(await affected('--files=packages/fit/src/fit.ts'))).toEqual([
      'activations',
      'classes',
      'embed',
      'nodes',
      'other',
      'report',
      'tiny',
      'train',
      'train-tfjs',
    ]);
    expect(kinds(await affected('--files=packages/export/src/formats.ts'))).toEqual([]);
    expect(kinds(await affected('--files=packages/contracts/src/seed.ts'))).toEqual([
      'activations',
      'classes',
      'embed',
      'ingest',
      'nodes',
      'other',
      'preprocess',
      'report',
      'tiny',
      'train',
      'train-tfjs',
    ]);
  });

  it('a study, which computes all its stages under each name', async () => {
    expect(kinds(await affectedByCommit('pipelines/other/study.yaml'))).toEqual(['other']);
    for (const target of ['all', 'compute']) {
      const { code, output } = await workspace.nx([
        'affected',
        '-t',
        target,
        '--base=HEAD~1',
        '--head=HEAD',
        '--graph=stdout',
      ]);
      expect(code, output).toBe(0);
      const { tasks } = (JSON.parse(output.slice(output.indexOf('{'))) as { tasks: { tasks: Record<string, unknown> } })
        .tasks;
      expect(kinds(Object.keys(tasks).map((task) => task.split(':')[0] as string))).toEqual([
        'activations',
        'classes',
        'embed',
        'ingest',
        'nodes',
        'other',
        'preprocess',
        'report',
        'train-tfjs',
      ]);
    }
  });

  it('neither documents nor the tests of a package without stages', async () => {
    workspace.write('docs/words.md', 'words');
    expect(kinds(await affected('--files=docs/words.md')).filter((name) => name !== 'layerwise-repository')).toEqual(
      [],
    );
    expect(kinds(await affected('--files=packages/conformance/src/index.ts'))).toEqual([]);
  });

  it('runs them, and by that a stage that does not compute', async () => {
    workspace.edit(
      'packages/train/src/engine.ts',
      'Promise<Engine> {',
      "Promise<Engine> {\n  if (String(params) !== '') throw new Error('a defect');",
    );
    git('commit', '-qam', 'a defect');
    for (const target of ['all', 'compute']) {
      const { code, output } = await workspace.nx([
        'affected',
        '-t',
        target,
        '--base=HEAD~1',
        '--head=HEAD',
        '--output-style=static',
      ]);
      expect(output).toContain('a defect');
      expect(code).not.toBe(0);
    }
  });

  it("changes no stage's key: what an edit of words leaves alone is taken from the cache", async () => {
    git('revert', '--no-edit', 'HEAD');
    const first = await workspace.nx(['run', 'tiny:one', '--output-style=static']);
    expect(first.code, first.output).toBe(0);
    workspace.study('third', study('third', 'batch: 32').replace('one:', 'two:'));
    workspace.edit('packages/train/src/engine.ts', 'async function', '// words\nasync function');
    const again = await workspace.nx(['run', 'tiny:one', '--output-style=static']);
    expect(again.code, again.output).toBe(0);
    expect(again.ran).toEqual([]);
    expect(again.output).not.toMatch(/is current|taken over/);
  });
});
