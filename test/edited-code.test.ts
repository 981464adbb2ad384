import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

/** A stage in whose code somebody puts 11 for 10 while it runs. */
const stage = `const { writeFileSync } = require('node:fs');
const { keep } = require('./code');
const { defineStage, featureSplits, readFeatures, selectColumns, selectedInfo, withFeatures } = require('@layerwise/contracts');
exports.stage = defineStage({
  id: 'reduce-lab', summary: 'keeps columns', params: {}, reads: { features: 'features' }, writes: 'features', seeded: () => false,
  async run({ inputs, output }) {
    if (keep === 10) writeFileSync(__dirname + '/code.js', 'exports.keep = 11;');
    const selected = Array.from({ length: keep }, (_, column) => column + 300);
    for (const split of featureSplits) {
      const rows = await readFeatures(inputs.features, split);
      await output.matrix(split, withFeatures(rows.table, selectColumns(rows, selected)));
    }
    await output.json('features', selectedInfo(await inputs.features.json('features'), selected));
  },
});`;

describe('code that is edited while a run goes', () => {
  let workspace: Workspace;
  const reduced = (): string[] =>
    readdirSync(join(workspace.root, 'artifacts/stages')).filter((name) => name.startsWith('reduce-lab'));

  beforeAll(() => {
    workspace = Workspace.create('layerwise-edited');
    workspace.write('packages/lab/package.json', '{"name": "lab", "type": "commonjs", "main": "stage.js"}');
    workspace.write('packages/lab/code.js', 'exports.keep = 10;');
    workspace.write('packages/lab/stage.js', stage);
    symlinkSync(join(workspace.root, 'packages/lab'), join(workspace.root, 'node_modules/lab'));
    workspace.study(
      'tiny',
      `name: tiny
dataset: { use: strokes, strokes: { train: 200, test: 50 } }
${brief}experiments:
  one: { reduce: { uses: lab }, train: { hidden: [{ units: 4 }], epochs: 1 } }
`,
    );
  });
  afterAll(() => workspace.remove());

  it('keeps nothing of a stage that was edited while it ran, and computes it by the code that stands there', async () => {
    const first = await workspace.nx(['run', 'tiny:one']);
    expect(first.code).toBe(1);
    expect(first.output).toContain(
      'the code of lab must stay as it is while it runs, but it was changed; nothing was kept',
    );
    expect(reduced()).toEqual([]);
    const second = await workspace.nx(['run', 'tiny:one']);
    expect(second.code, second.output).toBe(0);
    expect(second.output).toContain('net        11-4-10');
  });

  it('refuses a stage that was edited between the start of the run and its turn', async () => {
    const [id] = reduced();
    const { code, output } = await workspace.layerwise(['stage', id as string], {
      LAYERWISE_CODE: `of the start ${process.version}`,
    });
    expect(code).toBe(1);
    expect(output).toContain('the code of lab must stay as it is while it runs');
    expect((await workspace.layerwise(['stage', id as string])).code).toBe(0);
  });
});
