/// <reference lib="dom" />
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stage as activations } from '@layerwise/activations';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { column, type AnyStage } from '@layerwise/contracts';
import { stage as embed } from '@layerwise/embed';
import { stage as ingest } from '@layerwise/ingest';
import { respond, type TrainedNet } from '@layerwise/nets';
import { stage as preprocess } from '@layerwise/preprocess';
import { stage as forest } from '@layerwise/reduce-forest';
import { stage as pca } from '@layerwise/reduce-pca';
import { stage as report } from '@layerwise/report';
import { stage as train } from '@layerwise/train';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackNet, type PackedNet } from '../packages/report/src/payloads/net.js';
import { fixture } from '../packages/report/test/fixture.js';

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
const TEST = 300;

let dataset: MemoryArtifact;
let pixels: MemoryArtifact;

beforeAll(async () => {
  dataset = (await runInMemory(ingest, { params: { use: 'strokes', strokes: { train: 4000, test: TEST } } })).output;
  pixels = (await runInMemory(preprocess, { params: { validation: { first: 200 } }, inputs: { dataset } })).output;
});

/** The report of an experiment on strokes, and what the pipeline says of its test images. */
async function experiment(
  reduce: AnyStage | undefined,
  params: object | undefined,
  hidden: number[],
): Promise<{ page: string; said: Float32Array; images: Uint8Array }> {
  const features = reduce
    ? (await runInMemory(reduce, { params: params ?? {}, inputs: { features: pixels } })).output
    : pixels;
  const model = (
    await runInMemory(train, {
      params: { hidden: hidden.map((units) => ({ units })), epochs: 4 },
      inputs: { features },
    })
  ).output;
  const shown = (await runInMemory(activations, { inputs: { features, model } })).output;
  const embedding = (
    await runInMemory(embed, {
      params: { sources: [], tsne: [], columns: [] },
      inputs: { pixels, features, activations: shown },
    })
  ).output;
  const { output } = await runInMemory(report, {
    params: { study: 'pad', experiment: 'exp' },
    inputs: { dataset, pixels, features, model, activations: shown, embedding },
  });
  return {
    page: new TextDecoder().decode(output.blobs.get('index.html')),
    said: column(await shown.matrix('test'), 'probabilities', Float32Array).data,
    images: column(await dataset.matrix('test'), 'pixels', Uint8Array).data,
  };
}

/** The net that a page holds for its pad. */
function netOf(page: string): TrainedNet {
  return unpackNet((JSON.parse(/id="pad-net">(.*?)<\/script>/.exec(page)?.[1] ?? '') as { net: PackedNet }).net);
}

describe.each([
  ['pixels', undefined, undefined],
  ['components', pca, { variance: 0.9 }],
  ['chosen pixels', forest, { trees: 5, topK: 60 }],
] as const)('the net in the page of an experiment on %s', (_, reduce, params) => {
  it('says of every test image what the pipeline says', async () => {
    const { page, said, images } = await experiment(reduce, params, [24, 12]);
    const net = netOf(page);
    let apart = 0;
    for (let i = 0; i < TEST; i++)
      respond(net, images.subarray(784 * i, 784 * (i + 1))).probabilities.forEach(
        (p, c) => (apart = Math.max(apart, Math.abs(p - said[10 * i + c]!))),
      );
    console.log(`largest difference ${apart.toExponential(1)}`);
    // The kernel adds float32 and rounds once for each product, the page in float64: some units of the last place of a probability.
    expect(apart).toBeLessThan(4e-6);
  });
});

describe('where a drawing would be like no training image', () => {
  it('says why there is no pad', async () => {
    const { output } = await runInMemory(report, { inputs: fixture({ views: [] }) });
    const page = new TextDecoder().decode(output.blobs.get('index.html'));
    expect(page).toMatch(
      /it cannot be tried on a drawing here: the images are filled shapes, not strokes: their parts are \d+% as wide/,
    );
    expect(page).not.toContain('id="draw-pad"');
  });
});

describe.skipIf(!existsSync(executablePath))('the draw pad in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layerwise-pad-'));
  const file = join(folder, 'index.html');
  let browser: Browser;
  let net: TrainedNet;
  beforeAll(async () => {
    const { page } = await experiment(undefined, undefined, [64]);
    net = netOf(page);
    writeFileSync(file, page);
    browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  type Line = readonly (readonly [number, number])[];
  const circle: Line = Array.from({ length: 25 }, (_, i) => [
    0.5 - 0.2 * Math.sin((i * Math.PI) / 12),
    0.5 - 0.32 * Math.cos((i * Math.PI) / 12),
  ]);
  const digits: Record<string, readonly Line[]> = {
    '0': [circle],
    '1': [
      [
        [0.52, 0.15],
        [0.48, 0.85],
      ],
    ],
    '7': [
      [
        [0.28, 0.22],
        [0.7, 0.22],
        [0.45, 0.82],
      ],
    ],
  };

  async function open(
    width: number,
    options: { javaScript?: boolean; touch?: boolean } = {},
  ): Promise<{ page: Page; faults: string[]; requests: string[] }> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      javaScriptEnabled: options.javaScript ?? true,
      hasTouch: options.touch ?? false,
    });
    const page = await context.newPage();
    const [faults, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    return { page, faults, requests };
  }

  /** Where the board stands once the chapters above it, which are laid out as they come near, have found their height. */
  async function board(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
    for (let last = NaN; ;) {
      await page.locator('.pad-board').scrollIntoViewIfNeeded();
      const box = (await page.locator('.pad-board').boundingBox())!;
      if (box.y === last) return box;
      last = box.y;
      await page.waitForTimeout(250);
    }
  }

  async function draw(page: Page, lines: readonly Line[]): Promise<void> {
    const box = await board(page);
    for (const [[x, y], ...rest] of lines as readonly (readonly [readonly [number, number], ...Line])[]) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
      await page.mouse.down();
      for (const [nextX, nextY] of rest)
        await page.mouse.move(box.x + nextX * box.width, box.y + nextY * box.height, { steps: 3 });
      await page.mouse.up();
    }
  }

  /** Shares of the bars and how bright the nodes are. */
  const state = (page: Page): Promise<{ bars: number[]; nodes: number[] }> =>
    page.evaluate(() => {
      const values = (selector: string, name: string): number[] =>
        Array.from(document.querySelectorAll<HTMLElement>(selector), (element) =>
          Number(element.style.getPropertyValue(name)),
        );
      return { bars: values('.pad-bars li', '--p'), nodes: values('.pad-row i', '--a') };
    });

  /** Ink of the image that the pad says the net sees. */
  const seenInk = (page: Page): Promise<number[]> =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.pad-sees')!;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data).filter((_, i) => i % 4 === 3);
    });

  it.each([1440, 390])('reads drawn digits at once, lights nodes and asks for nothing, at %d px', async (width) => {
    const { page, faults, requests } = await open(width);
    const seen: number[][] = [];
    for (const [digit, lines] of Object.entries(digits)) {
      await draw(page, lines);
      await page.waitForFunction(
        (name) => document.querySelector('.pad-answer')?.textContent?.startsWith(`The net says ${name} with`),
        digit,
        { timeout: 5000 },
      );
      const { bars, nodes } = await state(page);
      expect(bars.indexOf(Math.max(...bars))).toBe(Number(digit));
      expect(bars.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
      const { probabilities } = respond(net, await seenInk(page));
      bars.forEach((bar, c) => expect(bar).toBeCloseTo(probabilities[c] as number, 3));
      expect(nodes).toHaveLength(64);
      expect(nodes.filter((share) => share > 0).length).toBeGreaterThan(5);
      seen.push(nodes);
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.waitForFunction(() => document.querySelector('.pad-answer')?.textContent === 'Nothing drawn yet.');
    }
    expect(seen[0]).not.toEqual(seen[1]);
    expect(seen[1]).not.toEqual(seen[2]);
    expect((await state(page)).nodes.every((share) => share === 0)).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(faults).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([`file://${file}`]);
    await page.context().close();
  });

  it('shows what the net sees, and undoes stroke by stroke with the keyboard', async () => {
    const { page } = await open(1440);
    await draw(page, [
      digits['1']![0]!,
      [
        [0.2, 0.5],
        [0.8, 0.5],
      ],
    ]);
    const inked = (): Promise<number> =>
      page.$eval(
        '.pad-sees',
        (canvas) =>
          (canvas as HTMLCanvasElement)
            .getContext('2d')!
            .getImageData(0, 0, 28, 28)
            .data.filter((value, i) => i % 4 === 3 && value > 127).length,
      );
    await page.waitForFunction(() => document.querySelector('.pad-answer')?.textContent?.startsWith('The net says'));
    const both = await inked();
    await page.getByRole('button', { name: 'Undo stroke' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.pad-answer')?.textContent?.startsWith('The net says 1'));
    expect(await inked()).toBeLessThan(both);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.pad-answer')?.textContent === 'Nothing drawn yet.');
    expect(await inked()).toBe(0);
    await page.context().close();
  });

  it('says whether a drawing is unlike the training images', async () => {
    const { page } = await open(390);
    const said = (): Promise<string | null> => page.locator('.pad-like').textContent();
    await draw(page, digits['0']!);
    await expect.poll(said).toMatch(/^In the last hidden layer \d+% of the training images have a nearer neighbour/);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(said).toBe('');
    await draw(
      page,
      Array.from({ length: 12 }, (_, i): Line => [
        [0.05, 0.05 + 0.08 * i],
        [0.95, 0.05 + 0.08 * i],
      ]),
    );
    await expect.poll(said).toMatch(/^Unlike the training images: in the last hidden layer (100|99\.\d)% of them/);
    await page.context().close();
  });

  it('has no serious accessibility violation with a drawing in it', async () => {
    const { page } = await open(390);
    await draw(page, digits['7']!);
    await page.waitForFunction(() => document.querySelector('.pad-answer')?.textContent?.startsWith('The net says 7'));
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = (await page.evaluate(`axe.run('#draw', { resultTypes: ['violations'] })`)) as {
      violations: { id: string; impact: string }[];
    };
    expect(
      violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
    ).toEqual([]);
    await page.context().close();
  });

  it('takes a finger without scrolling the page', async () => {
    const { page } = await open(390, { touch: true });
    const box = await board(page);
    const before = await page.evaluate('scrollY');
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y: number): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: box.x + box.width / 2, y: box.y + y * box.height }],
      });
    await touch('touchStart', 0.15);
    for (let y = 0.2; y < 0.85; y += 0.05) await touch('touchMove', y);
    await touch('touchEnd', 0.85);
    await page.waitForFunction(
      () => document.querySelector('.pad-answer')?.textContent?.startsWith('The net says 1'),
      undefined,
      { timeout: 5000 },
    );
    expect(await page.evaluate('scrollY')).toBe(before);
    await page.context().close();
  });

  it('opens the net only when it comes into view, and says that it needs scripts where there are none', async () => {
    const { page } = await open(1440);
    await page.waitForTimeout(300);
    expect((await state(page)).nodes).toEqual([]);
    await page.locator('.pad-board').scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelectorAll('.pad-row i').length === 64);
    await page.context().close();
    const still = await open(1440, { javaScript: false });
    await still.page.locator('#draw').scrollIntoViewIfNeeded();
    await expect.poll(() => still.page.locator('#draw').innerText()).toContain('Drawing needs JavaScript');
    expect(await still.page.locator('.pad').isVisible()).toBe(false);
    await still.page.context().close();
  });
});
