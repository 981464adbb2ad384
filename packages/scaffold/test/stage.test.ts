import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nxVersion, packageNameOf, Refusal, stageFiles, studyFiles } from '@layerwise/scaffold';
import { describe, expect, it } from 'vitest';

describe('files of a new stage or study', () => {
  it('are called as they are asked to be', () => {
    const files = stageFiles('reduce-odd', '1.2.3', () => undefined);
    expect([...files.keys()]).toEqual(
      ['package.json', 'index.js', 'index.test.js'].map((f) => `packages/reduce-odd/${f}`),
    );
    expect(files.get('packages/reduce-odd/index.js')).toContain("id: 'reduce-odd'");
    expect(JSON.parse(files.get('packages/reduce-odd/package.json') ?? '')).toMatchObject({
      name: 'reduce-odd',
      dependencies: { '@layerwise/contracts': '^1.2.3' },
    });
  });

  it.each(['', 'A', '1a', 'a_b', 'a/b', '..', 'a'.repeat(50)])('are refused the name %j', (name) => {
    expect(() => studyFiles(name, () => undefined)).toThrow(Refusal);
    expect(() => stageFiles(name, '1.0.0', () => undefined)).toThrow(Refusal);
  });

  it('are refused where one is there', () => {
    const existing = (path: string): string | undefined => (path.endsWith('index.js') ? '' : undefined);
    expect(() => stageFiles('mine', '1.0.0', existing)).toThrow('packages/mine/index.js must not be there yet');
  });
});

describe('a new workspace', () => {
  it('gets the version of Nx that this repository is tried with', () => {
    const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
      dependencies: { nx: string };
    };
    expect(nxVersion).toBe(dependencies.nx);
  });

  it.each([
    ['My Digits', 'my-digits'],
    ['Ziffern für alle', 'ziffern-fur-alle'],
    ['数字', 'my-digits'],
    ['layerwise', 'my-digits'],
    ['..', 'my-digits'],
  ])('in the folder %s is the package %s', (folder, name) => {
    expect(packageNameOf(folder)).toBe(name);
  });
});
