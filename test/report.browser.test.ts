/// <reference lib="dom" />
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { ResultTable } from '@layerwise/contracts';
import { runInMemory } from '@layerwise/conformance';
import {
  accuracyFigure,
  renderComparison,
  renderSeeds,
  renderStudy,
  renderTimes,
  stage,
  type ComparedExperiment,
} from '@layerwise/report';
import { fixture } from '../packages/report/test/fixture.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const found = existsSync(executablePath);
if (!found)
  console.warn(
    `skipped: no browser at ${executablePath}; install Debian's chromium or set CHROMIUM_PATH to test reports in a browser`,
  );

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const spread = { mean: 0.91, deviation: 0.0123, lowest: 0.9, highest: 0.92 };
const compared: ComparedExperiment[] = ['exp1', 'exp2', 'exp3', 'exp4', 'exp5'].map((name, i) => ({
  name,
  net: `784-512-${256 + i}-10`,
  inputs: i === 4 ? '70 selected pixels' : '154 components',
  params: 800 * 3 ** i,
  train: 0.9 + i * 0.02,
  validation: 0.9 + i * 0.015,
  test: 0.9 + i * 0.014,
  published: 0.91,
  bestEpoch: 3,
  epochs: 20,
  seconds: 12,
  href: `../${name}/index.html`,
  current: i === 2,
  ...(i > 0 && {
    seeds: {
      count: 5,
      range: '43 to 47',
      accuracy: { train: spread, validation: spread, test: spread },
      loss: { train: spread, validation: spread, test: spread },
      runs: [0.9, 0.91, 0.92].map((test, n) => ({ seed: 43 + n, test, validation: test })),
    },
  }),
}));

describe.skipIf(!found)('a report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layerwise-report-'));
  let browser: Browser;

  beforeAll(async () => {
    const { output } = await runInMemory(stage, {
      params: { study: 'pipeline', experiment: 'exp5' },
      inputs: fixture({
        origin: 'selected',
        hidden: [16, 2],
        fallback: { wanted: 'mnist', reason: 'no network' },
        warnings: [{ code: 'DEAD_UNITS', message: '1 of 16 nodes never fires' }],
      }),
    });
    for (const [name, bytes] of output.blobs) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const index = join(folder, 'index.html');
    const chapters = {
      times: renderTimes([{ stage: 'train', seconds: 12, peakMemoryMB: 300 }]),
      comparison: renderComparison(compared, 'figures'),
      seeds: renderSeeds(compared[2] as ComparedExperiment),
    };
    writeFileSync(
      index,
      readFileSync(index, 'utf8')
        .replace('<!--layerwise:times-->', chapters.times)
        .replace('<!--layerwise:comparison-->', chapters.comparison)
        .replace('<!--layerwise:seeds-->', chapters.seeds),
    );
    writeFileSync(join(folder, 'study.html'), renderStudy({ study: 'pipeline', experiments: compared }));
    for (const extension of ['svg', 'vl.json', 'parquet'])
      writeFileSync(join(folder, 'figures', `${accuracyFigure(compared)?.name}.${extension}`), '');
    const many = await runInMemory(stage, {
      inputs: fixture({
        classes: Array.from({ length: 60 }, (_, c) => `kind ${c}`),
        test: 600,
        hidden: [8],
        side: 32,
        views: ['hidden1-tsne'],
      }),
    });
    writeFileSync(join(folder, 'many.html'), many.output.blobs.get('index.html') as Uint8Array);
    const evaluated = fixture({ origin: 'components', hidden: [1], views: [] });
    const history = evaluated.model.tables.get('history') as ResultTable;
    const clean = Object.fromEntries(
      ['cleanLoss', 'cleanAccuracy', 'cleanValLoss', 'cleanValAccuracy', 'testLoss', 'testAccuracy'].map((name) => [
        name,
        history['loss'] as ResultTable[string],
      ]),
    );
    evaluated.model.tables.set('history', { ...history, ...clean });
    const components = await runInMemory(stage, { inputs: evaluated });
    for (const [name, bytes] of components.output.blobs)
      writeFileSync(join(folder, name === 'index.html' ? 'components.html' : name), bytes);
    for (const name of [...output.tables.keys(), ...components.output.tables.keys()])
      writeFileSync(join(folder, `${name}.parquet`), '');
    browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page and lists what it complained of and asked for. */
  async function open(
    file: string,
    options: { width?: number; scheme?: 'light' | 'dark'; javaScript?: boolean } = {},
  ): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
    const { width = 1440, scheme = 'light', javaScript = true } = options;
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      javaScriptEnabled: javaScript,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${join(folder, file)}`);
    return { page, complaints, requests };
  }

  it.each(['index.html', 'study.html'])('%s complains of nothing and asks for nothing', async (file) => {
    const { page, complaints, requests } = await open(file);
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([`file://${join(folder, file)}`]);
    await page.context().close();
  });

  it('draws nothing below the screen until it is scrolled to', async () => {
    const { page } = await open('index.html');
    const drawn = (section: string): Promise<boolean> =>
      page.$eval(`#${section} svg`, (svg) => svg.checkVisibility({ contentVisibilityAuto: true }));
    expect(await page.$eval('#metrics table', (table) => table.checkVisibility({ contentVisibilityAuto: true }))).toBe(
      true,
    );
    expect([
      await drawn('maps'),
      await drawn('activations'),
      await page.locator('.node-grid .controls').count(),
    ]).toEqual([false, false, 0]);
    await page.locator('#activations h3').first().scrollIntoViewIfNeeded();
    await page.locator('.node-grid .controls').first().waitFor();
    expect(await drawn('activations')).toBe(true);
    await page.context().close();
  });

  it('lists every chapter that is there, those put in later among them', async () => {
    const { page } = await open('index.html');
    const links = await page.$$eval('nav a', (all) =>
      all.filter((link) => link.checkVisibility()).map((link) => link.getAttribute('href')),
    );
    expect(links).toEqual(await page.$$eval('main section', (all) => all.map(({ id }) => `#${id}`)));
    expect(links).toEqual(expect.arrayContaining(['#times', '#comparison']));
    await page.context().close();
  });

  it.each([1440, 390])('leads to the heading of a chapter at %d px, whatever is drawn on the way', async (width) => {
    const { page } = await open('index.html', { width });
    for (const id of ['probabilities', 'activations', 'maps', 'data', 'confusion']) {
      await page.locator(`nav a[href="#${id}"]`).evaluate((link) => (link as HTMLElement).click());
      await page.waitForTimeout(400);
      expect(Math.abs(await page.$eval(`#${id}`, (chapter) => chapter.getBoundingClientRect().top)), id).toBeLessThan(
        40,
      );
    }
    await page.context().close();
  });

  it('shows the images of a cell of a matrix of many classes', async () => {
    const { page } = await open('many.html');
    const figure = page.locator('figure[data-matrix="test"]');
    await figure.scrollIntoViewIfNeeded();
    const place = await figure.locator('svg').evaluate((svg) => {
      const [left, top, side] = (svg.parentElement?.dataset['plot'] ?? '').split(',').map(Number) as [
        number,
        number,
        number,
      ];
      const box = svg.getBoundingClientRect();
      const scale = box.width / (svg as unknown as { viewBox: { baseVal: { width: number } } }).viewBox.baseVal.width;
      return { x: (left + (7.5 * side) / 60) * scale, y: (top + (7.5 * side) / 60) * scale };
    });
    await figure.locator('svg').click({ position: place });
    expect(await page.locator('.cell-images p').textContent()).toMatch(/^kind 7, recognised: \d+ test images?$/);
    expect(await page.locator('.cell-images canvas').count()).toBeGreaterThan(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1440);
    await page.context().close();
  });

  it('draws every figure and decodes every image', async () => {
    const { page } = await open('index.html');
    const figures = await page.$$eval('figure.plot', (all) =>
      all.map((figure) => ({
        name: figure.textContent?.slice(0, 40),
        marks: figure.querySelectorAll('svg path, svg image, svg circle, svg line').length,
        height: figure.querySelector('svg')?.getBoundingClientRect().height ?? 0,
      })),
    );
    expect(figures.length).toBeGreaterThan(15);
    expect(figures.filter(({ marks, height }) => marks < 3 || height < 60)).toEqual([]);
    const broken = await page.$$eval('img', (all) =>
      Promise.all(
        all.map((image) =>
          image.decode().then(
            () => '',
            () => image.alt,
          ),
        ),
      ).then((names) => names.filter(Boolean)),
    );
    expect(broken).toEqual([]);
    await page.context().close();
  });

  it.each(['index.html', 'components.html'])(
    '%s keeps every figure that it shows: an image, a specification, its numbers',
    async (file) => {
      const { page } = await open(file);
      const shown = await page.$$eval('main section:not(#nodes, #draw) :is(img, svg, canvas)', (all) =>
        all
          .filter((image) => !image.closest('table'))
          .map((image) => ({
            what: `${image.closest('section')?.id}: ${image.getAttribute('alt') ?? image.getAttribute('aria-label') ?? image.parentElement?.className}`,
            figure: image.closest('[data-figure]')?.getAttribute('data-figure'),
            files: Array.from(
              image.closest('[data-figure]')?.querySelectorAll('.files a') ?? [],
              (link) => link.getAttribute('href') as string,
            ),
          })),
      );
      expect(shown.length).toBeGreaterThan(100);
      expect(shown.filter(({ figure }) => !figure)).toEqual([]);
      for (const { what, files } of shown) {
        expect(
          files.map((name) => (/\.(vl\.json|[a-z]+)$/.exec(name)?.[1] ?? name).replace('png', 'svg')).sort(),
          what,
        ).toEqual(['parquet', 'svg', 'vl.json']);
        for (const name of files) expect(existsSync(join(folder, name)), name).toBe(true);
      }
      await page.context().close();
    },
  );

  it.each([
    ['index.html', 390],
    ['study.html', 390],
    ['index.html', 768],
    ['study.html', 768],
    ['many.html', 390],
    ['components.html', 390],
  ])('%s does not scroll sideways at %d px, also with everything unfolded', async (file, width) => {
    const { page } = await open(file, { width });
    await page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.context().close();
  });

  it.each([
    ['index.html', 1440],
    ['study.html', 1440],
    ['index.html', 1120],
    ['study.html', 940],
    ['index.html', 390],
    ['components.html', 390],
  ])('%s has room for its tables at %d px', async (file, width) => {
    const { page } = await open(file, { width });
    await page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
    const wide = await page.$eval('main', (main) =>
      Array.from(main.querySelectorAll('table'))
        .filter((table) => table.getBoundingClientRect().right > main.getBoundingClientRect().right + 1)
        .map((table) => table.caption?.textContent),
    );
    expect(wide).toEqual([]);
    await page.context().close();
  });

  it.each(['index.html', 'study.html'])('%s uses the width of a desktop', async (file) => {
    const { page } = await open(file);
    expect(await page.$eval('main', (main) => main.getBoundingClientRect().width)).toBeGreaterThan(850);
    await page.context().close();
  });

  it('shows the digit under the pointer on a map', async () => {
    const { page, complaints } = await open('index.html');
    const map = page.locator('figure[data-map="hidden1-tsne"] svg');
    await map.evaluate((svg) => svg.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const place = await map.evaluate((svg) => {
      const [left, top, side] = (svg.parentElement?.dataset['plot'] ?? '').split(',').map(Number) as [
        number,
        number,
        number,
      ];
      const box = svg.getBoundingClientRect();
      const scale = box.width / (svg as unknown as { viewBox: { baseVal: { width: number } } }).viewBox.baseVal.width;
      return { x: box.left + (left + side / 2) * scale, y: box.top + (top + side / 2) * scale, side: side * scale };
    });
    const tip = page.locator('.tip');
    for (let step = 0; step < 20 && !(await tip.isVisible()); step++)
      await page.mouse.move(place.x + place.side * 0.38 * Math.cos(step), place.y + place.side * 0.38 * Math.sin(step));
    expect(await tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toMatch(/^training image \d+: \d/);
    await page.waitForFunction(
      "Array.from(document.querySelector('.tip canvas').getContext('2d').getImageData(0, 0, 28, 28).data).some((value) => value > 100)",
    );
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows the images of a clicked confusion cell', async () => {
    const { page } = await open('index.html');
    const cell = page.locator('td[data-cell="test,3,3"] button');
    const total = Number(await cell.textContent());
    await cell.click();
    expect(await page.locator('.cell-images p').textContent()).toBe(`3, recognised: ${total} test images`);
    expect(await page.locator('.cell-images canvas').count()).toBe(Math.min(25, total));
    await page.context().close();
  });

  it('sorts and pages the nodes of a layer', async () => {
    const { page } = await open('index.html');
    const grid = page.locator('.node-grid').first();
    await grid.scrollIntoViewIfNeeded();
    await grid.getByLabel('Sort by').selectOption('number');
    expect(await grid.locator('figcaption').first().textContent()).toMatch(/^node 0 /);
    await grid.getByRole('button', { name: 'Next' }).click();
    expect(await grid.locator('figcaption').first().textContent()).toMatch(/^node 12 /);
    expect(await grid.locator('figure').count()).toBe(4);
    await page.context().close();
  });

  it('shows texts, tables and figures without scripts', async () => {
    const { page } = await open('index.html', { javaScript: false });
    expect(await page.locator('section').count()).toBeGreaterThan(10);
    expect(await page.locator('.node svg').first().isVisible()).toBe(true);
    expect(await page.locator('td[data-cell="test,3,3"]').textContent()).toMatch(/^\d+$/);
    await page.context().close();
  });

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  it.each([
    ['index.html', 'light'],
    ['index.html', 'dark'],
    ['study.html', 'light'],
  ] as const)('%s has no serious accessibility violation in %s', async (file, scheme) => {
    const { page } = await open(file, { scheme });
    await page.evaluate(axe);
    const { violations } = (await page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    };
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.length} such as ${nodes[0]?.html.slice(0, 160)}`)).toEqual(
      [],
    );
    await page.context().close();
  });
});
