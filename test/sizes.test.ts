import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeClasses } from './sizes/classes.mjs';
import { Workspace, type Run } from './workspace/workspace.js';

let workspace: Workspace;
let run: Run;
beforeAll(async () => {
  workspace = Workspace.create('layerwise-classes');
  mkdirSync(join(workspace.root, 'data'));
  await writeClasses(join(workspace.root, 'data/many.csv'), { classes: 1000, rows: 6000, side: 4 });
  workspace.study(
    'many',
    'name: many\nseed: 3\ndataset: { from: data/many.csv }\nembed: { tsne: [] }\nnodes: { bootstrap: 10 }\n' +
      'experiments:\n  a: { train: { hidden: [{ units: 6 }], epochs: 1, batch: 256 } }\n',
  );
  run = await workspace.nx(['run', 'many:a']);
}, 300_000);
afterAll(() => workspace.remove());

it('takes a thousand classes from the file to the report', () => {
  expect(run.code, run.output).toBe(0);
  const page = workspace.read('artifacts/many/a/report/index.html');
  expect(page).toContain('c0999');
});
