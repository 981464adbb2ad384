import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository, runNode } from './workspace/folder.mjs';
import { Workspace } from './workspace/workspace.js';

describe('a test that is run by itself', () => {
  let workspace: Workspace;
  const test = (): Promise<{ code: number; output: string }> =>
    runNode(workspace.root, [
      join(workspace.root, 'node_modules/vitest/vitest.mjs'),
      'run',
      'packages/conformance/test/side.test.ts',
    ]);

  beforeAll(() => {
    workspace = Workspace.create('layerwise-fresh');
    cpSync(join(repository, 'vitest.config.ts'), join(workspace.root, 'vitest.config.ts'));
    cpSync(join(repository, 'test/workspace'), join(workspace.root, 'test/workspace'), { recursive: true });
    workspace.write(
      'packages/conformance/test/side.test.ts',
      `import { sampleDataset } from '@layerwise/conformance';
import { expect, it } from 'vitest';
it('is 8', async () => {
  const dataset = await sampleDataset({ train: 1, validation: 1, test: 1 });
  expect(await dataset.json('dataset')).toMatchObject({ width: 8 });
});
`,
    );
  });
  afterAll(() => workspace.remove());

  it('tries the sources as they are, not as they were when they were last compiled', async () => {
    const before = await test();
    expect(before.code, before.output).toBe(0);
    workspace.edit('packages/conformance/src/samples.ts', 'const SIDE = 8;', 'const SIDE = 9;');
    const after = await test();
    expect(after.code, after.output).toBe(1);
    expect(after.output).toMatch(/"width": 9/);
    workspace.edit('packages/conformance/src/samples.ts', 'const SIDE = 9;', 'const SIDE = : ;');
    const broken = await test();
    expect(broken.code, broken.output).toBe(1);
    expect(broken.output).toContain('do not compile');
  }, 480_000);
});

describe('what is compiled', () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = Workspace.create('layerwise-compiled');
    workspace.study(
      'tiny',
      'name: tiny\ndataset: { use: strokes }\nexperiments: { one: { train: { hidden: [{ units: 4 }], epochs: 1 } } }\n',
    );
    // A compiler that fails says that it was asked.
    rmSync(join(workspace.root, 'node_modules/typescript'));
    workspace.write('node_modules/typescript/bin/tsc', "throw new Error('the compiler was asked');\n");
  });
  afterAll(() => workspace.remove());

  it('is not compiled again by each command', async () => {
    const { code, output } = await workspace.layerwise(['explain', 'tiny']);
    expect(code, output).toBe(0);
  });

  it.each(['export/dist/index.js', 'layerwise/dist/plugin.js'])('is, where %s is gone', async (file) => {
    const path = join(workspace.root, 'packages', file);
    const kept = readFileSync(path);
    rmSync(path);
    const { code, output } = await workspace.layerwise(['explain', 'tiny']);
    writeFileSync(path, kept);
    expect(code).not.toBe(0);
    expect(output).toContain('the compiler was asked');
  });
});
