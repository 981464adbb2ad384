import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudyFolder } from './workspace.js';

interface Collected {
  readonly unused: readonly { path: string; what: string; bytes: number }[];
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
  for (const path of ['failed/train-2', 'tiny/one', 'tiny/former']) mkdirSync(join(folder.root, 'artifacts', path), { recursive: true });
  mkdirSync(join(folder.root, 'artifacts/.checkpoints'));
  for (const name of [used, 'train-3', 'train-3.new']) writeFileSync(join(folder.root, 'artifacts/.checkpoints', name), 'state');
  for (const name of ['one', 'former']) writeFileSync(join(folder.root, 'artifacts/tiny', name, 'experiment.json'), '{"stages":{}}');
  return used;
}

describe('layerwise gc', () => {
  const unused = ['artifacts/.checkpoints/train-3', 'artifacts/.checkpoints/train-3.new', 'artifacts/failed/train-2', `artifacts/stages/.new-train-1-${uuid}`, 'artifacts/stages/train-000000000000', 'artifacts/tiny/former'];

  it('lists what no study refers to, with sizes, and removes nothing', async () => {
    const used = await litter();
    const found = await folder.json<Collected>(['gc']);
    expect(found.unused.map(({ path }) => path)).toEqual(unused);
    expect(found.unused[4]?.bytes).toBeGreaterThan(1000);
    expect(found).toMatchObject({ removed: [], freed: 0 });
    const { code, output } = await folder.layerwise(['gc']);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('layerwise gc --yes removes them') as string });
    for (const path of [...unused, `artifacts/stages/${used}`]) expect(there(path), path).toBe(true);
  });

  it('removes it when told to, and nothing else', async () => {
    const used = await litter();
    const { removed, freed } = await folder.json<Collected>(['gc', '--yes']);
    expect(removed).toEqual(unused);
    expect(freed).toBeGreaterThan(1000);
    for (const path of unused) expect(there(path), path).toBe(false);
    for (const path of [`artifacts/stages/${used}/manifest.json`, 'artifacts/tiny/one/experiment.json', `artifacts/.checkpoints/${used}`]) expect(there(path), path).toBe(true);
    expect((await folder.layerwise(['gc'])).output).toContain('nothing to remove');
  });

  it('leaves alone what a running process computes', async () => {
    await folder.artifact('train-000000000000');
    await folder.store.lock('train-000000000000', { signal: new AbortController().signal, onWait: () => undefined }, async () => {
      expect((await folder.layerwise(['gc', '--yes'])).output).toContain('in use: kept');
    });
    expect(there('artifacts/stages/train-000000000000/manifest.json')).toBe(true);
  });

  it('removes nothing while a study cannot be read', async () => {
    await folder.artifact('train-000000000000');
    folder.study('[');
    const { code, output } = await folder.layerwise(['gc', '--yes']);
    expect(code, output).toBe(1);
    expect(there('artifacts/stages/train-000000000000/manifest.json')).toBe(true);
  });
});
