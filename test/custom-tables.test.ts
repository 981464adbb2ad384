import { afterAll, describe, expect, it } from 'vitest';
import { small, Workspace } from './workspace/workspace.js';

const made: Workspace[] = [];
afterAll(() => made.forEach((workspace) => workspace.remove()));

/** 64 pixels of 0 to 16 and a label a line, without names: a stripe whose place is the label. */
const stripes = Array.from({ length: 80 }, (_, i) => {
  const label = (3 * i) % 4;
  const pixels = Array.from({ length: 64 }, (_, p) =>
    Math.floor(p / 8) === 2 * label + 1 ? 16 - (i % 5) : p === 0 ? 0 : (i * p) % 3,
  );
  return [...pixels, label].join(',');
}).join('\n');

const study = `
name: stripes
seed: 2
dataset: { from: data/stripes.csv }
${small}experiments:
  plain: { train: { hidden: [{ units: 8 }], epochs: 3, batch: 8 } }
`;

describe('a table of custom data with its labels last and pixels of 0 to 16', () => {
  it('is told of in the terminal and the report, runs again with a range, and a wrong range is told with its line', async () => {
    const workspace = Workspace.create('layerwise-tables');
    made.push(workspace);
    workspace.study('stripes', study);
    workspace.write('data/stripes.csv', stripes);
    const { code, output } = await workspace.nx(['run', 'stripes:plain']);
    expect(code, output).toBe(0);
    const page = workspace.read('artifacts/stripes/plain/report/index.html');
    for (const text of [
      'are read from its last column',
      'the largest pixel of the training rows is 16, far below 255',
    ]) {
      expect(output.replace(/\s+/g, ' ')).toContain(text);
      expect(page).toContain(text);
    }

    workspace.edit('pipelines/stripes/study.yaml', 'stripes.csv }', 'stripes.csv, label: -1, range: [0, 16] }');
    const scaled = await workspace.nx(['run', 'stripes:plain']);
    expect(scaled.ran).toContain('ingest');
    expect(workspace.read('artifacts/stripes/plain/report/index.html')).not.toContain('far below 255');

    workspace.edit('pipelines/stripes/study.yaml', '[0, 16]', '[16, 16]');
    const refused = await workspace.nx(['run', 'stripes:plain']);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(
      /dataset\.range must be a list of 2 different numbers or auto, got \[16,16\] \(pipelines\/stripes\/study\.yaml:4\)/,
    );
  }, 300_000);
});
