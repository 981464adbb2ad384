import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { stage as classesStage } from '@layerwise/classes';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { stage as nodesStage } from '@layerwise/nodes';
import { stage } from '@layerwise/report';
import {
  imageOf,
  K,
  P,
  ROWS,
  SIDE,
  smallExperiment,
  type SmallExperiment,
} from '../packages/classes/test/experiment.js';
import { around, NAMES, rowsOf, withoutTags, type Row } from './small-report.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

describe.each([
  ['one hidden layer', [{ units: 6, activation: 'relu' }]],
  [
    'two hidden layers',
    [
      { units: 6, activation: 'relu' },
      { units: 12, activation: 'relu' },
    ],
  ],
] as const)('the chapter on classes, of a net of %s', (_name, hidden) => {
  let experiment: SmallExperiment;
  let classes: MemoryArtifact;
  let text: string;
  let output: MemoryArtifact;
  const panel = (c: number): string =>
    new RegExp(`<article class="class-panel" id="class-${NAMES[c]}"[^]*?</article>`).exec(text)?.[0] ?? '';

  beforeAll(async () => {
    experiment = await smallExperiment('pixels', hidden);
    const inputs = await around(experiment);
    ({ output: classes } = await runInMemory(classesStage, {
      inputs: experiment.inputs,
      params: { pixels: 2, draws: 5 },
    }));
    const { output: nodes } = await runInMemory(nodesStage, { inputs: experiment.inputs });
    ({ output } = await runInMemory(stage, { inputs: { ...inputs, classes, nodes } }));
    text = new TextDecoder().decode(output.blobs.get('index.html'));
  });

  it('stands first, with a link to a panel of each class', () => {
    expect(text.indexOf('<section id="classes"')).toBeGreaterThan(text.indexOf('class="tiles"'));
    expect(text.indexOf('<section id="classes"')).toBeLessThan(text.indexOf('<section id="metrics"'));
    for (const name of NAMES) {
      expect(text).toContain(`<a href="#class-${name}">`);
      expect(text.match(new RegExp(`id="class-${name}"`, 'g'))).toHaveLength(1);
    }
  });

  it('says of what tells a class from its rival what the maps by pixel hold', async () => {
    const { columns } = await classes.matrix('rivals');
    for (const { class: c, rival } of rowsOf(await classes.table('classes'))) {
      const row = Array.from({ length: K * K }, (_, i) => i).find(
        (i) => columns['class']?.data[i] === c && columns['rival']?.data[i] === rival,
      ) as number;
      const positive = (name: string): number =>
        Array.from({ length: P }, (_, p) => Math.max(0, columns[name]?.data[row * P + p] ?? NaN)).reduce(
          (a, b) => a + b,
        );
      const [ink, absence] = [positive('ink'), positive('absence')];
      const larger = Math.max(ink, absence) / (ink + absence);
      const [, told] = /<p class="says">([^<]*)</.exec(panel(Number(c))) ?? [];
      expect(told).toMatch(new RegExp(`^An? ${NAMES[Number(c)]} is told from an? ${NAMES[Number(rival)]} by `));
      expect(told).toMatch(
        new RegExp(`: ${absence >= ink ? 'the absence of ink' : 'ink'} is ${(100 * larger).toFixed(0)}% of what`),
      );
    }
  });

  it('says how many held images are told as the rival after the change, and shows it', async () => {
    const [{ columns }, { label, predicted }] = [await classes.matrix('changes'), experiment.splits.test];
    for (const { class: index, rival: other } of rowsOf(await classes.table('classes'))) {
      const [c, rival] = [Number(index), Number(other)];
      const marks = Array.from({ length: P }, (_, p) => columns['pixels']?.data[c * P + p]);
      const rows = Array.from({ length: ROWS.test }, (_, r) => r).filter((r) => label[r] === c && predicted[r] === c);
      const told = rows.map((r) => {
        const image = Array.from(imageOf(experiment.splits.test, r), (value, p) =>
          marks[p] === 1 ? 0 : marks[p] === 2 && value < 0.6 ? 0.6 : value,
        );
        const logits = experiment.run(image)[hidden.length];
        return logits.indexOf(Math.max(...logits));
      });
      const turned = told.filter((k) => k === rival).length / rows.length;
      const words = withoutTags(panel(c));
      expect(words).toContain(`told right; elsewhere: as much change at other pixels`);
      expect(words).toContain(`of ${rows.length} test ${NAMES[c]}s told right`);
      const row = /<tr><th scope="row">\d+ pixels erased, \d+ inked<\/th><td[^>]*>([\d.]+)%/.exec(panel(c));
      expect(Number(row?.[1])).toBeCloseTo(100 * turned, turned < 0.01 ? 2 : 1);
      const shown = Array.from({ length: Math.min(6, rows.length) }, (_, i) =>
        Math.floor((i * rows.length) / Math.min(6, rows.length)),
      );
      const [list] = /<ol class="digits pairs before-after">[^]*?<\/ol>/.exec(panel(c)) ?? [''];
      expect([...list.matchAll(/<span>(\w) → <b>(\w)<\/b>/g)].map(([, from, to]) => [from, to])).toEqual(
        shown.map((i) => [NAMES[c], NAMES[told[i]]]),
      );
    }
  });

  it('ranks the nodes by evidence, and says which of them speak by silence', async () => {
    const means = (await classes.matrix('means')).columns;
    const nodes = rowsOf(await classes.table('nodes'));
    for (let c = 0; c < K; c++) {
      const lists = [...panel(c).matchAll(/<ol class="digits maps carriers">([^]*?)<\/ol>/g)].map(([, list]) => list);
      expect(lists).toHaveLength(hidden.length);
      for (const [l, list] of lists.entries()) {
        const wanted = nodes
          .filter((one) => one['layer'] === l + 1 && one['class'] === c && Number(one['evidence']) > 0)
          .sort((a, b) => Number(b['evidence']) - Number(a['evidence']))
          .slice(0, 10)
          .map((one) => Number(one['node']));
        const items = [
          ...list.matchAll(
            /<li>(<img[^>]*>)<b><a href="#node-[\d-]+">(\d+)<\/a><\/b> ([^<]*)<small>by (\w+)<\/small><small>most for (\w)s/g,
          ),
        ];
        expect(items.map(([, , node]) => Number(node))).toEqual(wanted);
        for (const [, , node, , by, home] of items) {
          const { units } = hidden[l];
          const own = Array.from(
            { length: K },
            (_, k) => means[`hidden${l + 1}`]?.data[k * units + Number(node)] ?? NaN,
          );
          expect(NAMES[own.indexOf(Math.max(...own))]).toBe(home);
          const row = nodes.find((one) => one['layer'] === l + 1 && one['class'] === c && one['node'] === Number(node));
          expect(by).toBe(Number(row?.['weight']) > 0 ? 'firing' : 'silence');
        }
      }
    }
  });

  /** Logits of a test image, computed apart. */
  const logits = (r: number): number[] => Array.from(experiment.run(imageOf(experiment.splits.test, r))[hidden.length]);

  it('shows the ways in which a class is written, and the least changes of single images', async () => {
    const [ways, least] = [rowsOf(await classes.table('ways')), rowsOf(await classes.table('least'))];
    const { label } = experiment.splits.train;
    for (let c = 0; c < K; c++) {
      const own = ways.filter((way) => way['class'] === c);
      const all = label.filter((one) => one === c).length;
      const [list] = /<ol class="digits ways">[^]*?<\/ol>/.exec(panel(c)) ?? [''];
      const shares = [...list.matchAll(/<b>(\d+)%<\/b>/g)].map(([, value]) => Number(value));
      expect(shares).toEqual(own.length === 1 ? [] : own.map(({ rows }) => Math.round((100 * Number(rows)) / all)));
      if (own.length === 1) expect(withoutTags(panel(c))).toContain(`The ${NAMES[c]}s are written in one way`);
      const turned = least.filter((change) => change['class'] === c);
      const [shown] = /<ol class="digits least">[^]*?<\/ol>/.exec(panel(c)) ?? [''];
      const told = [...shown.matchAll(/test image (\d+), [^]*?→ <b>(\w)<\/b><\/span>\s*<small>length ([\d.]+)/g)];
      expect(told.map(([, id, as, length]) => [Number(id), as, length])).toEqual(
        turned.map(({ id, rival, length }) => [id, NAMES[Number(rival)], Number(length).toFixed(2)]),
      );
    }
    expect(least.length).toBeGreaterThan(0);
  });

  it('shows the images that are told wrongly, the most wrong first', () => {
    const { label, predicted } = experiment.splits.test;
    for (let c = 0; c < K; c++) {
      const wrong = Array.from({ length: ROWS.test }, (_, r) => r).filter((r) => label[r] === c && predicted[r] !== c);
      const [list] = /<ol class="digits wrong">[^]*?<\/ol>/.exec(panel(c)) ?? [''];
      const shown = [...list.matchAll(/<li>[^]*?<span>(\w) → <b>(\w)<\/b>/g)].map(([, from, to]) => [from, to]);
      const margin = (r: number): number => (logits(r)[predicted[r]] ?? NaN) - (logits(r)[c] ?? NaN);
      const wanted = wrong.sort((a, b) => margin(b) - margin(a)).slice(0, 8);
      expect(shown).toEqual(wanted.map((r) => [NAMES[c], NAMES[predicted[r] ?? -1]]));
      if (wrong.length > 0)
        expect(withoutTags(panel(c))).toContain(
          `${wrong.length} test image${wrong.length === 1 ? '' : 's'} of the ${NAMES[c]}s ${wrong.length === 1 ? 'is' : 'are'} told wrongly`,
        );
    }
  });

  it('has the test by pixels and recall without nodes of all classes in two tables', async () => {
    const cells = (caption: string): string[][] => {
      const [table] = new RegExp(`<table class="stack"><caption>${caption}[^]*?</table>`).exec(text) ?? [''];
      return [...table.matchAll(/<tr><th scope="row">(\w)<\/th>([^]*?)<\/tr>/g)].map(([, name, rest]) => [
        name as string,
        ...[...(rest as string).matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell as string),
      ]);
    };
    const close = (shown: string | undefined, value: number): void =>
      Number.isNaN(value) ? expect(shown).toContain('–') : expect(parseFloat(shown ?? '')).toBeCloseTo(value, 0);
    const changes = rowsOf(await classes.table('changes')).filter(({ kind }) => kind === 'pixels');
    const controls = rowsOf(await classes.table('controls'));
    const tests = cells('Test images told right that are told as the rival');
    expect(tests.map(([name]) => name)).toEqual(NAMES);
    for (const [name, rival, , told, , elsewhere, gained, untrained] of tests) {
      const c = NAMES.indexOf(name as string);
      const own = changes.find((change) => change['class'] === c) as Row;
      const control = controls.find((one) => one['class'] === c && one['net'] === 'untrained') as Row;
      expect(rival).toBe(NAMES[Number(own['rival'])]);
      expect(parseFloat(told as string)).toBeCloseTo(100 * Number(own['toldRival']), 0);
      const trained = controls.find((one) => one['class'] === c && one['net'] === 'trained') as Row;
      close(gained?.replace('−', '-'), 100 * Number(trained['gained']));
      close(untrained?.replace('−', '-'), 100 * Number(control['gained']));
      if (Number(own['draws']) > 0)
        expect(parseFloat(elsewhere as string)).toBeCloseTo(100 * Number(own['drawsRival']), 0);
    }
    const weak = changes.filter(
      ({ draws, toldRival, drawsRival }) =>
        !(Number(draws) > 0 && Number(toldRival) > 0 && Number(toldRival) / Number(drawsRival) >= 10),
    );
    expect(withoutTags(text).includes('In each class the change does at least 10 times')).toBe(weak.length === 0);
    for (const { class: c } of weak)
      expect(withoutTags(text)).toMatch(
        new RegExp(`For the [^:]*${NAMES[Number(c)]}s[^:]* the change does less than 10`),
      );

    const removals = rowsOf(await classes.table('removals'));
    const last = Math.max(...removals.map(({ layer }) => Number(layer)));
    const without = cells('Test images told right without the nodes');
    expect(without.map(([name]) => name)).toEqual(NAMES);
    for (const [c, [, whole, first]] of without.entries()) {
      const at = (by: string, nodes: number): number =>
        100 *
        Number(
          removals.find(
            (one) => one['layer'] === last && one['class'] === c && one['by'] === by && one['nodes'] === nodes,
          )?.['recall'],
        );
      close(whole, at('none', 0));
      close(first, at('evidence', 1));
      close(first?.split('(')[1], at('random', 1));
    }
  });

  it('tells each node in a line that agrees with its strongest images and its weights', () => {
    const { label } = experiment.splits.train;
    const rows = Array.from({ length: ROWS.train }, (_, r) => r);
    const values = rows.map((r) => experiment.run(imageOf(experiment.splits.train, r)));
    for (const [l, { units }] of hidden.entries()) {
      const { lines, standsFor } = JSON.parse(
        new RegExp(`id="nodes-hidden${l + 1}">([^<]*)<`).exec(text)?.[1] ?? '',
      ) as { lines: string[]; standsFor: number[][] };
      expect(lines).toHaveLength(units);
      expect(lines.filter((line) => line.includes('of its strongest')).length).toBeGreaterThan(units / 2);
      for (const [node, line] of lines.entries()) {
        const [, named, share, of] = /^(.*?) \((\d+)% of its strongest (\d+)\)/.exec(line) ?? [];
        if (named === undefined) {
          expect(new Set(values.map((sums) => sums[l]?.[node])).size, line).toBe(1);
          continue;
        }
        const classes = [...named.matchAll(/(\w)s/g)].map(([, name]) => NAMES.indexOf(name as string));
        expect(classes).toEqual(standsFor[node]);
        const strongest = [...rows]
          .sort((a, b) => (values[b]?.[l]?.[node] ?? 0) - (values[a]?.[l]?.[node] ?? 0))
          .slice(0, Number(of));
        const count = (c: number): number => strongest.filter((r) => label[r] === c).length;
        const all = classes.reduce((sum, c) => sum + count(c), 0) / strongest.length;
        expect(Math.abs(Number(share) - 100 * all), line).toBeLessThan(1);
        for (const c of classes)
          for (const other of [0, 1, 2].filter((k) => !classes.includes(k)))
            expect(count(c), line).toBeGreaterThanOrEqual(count(other));
        if (l < hidden.length - 1) continue;
        const at = (value: number): number[] =>
          experiment.onward(
            l,
            Array.from({ length: units }, (_, h) => (h === node ? value : 0)),
          )[0] as number[];
        const raw = at(1).map((logit, k) => logit - (at(0)[k] ?? NaN));
        const weight = raw.map((w) => w - raw.reduce((sum, value) => sum + value, 0) / K);
        const said = (way: RegExp): number[] =>
          [...(way.exec(line)?.[1] ?? '').matchAll(/(\w)s/g)].map(([, name]) => NAMES.indexOf(name as string));
        for (const [pushed, sign] of [
          [said(/pushes towards ([^,;]*(?:, (?!away)[^,;]*)*)/), 1],
          [said(/away from (.*)$/), -1],
        ] as const) {
          const most = Math.max(...weight.map((w) => sign * w));
          expect([...pushed].sort(), line).toEqual(
            [0, 1, 2].filter((k) => most > 0 && sign * (weight[k] ?? NaN) >= most / 2),
          );
        }
      }
    }
  });

  it('shows the pairs that are confused most', () => {
    const { label, predicted } = experiment.splits.test;
    const told = (c: number, as: number): number =>
      Array.from({ length: ROWS.test }, (_, r) => r).filter((r) => label[r] === c && predicted[r] === as).length;
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([a, b]) => ({ a, b, both: told(a, b) + told(b, a) }));
    const wanted = pairs.filter(({ both }) => both > 0).sort((x, y) => y.both - x.both);
    const found = [...text.matchAll(/<details class="class-pair"><summary>(.*?)<\/summary>/g)].map(
      ([, words]) => words,
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(found).toEqual(
      wanted.map(
        ({ a, b, both }) =>
          `${NAMES[a]}s and ${NAMES[b]}s: ${both} test image${both === 1 ? '' : 's'} taken for the other ` +
          `(${told(a, b)} ${NAMES[a]}s, ${told(b, a)} ${NAMES[b]}s)`,
      ),
    );
  });

  it('gives the page a map of every pair, in a sheet', async () => {
    const { pairs } = JSON.parse(/id="rivals">([^<]*)</.exec(text)?.[1] ?? '') as {
      pairs: { rival: number; tile: number; sentence: string }[][];
    };
    expect(pairs.map((own) => own.length)).toEqual([2, 2, 2]);
    expect(pairs.flat().map(({ tile }) => tile)).toEqual([0, 1, 2, 3, 4, 5]);
    const table = rowsOf(await classes.table('classes'));
    expect(pairs.map(([first]) => first.rival)).toEqual(table.map(({ rival }) => rival));
    const sheet = output.blobs.get('figures/classes-evidence.png') as Buffer;
    expect([Buffer.from(sheet).readUInt32BE(16), Buffer.from(sheet).readUInt32BE(20)]).toEqual([10 * SIDE, SIDE]);
  });

  it.skipIf(!existsSync(executablePath))('says which parts of a panel another rival changes', async () => {
    const table = rowsOf(await classes.table('classes'));
    const main = NAMES[Number(table[0]?.['rival'])] as string;
    const other = NAMES.find((name) => name !== NAMES[0] && name !== main) as string;
    const folder = mkdtempSync(join(tmpdir(), 'layerwise-rivals-'));
    writeFileSync(join(folder, 'index.html'), text);
    const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
    try {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(join(folder, 'index.html')).href);
      const own = page.locator(`#class-${NAMES[0]}`);
      const parts = async (): Promise<string[]> => [
        ...(await own.locator('.says, .pair-figures, .class-pictures .class-map figcaption').allTextContents()),
      ];
      const [before, rest] = [await parts(), await own.locator('.class-test').innerHTML()];
      expect(await own.locator('.scope').isVisible()).toBe(false);
      await own.locator('select').selectOption(other);
      const after = await parts();
      for (const [i, words] of after.entries()) expect(words).not.toBe(before[i]);
      expect(after[1]).toMatch(new RegExp(`is told from an? ${other} by`));
      expect(await own.locator('.class-test').innerHTML()).toBe(rest);
      expect(await own.locator('.scope').textContent()).toBe(
        `Sentence, map and the figures of the pair are now about the ${other}s. ` +
          `The nodes and the images below are the same, and the test is still the one against the ${main}s.`,
      );
      await own.locator('select').selectOption(main);
      expect(await own.locator('.scope').isVisible()).toBe(false);
      expect(await parts()).toEqual(before);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  });
});

it('the lead compares no nodes with others where there are none', async () => {
  const lead = async (units: number): Promise<string> => {
    const experiment = await smallExperiment('pixels', [{ units, activation: 'relu' }]);
    const inputs = await around(experiment);
    const { output: classes } = await runInMemory(classesStage, { inputs: experiment.inputs, params: { draws: 3 } });
    const { output } = await runInMemory(stage, { inputs: { ...inputs, classes } });
    const text = new TextDecoder().decode(output.blobs.get('index.html'));
    return /<section id="classes".*?<p class="lead">(.*?)<\/p>/s.exec(text)?.[1] ?? '';
  };
  expect(await lead(1)).toMatch(/^Ink that is not there/);
  expect(await lead(24)).toMatch(/^Without the 10 nodes that carry them only/);
});

it('says what other seeds confirm, or that there is but one', async () => {
  const experiment = await smallExperiment('pixels', [{ units: 6, activation: 'tanh' }]);
  const words = async (more: Record<string, MemoryArtifact>): Promise<string> => {
    const { output: classes } = await runInMemory(classesStage, {
      inputs: { ...experiment.inputs, ...more },
      params: { draws: 2, seeds: [44] },
    });
    const { output } = await runInMemory(stage, { inputs: { ...(await around(experiment)), classes } });
    return withoutTags(new TextDecoder().decode(output.blobs.get('index.html')));
  };
  expect(await words({})).toContain('One seed');
  // The same net as if it came from another seed: every node has its twin in itself.
  const twice = await words({ repeat2: experiment.inputs.model });
  expect(twice).toContain('What other seeds confirm');
  expect(twice).toMatch(/The same most frequent rival in all 2 trainings: all 3 classes\./);
  expect(twice).toMatch(/correlate by 0\.7 or more with each further training(?:'|&#39;)s: all 3 classes\./);
  expect(twice).toMatch(
    /Of the 6 nodes of the last hidden layer, those with a twin[^:]*: 6 in seed 44 and \d in the untrained net\./,
  );
  expect(twice).not.toContain('One seed');
  expect(twice).not.toContain('repeat2');
}, 60_000);

it('a report of an experiment without the artifact has no such chapter', async () => {
  const inputs = await around(await smallExperiment('pixels', [{ units: 6, activation: 'relu' }]));
  const { output } = await runInMemory(stage, { inputs });
  const text = new TextDecoder().decode(output.blobs.get('index.html'));
  expect(text).not.toContain('id="classes"');
  expect(text).toContain('id="metrics"');
});
