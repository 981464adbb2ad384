/// <reference lib="dom" />
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/report';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../packages/report/test/fixture.js';
import { nodesArtifact } from '../packages/report/test/nodes-fixture.js';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
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
const HIDDEN = [60, 3];

describe.skipIf(!existsSync(executablePath))('the list of hidden nodes in a browser', () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const headings = (): Promise<string[]> => page.locator('#node-list-hidden1 summary b').allTextContents();

  beforeAll(async () => {
    const { output } = await runInMemory(stage, {
      inputs: { ...fixture({ hidden: HIDDEN, views: [] }), nodes: await nodesArtifact(HIDDEN) },
    });
    browser = await chromium.launch({ executablePath, args: ARGS });
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    const file = join(mkdtempSync(join(tmpdir(), 'layerwise-nodes-')), 'index.html');
    writeFileSync(file, output.blobs.get('index.html') as Uint8Array);
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(() => browser?.close());

  const controls = (list: string) => page.locator(list).locator('xpath=preceding-sibling::*[1]');

  it('shows every node once, a page at a time, those that cost most first', async () => {
    await page.locator('#node-list-hidden1').scrollIntoViewIfNeeded();
    await controls('#node-list-hidden1').waitFor();
    const seen = [await headings()];
    const next = controls('#node-list-hidden1').locator('button', { hasText: 'Next' });
    await next.click();
    seen.push(await headings());
    expect(seen.map(({ length }) => length)).toEqual([48, 12]);
    expect(seen.flat()).toEqual(Array.from({ length: 60 }, (_, i) => `Node ${59 - i}`));
    expect(await next.isDisabled()).toBe(true);
  });

  it('sorts, and draws the pictures of the nodes shown', async () => {
    await controls('#node-list-hidden1').locator('select').first().selectOption('number');
    expect((await headings()).slice(0, 3)).toEqual(['Node 0', 'Node 1', 'Node 2']);
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('#node-list-hidden1 canvas[data-tile="active,0"]');
      return canvas
        ?.getContext('2d')
        ?.getImageData(0, 0, canvas.width, canvas.height)
        .data.some((value) => value > 0);
    });
  });

  it('shows the nodes that stand for a class alone, and all again', async () => {
    const chip = controls('#node-list-hidden1').locator('.chips button', { hasText: '4s' });
    await chip.click();
    expect(await headings()).toEqual([4, 14, 24, 34, 44, 54].map((node) => `Node ${node}`));
    expect(await chip.getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('#node-1-4 .tile-words').textContent()).toContain('4s (90% of its strongest 60)');
    await chip.click();
    expect(await headings()).toHaveLength(48);
  });

  it('finds a node by its number and by a link, opens it, and keeps it in the address', async () => {
    const number = controls('#node-list-hidden1').locator('input');
    await number.fill('55');
    await number.press('Enter');
    const isOpen = (id: string): Promise<boolean> =>
      page.$eval(`#${id}`, (tile) => (tile as HTMLDetailsElement).open && tile.querySelector('.node-card') !== null);
    await page.locator('#node-1-55 .node-card').waitFor();
    expect(await isOpen('node-1-55')).toBe(true);
    await page.waitForFunction(() => location.hash === '#node-1-55');
    await page.evaluate(() => (location.hash = '#node-2-2'));
    await page.locator('#node-2-2 .node-card').waitFor();
    expect(await isOpen('node-2-2')).toBe(true);
    expect(await page.$eval('#node-2-2 summary', (summary) => document.activeElement === summary)).toBe(true);
  });

  it('leads from the matrix to nodes, by pointer and by keys', async () => {
    const field = page.locator('.matrix-field').first();
    await field.scrollIntoViewIfNeeded();
    const mark = field.locator('i');
    expect(await mark.isVisible()).toBe(false);
    const box = (await field.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + (2.5 * box.width) / 60, box.y + (7.5 * box.height) / 10);
    const told = page.locator('.matrix-told').first();
    expect(await mark.isVisible()).toBe(true);
    // Columns are in falling order in the fixture, rows in rising.
    expect(await told.textContent()).toMatch(/^Node 57, 7s: AUC 0\.90\. It stands for 7s \(90%/);
    await field.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    expect(await told.textContent()).toMatch(/^Node 56, 6s: AUC 0\.90\./);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector<HTMLDetailsElement>('#node-1-56')?.open);
    expect(faults).toEqual([]);
  });

  it('sorts a layer of one page too, and shows the weights of a layer on one scale', async () => {
    const list = page.locator('#node-list-hidden2');
    await list.scrollIntoViewIfNeeded();
    const own = controls('#node-list-hidden2');
    await own.waitFor();
    const names = (): Promise<string[]> => list.locator('summary b').allTextContents();
    expect(await own.locator('button', { hasText: 'Next' }).isVisible()).toBe(false);
    expect(await names()).toEqual(['Node 2', 'Node 1', 'Node 0']);
    await own.locator('select').first().selectOption('number');
    expect(await names()).toEqual(['Node 0', 'Node 1', 'Node 2']);
    for (const summary of await list.locator('summary').all()) await summary.click();
    await list.locator('.node-card').nth(2).waitFor();
    const faint = (): Promise<string[]> =>
      list
        .locator('.pictures > div:first-child canvas')
        .evaluateAll((all) => all.map((canvas) => getComputedStyle(canvas).opacity));
    expect(await faint()).toEqual(['1', '1', '1']);
    await own.locator('select').nth(1).selectOption('layer');
    const shares = await list
      .locator('.node-card')
      .evaluateAll((all) => all.map((card) => String(Number((card as HTMLElement).style.getPropertyValue('--share')))));
    expect(await faint()).toEqual(shares);
    expect(faults).toEqual([]);
  });
});
