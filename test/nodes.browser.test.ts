/// <reference lib="dom" />
import { existsSync } from 'node:fs';
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
const HIDDEN = [30, 3];

describe.skipIf(!existsSync(executablePath))('the list of hidden nodes in a browser', () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const headings = (): Promise<string[]> => page.locator('#node-list-hidden1 figcaption b').allTextContents();

  beforeAll(async () => {
    const { output } = await runInMemory(stage, {
      inputs: { ...fixture({ hidden: HIDDEN, views: [] }), nodes: await nodesArtifact(HIDDEN) },
    });
    browser = await chromium.launch({ executablePath, args: ARGS });
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.on('pageerror', (error) => faults.push(error.message));
    await page.setContent(new TextDecoder().decode(output.blobs.get('index.html')));
  });
  afterAll(() => browser?.close());

  it('turns pages, each node once', async () => {
    const seen = [await headings()];
    await page.locator('#node-list-hidden1').scrollIntoViewIfNeeded();
    for (let i = 0; i < 2; i++) {
      await page.locator('#nodes .controls button', { hasText: 'Next' }).click();
      seen.push(await headings());
    }
    expect(seen.flat()).toEqual(Array.from({ length: 30 }, (_, i) => `Node ${29 - i}`));
    expect(await page.locator('#nodes .controls button', { hasText: 'Next' }).isDisabled()).toBe(true);
  });

  it('sorts, and draws the pictures of the nodes shown', async () => {
    await page.locator('#nodes .controls select').first().selectOption('number');
    expect((await headings()).slice(0, 3)).toEqual(['Node 0', 'Node 1', 'Node 2']);
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('#node-list-hidden1 canvas[data-tile="weights,0"]');
      return canvas
        ?.getContext('2d')
        ?.getImageData(0, 0, canvas.width, canvas.height)
        .data.some((value) => value > 0);
    });
    expect(faults).toEqual([]);
  });

  it('sorts a layer of one page too, and shows the weights of a layer on one scale', async () => {
    const list = page.locator('#node-list-hidden2');
    await list.scrollIntoViewIfNeeded();
    const controls = list.locator('xpath=preceding-sibling::*[1][contains(@class, "controls")]');
    await controls.waitFor();
    expect(await controls.locator('button').count()).toBe(0);
    expect(await list.locator('figcaption b').allTextContents()).toEqual(['Node 2', 'Node 1', 'Node 0']);
    await controls.locator('select').first().selectOption('number');
    expect(await list.locator('figcaption b').allTextContents()).toEqual(['Node 0', 'Node 1', 'Node 2']);
    const faint = (): Promise<string[]> =>
      list
        .locator('.pictures > div:first-child canvas')
        .evaluateAll((all) => all.map((canvas) => getComputedStyle(canvas).opacity));
    expect(await faint()).toEqual(['1', '1', '1']);
    await controls.locator('select').nth(1).selectOption('layer');
    const shares = await list
      .locator('.node-card')
      .evaluateAll((all) => all.map((card) => String(Number((card as HTMLElement).style.getPropertyValue('--share')))));
    expect(await faint()).toEqual(shares);
    expect(faults).toEqual([]);
  });
});
