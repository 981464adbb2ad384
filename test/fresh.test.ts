import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository, runNode } from './workspace/folder.mjs';
import { Workspace } from './workspace/workspace.js';

describe('a test that is run by itself', () => {
  let workspace: Workspace;
  const test = (): Promise<{ code: number; output: string }> => runNode(workspace.root, [join(workspace.root, 'node_modules/vitest/vitest.mjs'), 'run', 'packages/contracts/test/version.test.ts']);

  beforeAll(() => {
    workspace = Workspace.create('layerwise-fresh');
    cpSync(join(repository, 'vitest.config.ts'), join(workspace.root, 'vitest.config.ts'));
    cpSync(join(repository, 'test/workspace'), join(workspace.root, 'test/workspace'), { recursive: true });
    workspace.write('packages/contracts/test/version.test.ts', "import { SCHEMA_VERSION } from '@layerwise/contracts';\nimport { expect, it } from 'vitest';\nit('is 1', () => expect(SCHEMA_VERSION).toBe(1));\n");
  });
  afterAll(() => workspace.remove());

  it('tries the sources as they are, not as they were when they were last compiled', async () => {
    const before = await test();
    expect(before.code, before.output).toBe(0);
    workspace.edit('packages/contracts/src/schemas.ts', 'export const SCHEMA_VERSION = 1;', 'export const SCHEMA_VERSION = 2;');
    const after = await test();
    expect(after.code, after.output).toBe(1);
    expect(after.output).toContain('expected 2 to be 1');
    workspace.edit('packages/contracts/src/schemas.ts', 'export const SCHEMA_VERSION = 2;', 'export const SCHEMA_VERSION = : ;');
    const broken = await test();
    expect(broken.code, broken.output).toBe(1);
    expect(broken.output).toContain('do not compile');
  });
});
