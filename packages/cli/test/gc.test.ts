import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudyFolder } from './workspace.js';

interface Collected {
  readonly unused: readonly { path: string; what: string; bytes: number }[];
  readonly results: readonly { experiment: string; paths: readonly string[]; bytes: number }[];
  readonly removed: readonly string[];
  readonly freed: number;
}

let folder: StudyFolder;
beforeEach(() => {
  folder = new StudyFolder();
});
afterEach(() => folder.remove());

const there = (path: string): boolean => existsSync(join(folder.root, path));
const uuid = '01234567-89ab-cdef-0123-456789abcdef';

async function litter(): Promise<string> {
  const { stages } = await folder.json<{ stages: { role: string; id: string }[] }>(['explain', 'tiny:one']);
  const used = stages.find(({ role }) => role === 'train')?.id as string;
  for (const id of [used, 'train-000000000000']) await folder.artifact(id);
  mkdirSync(join(folder.root, `artifacts/stages/.new-train-1-${uuid}/data`), { recursive: true });
  for (const path of ['failed/train-2', 'tiny/one', 'tiny/former'])
    mkdirSync(join(folder.root, 'artifacts', path), { recursive: true });
  mkdirSync(join(folder.root, 'artifacts/.checkpoints'));
  for (const name of [used, 'train-3', 'train-3.new'])
    writeFileSync(join(folder.root, 'artifacts/.checkpoints', name), 'state');
  for (const name of ['one', 'former'])
    writeFileSync(join(folder.root, 'artifacts/tiny', name, 'experiment.json'), '{"stages":{}}');
  return used;
}

describe('layerwise gc', () => {
  const unused = [
    'artifacts/.checkpoints/train-3',
    'artifacts/.checkpoints/train-3.new',
    'artifacts/failed/train-2',
    `artifacts/stages/.new-train-1-${uuid}`,
    'artifacts/stages/train-000000000000',
    'artifacts/tiny/former',
  ];

  it('lists what no study refers to, with sizes, and removes nothing', async () => {
    const used = await litter();
    const found = await folder.json<Collected>(['gc']);
    expect(found.unused.map(({ path }) => path)).toEqual(unused);
    expect(found.unused[4]?.bytes).toBeGreaterThan(1000);
    expect(found).toMatchObject({ removed: [], freed: 0 });
    const { code, output } = await folder.layerwise(['gc']);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('layerwise gc --yes removes them') as string,
    });
    for (const path of [...unused, `artifacts/stages/${used}`]) expect(there(path), path).toBe(true);
  });

  it('removes it when told to, and nothing else', async () => {
    const used = await litter();
    const { removed, freed } = await folder.json<Collected>(['gc', '--yes']);
    expect(removed).toEqual(unused);
    expect(freed).toBeGreaterThan(1000);
    for (const path of unused) expect(there(path), path).toBe(false);
    for (const path of [
      `artifacts/stages/${used}/manifest.json`,
      'artifacts/tiny/one/experiment.json',
      `artifacts/.checkpoints/${used}`,
    ])
      expect(there(path), path).toBe(true);
    expect((await folder.call(['gc'])).output).toContain('nothing to remove');
  });

  it('leaves alone what a running process computes', async () => {
    await folder.artifact('train-000000000000');
    await folder.store.lock(
      'train-000000000000',
      { signal: new AbortController().signal, onWait: () => undefined },
      async () => {
        expect((await folder.call(['gc', '--yes'])).output).toContain('in use: kept');
      },
    );
    expect(there('artifacts/stages/train-000000000000/manifest.json')).toBe(true);
  });

  it('keeps what may belong to a study that cannot be read, and removes what dead processes left', async () => {
    await folder.artifact('train-000000000000');
    mkdirSync(join(folder.root, 'artifacts/failed/train-2'), { recursive: true });
    folder.study('[');
    const { code, output } = await folder.call(['gc', '--yes']);
    expect(code, output).toBe(0);
    expect(output).toContain('warning: study');
    expect(there('artifacts/stages/train-000000000000/manifest.json')).toBe(true);
    expect(there('artifacts/failed/train-2')).toBe(false);
  });
});

describe('results of experiments that are not planned so any more', () => {
  const stage = (id: string): string => `artifacts/stages/${id}`;

  /** An experiment as a run leaves it: artifacts of all its stages, and a record. @returns their ids */
  async function published(name = 'one'): Promise<string[]> {
    const { stages } = await folder.json<{ stages: { role: string; id: string }[] }>(['explain', 'tiny:one']);
    for (const { id } of stages) await folder.artifact(id);
    record(name, {
      stages: Object.fromEntries(stages.map(({ role, id }) => [role, { id, content: id }])),
      repeats: [{ seed: 0, id: stages.find(({ role }) => role === 'train')?.id }],
    });
    return stages.map(({ id }) => id);
  }

  function record(name: string, content: unknown): void {
    mkdirSync(join(folder.root, 'artifacts/tiny', name), { recursive: true });
    writeFileSync(
      join(folder.root, 'artifacts/tiny', name, 'experiment.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }

  const edit = (from: string, to: string): void => {
    const file = join(folder.root, 'pipelines/tiny/study.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };

  it.each([
    ['an edit of the study', 'epochs: 1', 'epochs: 2', 'tiny:one'],
    ['another data set', 'train: 300', 'train: 200', 'tiny:one'],
    ['another name of the experiment', '  one:', '  other:', 'tiny:one'],
    ['another name of the study', 'name: tiny', 'name: own', 'tiny:one'],
  ])('are kept and named after %s', async (_what, from, to, experiment) => {
    const ids = await published();
    await folder.artifact('train-000000000000');
    edit(from, to);
    const before = await folder.json<Collected>(['gc']);
    expect(before.unused.map(({ path }) => path)).toEqual([stage('train-000000000000')]);
    expect(before.results).toMatchObject([{ experiment }]);
    const { code, output } = await folder.call(['gc', '--yes']);
    expect(code, output).toBe(0);
    expect(there(stage('train-000000000000'))).toBe(false);
    for (const id of ids) expect(there(stage(id)), id).toBe(true);
    expect(output).toMatch(new RegExp(`the last results of these experiments are kept.*\\n.*${experiment}`));
  });

  it('are removed with --results, and what is still planned stays', async () => {
    const ids = await published();
    edit('epochs: 1', 'epochs: 2');
    const { stages } = await folder.json<{ stages: { role: string; id: string }[] }>(['explain', 'tiny:one']);
    const shared = stages.map(({ id }) => id).filter((id) => ids.includes(id));
    expect(shared.length).toBeGreaterThan(0);
    const { removed } = await folder.json<Collected>(['gc', '--yes', '--results']);
    expect([...removed].sort()).toEqual(
      [...ids.filter((id) => !shared.includes(id)).map(stage), 'artifacts/tiny/one'].sort(),
    );
    for (const id of ids) expect(there(stage(id)), id).toBe(shared.includes(id));
  });

  it.each([
    ['null'],
    ['[]'],
    ['{"stages":null}'],
    ['{"stages":{"train":null}}'],
    ['{"stages":{"train":{"id":"../../x"}}}'],
    ['{"stages":{"train":{"id":5}},"repeats":7}'],
    ['{"stages":{'],
  ])('are told from a record that holds %s, without an unexpected error', async (text) => {
    const ids = await published();
    record('one', text);
    edit('epochs: 1', 'epochs: 2');
    expect((await folder.call(['gc', '--yes', '--results'])).output).toContain(
      'artifacts/tiny/one/experiment.json is damaged',
    );
    for (const id of ids) expect(there(stage(id)), id).toBe(true);
    for (const args of [['gc', '--yes'], ['show', 'tiny:one'], ['explain', 'tiny:one'], ['list']]) {
      const { output } = await folder.call(args);
      expect(output).not.toMatch(/TypeError|SyntaxError|defect/);
    }
    expect((await folder.call(['show', 'tiny:one'])).output).toMatch(
      /artifacts\/tiny\/one\/experiment\.json|is not built/,
    );
  });
});
