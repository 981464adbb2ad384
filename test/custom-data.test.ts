import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { column, type AnyStage, type Evaluation, type FeaturesInfo } from '@layerwise/contracts';
import { stage as activations } from '@layerwise/activations';
import { stage as embed } from '@layerwise/embed';
import { stage as ingest } from '@layerwise/ingest';
import { stage as nodes } from '@layerwise/nodes';
import { stage as preprocess } from '@layerwise/preprocess';
import { stage as reduceForest } from '@layerwise/reduce-forest';
import { stage as reducePca } from '@layerwise/reduce-pca';
import { stage as report } from '@layerwise/report';
import { stage as train } from '@layerwise/train';
import { stage as trainTfjs } from '@layerwise/train-tfjs';
import { temporaryFolder } from '../packages/ingest/test/files.js';
import { afterAll, describe, expect, it } from 'vitest';
import { png, write } from '../packages/ingest/test/custom-data.js';
import { small, Workspace } from './workspace/workspace.js';

const SIDE = 12;
const names = ['dot', 'line & <edge>', 'quadrat'];

/** A bright shape on black, moved about by the number of the image: a blob, a line across, or a frame. */
function drawn(kind: number, i: number): Uint8Array {
  const [dx, dy] = [(i % 3) - 1, (Math.floor(i / 3) % 3) - 1];
  const ink = (x: number, y: number): boolean => {
    const [u, v] = [Math.abs(x - 5.5 - dx), Math.abs(y - 5.5 - dy)];
    if (kind === 0) return u < 2 && v < 2;
    return kind === 1 ? v < 1 && u < 5 : Math.max(u, v) > 3 && Math.max(u, v) < 4.6;
  };
  return png(SIDE, SIDE, (x, y) => (ink(x, y) ? 150 + ((i * 17 + x) % 100) : (i * 7 + x * y) % 9));
}

const study = (classes: string) => `
name: shapes
seed: 5
dataset: { from: data/shapes${classes} }
${small}experiments:
  plain: { train: { hidden: [{ units: 6 }], epochs: 12, batch: 8 }, report: { uses: brief-report } }
  pca: { reduce: { uses: '@layerwise/reduce-pca', components: 10 }, train: { hidden: [{ units: 6 }], epochs: 12, batch: 8 }, report: { uses: brief-report } }
  forest: { reduce: { uses: '@layerwise/reduce-forest', trees: 10, topK: 40 }, train: { hidden: [{ units: 6 }, { units: 4 }], epochs: 12, batch: 8 } }
`;

const made: Workspace[] = [];
afterAll(() => made.forEach((workspace) => workspace.remove()));

describe('a folder of own images', () => {
  it('of 3 classes of 12 x 12 goes from the files to the report, and reruns what a changed image changes', async () => {
    const workspace = Workspace.create('layerwise-own');
    made.push(workspace);
    workspace.study('shapes', study(''));
    names.forEach((name, kind) =>
      Array.from({ length: 30 }, (_, i) => workspace.write(`data/shapes/${name}/${i}.png`, drawn(kind, i))),
    );
    const all = await workspace.nx(['run', 'shapes:all']);
    expect(all.code, all.output).toBe(0);
    const page = workspace.read('artifacts/shapes/forest/report/index.html');
    for (const name of [
      'dot',
      'line &amp; &lt;edge&gt;',
      'quadrat',
      '12 of its 90 rows were split off',
      '6 of the 78 training rows were set apart',
    ])
      expect(page.includes(name), `the report says ${name}`).toBe(true);
    expect(page.includes('<edge>'), 'names are escaped').toBe(false);

    const image = join(workspace.root, 'data/shapes/dot/3.png');
    utimesSync(image, 1, 1);
    expect((await workspace.nx(['run', 'shapes:plain'])).ran).toEqual([]);
    workspace.write('data/shapes/dot/3.png', drawn(0, 4));
    const rerun = await workspace.nx(['run', 'shapes:plain']);
    expect(rerun.ran).toContain('ingest');
    expect(rerun.ran).toContain('report');
    workspace.write('data/shapes/dot/3.png', 'no image');
    const { code, output } = await workspace.nx(['run', 'shapes:plain']);
    expect(code).not.toBe(0);
    expect(output).toMatch(/shapes\/dot\/3\.png must be a PNG or JPEG file/);
    expect(output).not.toMatch(/^\s+at .*\.js:\d+/m);
    workspace.edit('pipelines/shapes/study.yaml', 'data/shapes', '../shapes');
    const outside = await workspace.nx(['run', 'shapes:plain']);
    expect(outside.code).not.toBe(0);
    expect(outside.output).toMatch(
      /dataset\.from must be a text: a path below the workspace.*got "\.\.\/shapes" \(pipelines\/shapes\/study\.yaml:4\)/,
    );
  }, 300_000);
});

/** A CSV table of `classes` classes of 10 x 10: class c has a bright pixel at place c % 100, and one at c / 100 on. */
function manyClasses(classes: number, each: number): string {
  const line = (label: number, i: number): string =>
    [
      `class ${label}`,
      ...Array.from({ length: 100 }, (_, p) =>
        p === label % 100 || p === (37 * label + Math.floor(label / 100)) % 100 ? 255 - i : (p * 7 + i * 3) % 20,
      ),
    ].join(',');
  return Array.from({ length: classes * each }, (_, i) => line(i % classes, Math.floor(i / classes))).join('\n');
}

describe('a table of 200 classes', () => {
  it('goes through every stage, and is learned', async () => {
    const folder = write(temporaryFolder(), { 'many.csv': manyClasses(200, 10) });
    const run = async (
      stage: AnyStage,
      params: object,
      inputs: Record<string, MemoryArtifact> = {},
    ): Promise<MemoryArtifact> =>
      (await runInMemory(stage, { params, inputs, places: { data: [folder], download: '' } })).output;
    const dataset = await run(ingest, { from: 'many.csv' });
    const pixels = await run(preprocess, { labels: 'onehot' }, { dataset });
    const info = await pixels.json<FeaturesInfo>('features');
    expect(info.dataset.classes).toHaveLength(200);
    expect(info.dataset.classes.slice(0, 3)).toEqual(['class 0', 'class 1', 'class 10']);
    expect(new Set(column(await dataset.matrix('test'), 'label', Uint16Array).data).size).toBe(200);
    const net = { hidden: [{ units: 40 }], epochs: 30, batch: 16 };
    for (const [reduce, params] of [
      [reducePca, { components: 60 }],
      [reduceForest, { trees: 5, topK: 80 }],
    ] as const) {
      const features = await run(reduce, params, { features: pixels });
      const model = await run(train, { ...net, epochs: 2 }, { features });
      expect(model.files).toContain('weights.bin');
    }
    const model = await run(train, net, { features: pixels });
    expect((await model.json<Evaluation>('evaluation')).test.accuracy).toBeGreaterThan(0.9);
    expect(
      (await (await run(trainTfjs, { ...net, epochs: 1 }, { features: pixels })).json<Evaluation>('evaluation')).params,
    ).toBe(100 * 40 + 40 + 40 * 200 + 200);
    const active = await run(activations, {}, { features: pixels, model });
    expect(column(await active.matrix('test'), 'probabilities', Float32Array).width).toBe(200);
    const views = await run(embed, { tsne: [] }, { pixels, features: pixels, activations: active });
    const looked = await run(nodes, {}, { pixels, features: pixels, model, activations: active });
    expect((await looked.table('classes')).class!.values.length).toBe(40 * 200);
    const page = await run(
      report,
      { study: 'many', experiment: 'one' },
      { dataset, pixels, features: pixels, model, activations: active, embedding: views, nodes: looked },
    );
    expect(Buffer.from(await page.bytes('index.html')).includes('class 199')).toBe(true);
  }, 120_000);
});
