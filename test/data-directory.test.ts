import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { study } from './faults/trial.mjs';
import { Workspace } from './workspace/workspace.js';

/** Nx's records in a folder of their own, which outlive its cache: as on a computer for continuous integration that keeps one and not the other. */
describe('NX_WORKSPACE_DATA_DIRECTORY', () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = Workspace.create('layerwise-records');
    workspace.study('tiny', study);
  });
  afterAll(() => workspace.remove());

  it('what Nx remembers there of a cache that is gone is not believed', async () => {
    const env = { NX_WORKSPACE_DATA_DIRECTORY: join(workspace.root, 'elsewhere/records') };
    const run = (): ReturnType<Workspace['nx']> => workspace.nx(['run', 'tiny:one', '--output-style=static'], env);
    const first = await run();
    expect(first.code, first.output).toBe(0);
    for (const path of ['artifacts', '.nx']) rmSync(join(workspace.root, path), { recursive: true, force: true });
    const second = await run();
    expect(second.code, second.output).toBe(0);
    expect(second.ran).toEqual(first.ran);
    const third = await run();
    expect(third.code, third.output).toBe(0);
    expect(third.ran).toEqual([]);
  });
});
