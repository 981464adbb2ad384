import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  exampleOf,
  nxVersion,
  packageNameOf,
  Refusal,
  stageFiles,
  stageRoles,
  studyFiles,
  type StageRole,
} from '@layerwise/scaffold';
import { roles, sectionOf, sectionRoles, type Role } from '@layerwise/study';
import { describe, expect, it } from 'vitest';

describe('files of a new stage or study', () => {
  it('are called as they are asked to be', () => {
    const files = stageFiles({ name: 'reduce-odd', role: 'reduce', version: '1.2.3' }, () => undefined);
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
    expect(() => stageFiles({ name, role: 'reduce', version: '1.0.0' }, () => undefined)).toThrow(Refusal);
  });

  it('are refused where one is there', () => {
    const existing = (path: string): string | undefined => (path.endsWith('index.js') ? '' : undefined);
    expect(() => stageFiles({ name: 'mine', role: 'reduce', version: '1.0.0' }, existing)).toThrow(
      'packages/mine/index.js must not be there yet',
    );
  });
});

describe('a new stage', () => {
  const names = Object.keys(stageRoles) as StageRole[];
  const repository = join(import.meta.dirname, '../../..');

  it('may have every role that has a section in a study, and starts from what the role has by default', () => {
    expect([...names].sort()).toEqual([...sectionRoles].sort());
    for (const name of names) {
      const { uses, inputs }: Role = roles[name];
      const start = stageRoles[name];
      expect('uses' in start ? start.uses : undefined).toBe(uses);
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(start.inputs)));
      expect(exampleOf(name, 'mine')).toMatch(new RegExp(`^${sectionOf(name)}: \\{ uses: 'mine'`));
    }
    const generator = JSON.parse(
      readFileSync(join(repository, 'packages/layerwise/generators/stage.json'), 'utf8'),
    ) as {
      properties: { role: { enum: string[] } };
    };
    expect(generator.properties.role.enum).toEqual(names);
  });

  it('is refused a role that there is not', () => {
    expect(() => stageFiles({ name: 'mine', role: 'maps', version: '1.0.0' }, () => undefined)).toThrow(
      "the role of a stage must be one of reduce, train, embed, ingest, preprocess, activations, nodes, classes, report, got 'maps'",
    );
  });

  // By `node --test`, as `npm test` in their folders does. That of a report takes 20 s, and is the same text.
  it('passes conformance, whatever its role', { timeout: 120_000 }, () => {
    const tried = names.filter((role) => role !== 'report');
    const root = mkdtempSync(join(tmpdir(), 'layerwise-stages-'));
    try {
      symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
      for (const role of tried) {
        const files = stageFiles({ name: `my-${role}`, role, version: '1.0.0' }, () => undefined);
        for (const [path, text] of files) {
          mkdirSync(dirname(join(root, path)), { recursive: true });
          writeFileSync(join(root, path), text);
        }
      }
      const { status, stdout } = spawnSync(
        process.execPath,
        ['--test', '--test-reporter=tap', ...tried.map((role) => `packages/my-${role}/index.test.js`)],
        { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined } },
      );
      expect(status, stdout.slice(-4000)).toBe(0);
      expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(10 * tried.length);
    } finally {
      rmSync(root, { recursive: true });
    }
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
