import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeReason, differences, serves, Store, type Recipe } from '@layerwise/store';
import { describe, expect, it } from 'vitest';
import { draft, outcome } from './recipe.js';

const made: Recipe = {
  uses: '@layerwise/train',
  params: { epochs: 2, hidden: [{ units: 12, dropout: 0 }] },
  seed: 43,
  inputs: { features: 'content-a' },
  raw: [{ name: 'images.gz', sha256: 'aa' }],
  code: { digest: 'd', modules: { 'train/dist/stage.js': 'm1' }, dependencies: { 'ml-pca': '4.1.1' } },
  node: 'v20.19.0',
};

describe('differences', () => {
  it('are none between equal recipes, nor for an input that is not known yet', () => {
    expect(differences(made, made)).toEqual([]);
    expect(differences(made, { ...made, inputs: { features: null } })).toEqual([]);
  });

  it.each<[string, Partial<Recipe>, object, string]>([
    [
      'a parameter within a list',
      { params: { epochs: 2, hidden: [{ units: 13, dropout: 0 }] } },
      { reason: 'parameter', name: 'hidden.0.units', old: 12, new: 13 },
      'parameter hidden.0.units: 12 -> 13',
    ],
    [
      'a new parameter',
      { params: { ...made.params, batch: 8 } },
      { reason: 'parameter', name: 'batch', new: 8 },
      'parameter batch: none -> 8',
    ],
    [
      'the package',
      { uses: '@layerwise/train-tfjs' },
      { reason: 'package', name: 'uses', old: '@layerwise/train', new: '@layerwise/train-tfjs' },
      'package: @layerwise/train -> @layerwise/train-tfjs',
    ],
    ['the seed', { seed: null }, { reason: 'seed', name: 'seed', old: 43, new: null }, 'seed: 43 -> null'],
    [
      'an input',
      { inputs: { features: 'content-b' } },
      { reason: 'input', name: 'features', old: 'content-a', new: 'content-b' },
      'input features: content-a -> content-b',
    ],
    [
      'a raw file',
      { raw: [{ name: 'images.gz', sha256: 'bb' }] },
      { reason: 'raw file', name: 'images.gz', old: 'aa', new: 'bb' },
      'raw file images.gz: aa -> bb',
    ],
    [
      'a module',
      { code: { ...made.code, digest: 'e', modules: { 'train/dist/stage.js': 'm2' } } },
      { reason: 'module', name: 'train/dist/stage.js', old: 'm1', new: 'm2' },
      'module train/dist/stage.js: m1 -> m2',
    ],
    [
      'a dependency',
      { code: { ...made.code, digest: 'e', dependencies: { 'ml-pca': '4.2.0' } } },
      { reason: 'dependency', name: 'ml-pca', old: '4.1.1', new: '4.2.0' },
      'dependency ml-pca: 4.1.1 -> 4.2.0',
    ],
    [
      'the Node version',
      { node: 'v22.12.0' },
      { reason: 'node version', name: 'node', old: 'v20.19.0', new: 'v22.12.0' },
      'node version: v20.19.0 -> v22.12.0',
    ],
  ])('name %s, old and new', (_what, change, reason, words) => {
    const wanted = { ...made, ...change };
    const found = differences(made, wanted);
    expect(found).toEqual([reason]);
    expect(found.map(describeReason)).toEqual([words]);
    expect(serves(made, wanted)).toBe(false);
  });
});

describe('serves', () => {
  it('takes an input that is not known yet for any, but wants it to be there', () => {
    expect(serves(made, made)).toBe(true);
    expect(serves(made, { ...made, inputs: { features: null } })).toBe(true);
    expect(serves(made, { ...made, inputs: { features: null, model: null } })).toBe(false);
    expect(serves(made, { ...made, inputs: {} })).toBe(false);
  });
});

describe("copies in Nx's cache", () => {
  it('serve when the artifact is gone, unless they are damaged', async () => {
    const root = mkdtempSync(join(tmpdir(), 'layerwise-artifact-index-'));
    try {
      const store = new Store(join(root, 'artifacts'), join(root, 'cache'));
      await store.compute(draft('train-1'), async (output) => {
        await output.json('evaluation', { accuracy: 0.97 });
        await output.bytes('index.html', '<html/>');
        return outcome;
      });
      const copy = join(root, 'cache/123/artifacts/stages/train-1');
      mkdirSync(join(copy, '..'), { recursive: true });
      cpSync(store.folder('train-1'), copy, { recursive: true });
      await store.remove('train-1');
      expect(await new Store(join(root, 'artifacts')).find(draft('train-1'))).toBeUndefined();
      const found = await store.find(draft('train-1'));
      expect(found?.folder).toBe(copy);
      expect((await store.find(draft('train-2')))?.folder).toBe(copy);
      expect(await store.noteOf(draft('train-2').recipe)).toEqual({ id: 'train-1', content: found?.manifest.content });
      truncateSync(join(copy, 'data/evaluation.json'), 3);
      expect(await store.find(draft('train-1'))).toBeUndefined();
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
