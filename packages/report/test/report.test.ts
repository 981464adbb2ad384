import { beforeAll, describe, expect, it } from 'vitest';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import type { MeasuredFigures } from '@layerwise/contracts';
import {
  accuracyFigure,
  renderComparison,
  renderSeeds,
  renderStudy,
  renderTimes,
  stage,
  type ComparedExperiment,
} from '@layerwise/report';
import { fixture, type FixtureOptions } from './fixture.js';

const params = { study: 'pipeline', experiment: 'exp5', published: { test: { accuracy: 0.9368, loss: 0.2242 } } };
const report = async (options: FixtureOptions = {}, given: object = params): Promise<MemoryArtifact> =>
  (await runInMemory(stage, { params: given, inputs: fixture(options) })).output;
const index = (output: MemoryArtifact): string => new TextDecoder().decode(output.blobs.get('index.html'));

describe('a report', () => {
  let output: MemoryArtifact;
  let text: string;
  beforeAll(async () => {
    output = await report({
      origin: 'selected',
      hidden: [16, 2],
      warnings: [{ code: 'DEAD_UNITS', message: '1 of 16 <nodes> never fires' }],
    });
    text = index(output);
  });

  it('is the same bytes when made again, and does not depend on how long its inputs took', async () => {
    const inputs = fixture({
      origin: 'selected',
      hidden: [16, 2],
      warnings: [{ code: 'DEAD_UNITS', message: '1 of 16 <nodes> never fires' }],
    });
    for (const artifact of Object.values(inputs))
      artifact.made = { ...artifact.made, seconds: 123.4, peakMemoryMB: 567 };
    const again = (await runInMemory(stage, { params, inputs })).output;
    expect([...again.blobs.keys()]).toEqual([...output.blobs.keys()]);
    for (const [name, bytes] of again.blobs)
      expect(Buffer.from(bytes).equals(Buffer.from(output.blobs.get(name) as Uint8Array)), name).toBe(true);
  });

  it('refers to nothing outside itself but its own figures', () => {
    const addresses = [...text.matchAll(/(?:src|href|url)\s*=\s*"([^"]*)"/g)].map((match) => match[1] as string);
    expect(addresses.filter((address) => !/^(data:|#|figures\/[\w.-]+$)/.test(address))).toEqual([]);
    for (const [, name] of text.matchAll(/href="(figures\/[^"]+)"/g)) expect(output.files).toContain(name);
  });

  it('shows measured beside published figures, and escapes what it was given', () => {
    expect(text).toContain('91.50%');
    expect(text).toContain('published 93.68%');
    expect(text).toContain('1 of 16 &lt;nodes&gt; never fires');
    expect(text).not.toContain('<nodes>');
  });

  it('counts confusions as the data hold them', () => {
    const table = output.tables.get('figures/confusion-test');
    const counts = Array.from(table?.['images']?.values as number[]);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(200);
    const diagonal = counts.filter((_, i) => i % 11 === 0).reduce((a, b) => a + b, 0);
    const { label, predicted } = fixtureTest();
    expect(diagonal).toBe(label.filter((value, i) => value === predicted[i]).length);
  });

  it('states what is set beside the figures of others, over all images', () => {
    const { activations } = fixture({ origin: 'selected', hidden: [16, 2] });
    const columnsOf = (split: string) =>
      activations.matrices.get(split)?.columns as unknown as Record<
        'label' | 'predicted' | 'hidden2',
        { data: number[] }
      >;
    const measured = output.values.get('measured') as MeasuredFigures;
    for (const split of ['train', 'validation', 'test'] as const) {
      const { label, predicted } = columnsOf(split);
      const pairs = Array.from(label.data, (c, i) => c * 10 + (predicted.data[i] as number));
      expect(measured.confusion[split]).toEqual(
        Array.from({ length: 100 }, (_, at) => pairs.filter((p) => p === at).length),
      );
    }
    const { label, hidden2 } = columnsOf('train');
    const node = Array.from({ length: 600 }, (_, i) => hidden2.data[i * 2 + 1] as number);
    const fours = node.filter((_, i) => label.data[i] === 4);
    expect(measured.layers.map(({ largest }) => largest.length)).toEqual([16, 2]);
    expect(measured.layers[1]?.largest[1]).toBe(Math.max(...node));
    expect(measured.layers[1]?.byClass[1]?.[4]).toEqual([Math.min(...fours), Math.max(...fours)]);
    expect(measured.variance).toBeNull();
    expect(measured.history['valLoss']).toHaveLength(measured.history['loss']?.length ?? 0);
  });

  it('keeps every figure as SVG or PNG, specification and Parquet', () => {
    const names = [
      ...new Set(output.files.filter((file) => /\.(svg|png)$/.test(file)).map((file) => file.slice(0, -4))),
    ];
    expect(names).toEqual(
      expect.arrayContaining([
        'figures/history-loss',
        'figures/confusion-train',
        'figures/importances',
        'figures/boxes-hidden2',
        'figures/plane-hidden2',
        'figures/hidden1-tsne-digits',
        'figures/confused-pair',
        'figures/worst-errors',
        'figures/samples',
        'figures/classes',
        'figures/chosen-pixels',
        'figures/probabilities-first',
        'figures/confusion-test-shares',
      ]),
    );
    for (const name of names) expect(output.files).toContain(`${name}.vl.json`);
    expect([...output.tables.keys()].filter((name) => !names.includes(name))).toEqual(['figures/hidden1-pca3']);
    for (const { values } of Object.values(output.tables.get('figures/hidden1-pca3') ?? {}))
      expect(values.length).toBe(600);
  });

  it('links each figure to its three files, which hold what it shows', () => {
    const [top, sampled] = [
      fixture({ origin: 'selected', hidden: [16, 2] }).features.values.get('features') as { selected: number[] },
      output.tables.get('figures/samples'),
    ];
    expect(Array.from(sampled?.['id']?.values as number[])).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const chosen = output.tables.get('figures/chosen-pixels');
    expect(new Set(chosen?.['pixel']?.values as number[])).toEqual(new Set(top.selected));
    const means = output.tables.get('figures/classes');
    const raw = fixture({ origin: 'selected', hidden: [16, 2] }).dataset.matrices.get('train')
      ?.columns as unknown as Record<'label' | 'pixels', { data: Uint8Array }>;
    const threes = Array.from(raw.label.data.keys()).filter((row) => raw.label.data[row] === 3);
    const mean = (pixel: number): number =>
      threes.reduce((sum, row) => sum + (raw.pixels.data[row * 784 + pixel] as number), 0) / threes.length;
    const [names, pixels, values] = ['class', 'pixel', 'mean'].map((name) =>
      Array.from(means?.[name]?.values as ArrayLike<number | string>),
    ) as [string[], number[], number[]];
    for (const pixel of [300, 406, 500])
      expect(values[names.findIndex((name, i) => name === '3' && pixels[i] === pixel)]).toBeCloseTo(mean(pixel), 3);
  });

  it('lists the images of a picture in its table', () => {
    const table = output.tables.get('figures/confused-pair');
    const { label, predicted } = fixtureTest();
    const [id, truth, guess] = ['id', 'true', 'predicted'].map((name) =>
      Array.from(table?.[name]?.values as ArrayLike<number | string>),
    ) as [number[], string[], string[]];
    expect(id.length).toBeGreaterThan(10);
    expect(id.map((row) => [String(label[row]), String(predicted[row])])).toEqual(
      id.map((_, i) => [truth[i], guess[i]]),
    );
  });

  it('keeps the heat table of the first images and the matrix of shares as figures', () => {
    const first = output.tables.get('figures/probabilities-first');
    const { probabilities } = fixtureTest();
    expect(Array.from(first?.['image']?.values as number[])).toEqual(
      Array.from({ length: 200 }, (_, i) => Math.floor(i / 10)),
    );
    for (const i of [0, 57, 199])
      expect((first?.['probability']?.values as number[])[i]).toBeCloseTo(probabilities[i] as number, 5);
    const share = (output.tables.get('figures/confusion-test')?.['share']?.values as number[])[0] as number;
    expect(new TextDecoder().decode(output.blobs.get('figures/confusion-test-shares.svg'))).toContain(
      `>${(share * 100).toFixed(1)}%<`,
    );
  });

  it('puts the right article before a class', () => {
    expect(text).toMatch(/image \d+, an 8"/);
    expect(text).toMatch(/image \d+, a 7"/);
    expect(text).not.toMatch(/\ba 8\b|\ban [0-79]\b/);
  });

  it('has a blank before the links to the files of box plots', () => {
    expect(text).toMatch(/mean over all pairs\. <span class="files"><a href="figures\/boxes-hidden1\.svg">/);
  });

  it('says of each hidden layer which classes its best node keeps apart', () => {
    expect(text).toMatch(
      /Of 45 pairs of true classes the node that separates best keeps the boxes apart of \d+ in hidden layer 1 and \d+ in hidden layer 2\./,
    );
    const [, node, apart, a, b] =
      /In hidden layer 1 node (\d+) separates best: it keeps the boxes of (\d+) of 45 pairs of true classes apart, (\d) and (\d) farthest/.exec(
        text,
      ) ?? [];
    const table = output.tables.get('figures/boxes-hidden1') ?? {};
    const [by, nodes, classes, q1, q3] = ['by', 'node', 'class', 'q1', 'q3'].map((name) =>
      Array.from(table[name]?.values as ArrayLike<number | string>),
    ) as [string[], number[], string[], number[], number[]];
    const own = by.flatMap((value, i) => (value === 'true' && nodes[i] === Number(node) ? [i] : []));
    const gaps = own.flatMap((p) =>
      own
        .filter((q) => q > p)
        .map((q) => ({
          pair: [classes[p], classes[q]],
          gap: Math.max(q1[p] as number, q1[q] as number) - Math.min(q3[p] as number, q3[q] as number),
        })),
    );
    expect(gaps.filter(({ gap }) => gap > 0)).toHaveLength(Number(apart));
    expect(gaps.reduce((most, one) => (one.gap > most.gap ? one : most)).pair).toEqual([a, b]);
  });

  it('says every chapter in a sentence with numbers or classes in it', () => {
    const leads = [...text.matchAll(/<section[^>]*><h2[^>]*>([^<]*)<\/h2><p class="lead">(.*?)<\/p>/g)];
    expect(leads.length).toBeGreaterThan(8);
    for (const [, title, lead] of leads) expect(lead, title).toMatch(/\d/);
  });

  function fixtureTest(): { label: Uint16Array; predicted: Uint16Array; probabilities: Float32Array } {
    const table = fixture({ origin: 'selected', hidden: [16, 2] }).activations.matrices.get('test');
    return {
      label: table?.columns['label']?.data as Uint16Array,
      predicted: table?.columns['predicted']?.data as Uint16Array,
      probabilities: table?.columns['probabilities']?.data as Float32Array,
    };
  }
});

describe('a report of other data', () => {
  it('says loudly that another data set took the place of the wanted one', async () => {
    expect(index(await report({ views: [], fallback: { wanted: 'mnist', reason: 'no network' } }))).toContain(
      'These are not mnist figures.',
    );
  });
  it('shows components as images', async () => {
    expect(index(await report({ origin: 'components', hidden: [1], views: [] }))).toContain('component 1 as an image');
  });
  it('bears classes with names that every JavaScript object has', async () => {
    const text = index(
      await report({
        classes: ['constructor', 'toString', '__proto__', 'hasOwnProperty', '4'],
        hidden: [6, 2],
        views: [],
      }),
    );
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(text).toContain(`>${name}\u2060<`);
  });
  it('has room for long names and any number of classes: no more figures or cells than a page can hold', async () => {
    const classes = Array.from({ length: 300 }, (_, c) => `kind ${c} of a thing with a name as long as this`);
    const output = await report({ classes, train: 1500, test: 500, hidden: [30], views: ['hidden1-tsne'] });
    const text = index(output);
    expect(text.length).toBeLessThan(3e6);
    expect(text.match(/<td/g)?.length).toBeLessThan(20_000);
    expect(output.files.filter((file) => file.endsWith('.svg')).length).toBeLessThan(40);
    expect(text).toContain('kind 299 of a thing with a name as long as this');
    const figure = output.tables.get('figures/confusion-test');
    expect(Array.from(figure?.['images']?.values as number[]).reduce((a, b) => a + b, 0)).toBe(500);
    expect(Math.min(...(figure?.['images']?.values as number[]))).toBe(1);
  });
  it('shrinks large images', async () => {
    const text = index(
      await report({ side: 160, train: 60, validation: 10, test: 20, hidden: [3], views: ['hidden1-tsne'] }),
    );
    const sides = [...text.matchAll(/<img class="ink"[^>]*width="(\d+)"/g)].map((match) => Number(match[1]));
    expect(Math.min(...sides)).toBe(54);
    expect(text.length).toBeLessThan(2e6);
  });
  it('says that there are no test or validation images, and compares nothing with them', async () => {
    const inputs = fixture({ test: 0, validation: 0, views: [] });
    const evaluation = inputs.model.values.get('evaluation') as object;
    inputs.model.values.set('evaluation', {
      ...evaluation,
      test: { accuracy: null, loss: null },
      validation: { accuracy: null, loss: null },
    });
    const text = index((await runInMemory(stage, { params, inputs })).output);
    expect(text).toContain('There are no test images; of 600 training images 95.50% are classified right.');
    expect(text).toMatch(
      /There are no test images\. \d and \d are confused most: \d+ of the \d+ mistakes on training images/,
    );
    expect(text).toContain('There are no validation images; in 12 epochs');
    expect(text).toMatch(/Gap, training − test<\/dt><dd>–/);
    expect(/NaN|Infinity|undefined/.exec(text.replace(/<script[\s\S]*?<\/script>/g, ''))).toBeNull();
  });
  it('says that the net was validated on the test images', async () => {
    const inputs = fixture({ validation: 0, views: [] });
    inputs.activations.matrices.set(
      'validation',
      inputs.activations.matrices.get('test') as NonNullable<ReturnType<typeof inputs.activations.matrices.get>>,
    );
    const text = index((await runInMemory(stage, { params, inputs })).output);
    expect(text).toContain('The validation images are the test images themselves.');
    expect(text).toContain('used to test, and to validate');
    expect(text).not.toContain('kept for validation');
    expect(index(await report({ views: [] }))).not.toContain('The validation images are the test images');
  });
  it('leaves images and script out when not interactive', async () => {
    expect(index(await report({ views: [] }, { ...params, interactive: false }))).not.toContain('<script');
  });
});

const experiment = (name: string, given: Partial<ComparedExperiment> = {}): ComparedExperiment => ({
  name,
  net: '784-128-10',
  inputs: '784 pixels',
  params: 101770,
  train: 0.99,
  validation: 0.975,
  test: 0.974,
  bestEpoch: 4,
  epochs: 20,
  ...given,
});

describe('the volatile chapters', () => {
  const experiments = [
    experiment('exp3', { train: 0.986, validation: 0.976 }),
    experiment('exp4', { train: 0.995, validation: 0.978, test: 0.9 }),
    experiment('exp5', { train: 0.955, validation: 0.94, test: 0.999 }),
  ];

  it('recommends by validation, never by test', () => {
    const text = renderComparison(experiments, 'figures');
    expect(text).toContain('Recommended: exp4');
    expect(
      renderComparison(
        experiments.map((e) => ({ ...e, test: 1 - e.test })),
        'figures',
      ),
    ).toContain('Recommended: exp4');
  });
  it('have their places in the page, and say nothing where there is nothing to say', async () => {
    const text = index(await report({ views: [] }));
    expect(text).toMatch(/^<!--layerwise:times-->$/m);
    expect(text).toMatch(/^<!--layerwise:comparison-->$/m);
    expect(renderTimes([{ stage: 'train', seconds: 12.3, peakMemoryMB: 456 }])).toContain('id="times"');
    expect(renderComparison(experiments, 'figures')).toContain('id="comparison"');
    expect([renderTimes([]), renderComparison([experiment('one')], 'figures')]).toEqual(['', '']);
  });
  it('say whether size pays', () => {
    const sizes = [
      experiment('small', { params: 10, test: 0.9 }),
      experiment('middle', { params: 100, test: 0.99 }),
      experiment('large', { params: 1000, test: 0.95 }),
    ];
    expect(renderComparison(sizes, 'figures')).toContain(
      'Of 3 nets the largest, large (1,000 parameters), is number 2 by test accuracy (95.00%), the smallest, small (10 parameters), number 3 (90.00%).',
    );
    expect(renderComparison(experiments, 'figures')).toContain(
      'All 3 nets have 101,770 parameters; their test accuracy goes from 90.00% to 99.90%.',
    );
    expect(renderStudy({ study: 'one', experiments: sizes.slice(0, 1) })).toContain(
      'small reaches 90.00% test accuracy.',
    );
  });
  it('hold where an experiment has no test images', () => {
    const untested = experiments.map((e) => ({ ...e, test: null as unknown as number }));
    for (const text of [
      renderComparison(untested, 'figures'),
      renderStudy({ study: 'pipeline', experiments: untested }),
    ]) {
      expect(text).toContain('None of 3 experiments has test images');
      expect(text).toContain('Recommended: exp4');
      expect(text).not.toMatch(/NaN|Infinity/);
    }
  });
  it('say how far test accuracy spreads over seeds', () => {
    const spread = (mean: number, deviation: number) => ({
      mean,
      deviation,
      lowest: mean - 2 * deviation,
      highest: mean + deviation,
    });
    const seeds = {
      count: 5,
      range: '43 to 47',
      accuracy: { train: spread(0.99, 0.0011), validation: spread(0.9801, 0.0013), test: spread(0.9712, 0.0012) },
      loss: { train: spread(0.03, 0.001), validation: spread(0.08, 0.002), test: spread(0.0912, 0.0031) },
      runs: [0.9701, 0.9712, 0.9723].map((test, i) => ({ seed: 43 + i, test, validation: 0.98 })),
    };
    const text = renderComparison([experiment('exp3', { seeds }), experiment('exp4')], 'figures');
    for (const shown of [
      '<b>97.12 ± 0.12%</b><small>96.88% to 97.24%',
      '98.01%<small>± 0.13<',
      '99.00%<small>± 0.11<',
      '5 (43 to 47)',
      '97.12 ± 0.12<small>96.88 to 97.24',
      '98.01 ± 0.13<small>97.75 to 98.14',
      '0.0912 ± 0.0031<small>0.0850 to 0.0943',
    ])
      expect(text).toContain(shown);
    expect(accuracyFigure([experiment('exp3', { seeds }), experiment('exp4')])?.data).toMatchObject({
      experiment: { values: ['exp3', 'exp3', 'exp3', 'exp4'] },
      seeds: { values: [3, 3, 3, 1] },
      test: { values: Float64Array.of(0.9701, 0.9712, 0.9723, 0.974) },
    });
    const beside = renderSeeds(experiment('exp3', { seeds }));
    for (const shown of ['97.12% ± 0.12 points', '99.00 ± 0.11', '98.01 ± 0.13', '0.0300 ± 0.0010'])
      expect(beside).toContain(shown);
    expect(renderSeeds(experiment('exp4'))).toContain('Trained from a single seed');
  });
  it('name the slowest stage', () => {
    expect(
      renderTimes([
        { stage: 'train', seconds: 120, peakMemoryMB: 100 },
        { stage: 'embed', seconds: 3, peakMemoryMB: 400 },
      ]),
    ).toContain('took 2 min 3 s, 2 min 0 s of it in train; the largest, embed, used 400 MB');
  });
  it('make a page of a study, also of an empty one', () => {
    const text = renderStudy({
      study: 'pipeline',
      experiments: experiments.map((e) => ({ ...e, href: `../${e.name}/report/index.html` })),
    });
    expect(text).toContain('href="../exp4/report/index.html"');
    expect(renderStudy({ study: 'empty', experiments: [] })).toContain('No experiment');
  });
});
