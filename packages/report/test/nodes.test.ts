import { beforeAll, describe, expect, it } from 'vitest';
import { runInMemory } from '@layerwise/conformance';
import { fixture } from './fixture.js';
import { sketched } from './sketch.js';
import { nodesArtifact, type Other } from './nodes-fixture.js';

const K = 10;

const page = async (hidden: readonly number[], params: object = {}, other: Other = {}): Promise<string> => {
  const { output } = await runInMemory(sketched, {
    params,
    inputs: { ...fixture({ hidden, views: [] }), nodes: await nodesArtifact(hidden, other) },
  });
  return new TextDecoder().decode(output.blobs.get('index.html'));
};
/** Headings of the cards, in the order of the page. */
const cards = (text: string): string[] =>
  [...text.matchAll(/<figure class="node-card"[^>]*>.*?<b>(Node \d+)<\/b>/gs)].map((match) => match[1] as string);

describe('the chapter on hidden nodes', () => {
  let text: string;
  beforeAll(async () => {
    text = await page([40, 3]);
  });

  it('keeps sheets of all nodes and their figures by class as files', async () => {
    const hidden = [300];
    const { output } = await runInMemory(sketched, {
      inputs: { ...fixture({ hidden, views: [] }), nodes: await nodesArtifact(hidden) },
    });
    const [first, second] = ['nodes-hidden1-weights-1', 'nodes-hidden1-weights-2'].map(
      (name) => output.tables.get(`figures/${name}`)?.['node']?.values,
    );
    expect([first?.length, second?.length, second?.[0]]).toEqual([256, 44, 256]);
    for (const name of ['weights-1', 'weights-2', 'preferred-input-1', 'preferred-input-2', 'images-1', 'images-2']) {
      for (const extension of ['svg', 'png', 'vl.json'])
        expect(output.blobs.has(`figures/nodes-hidden1-${name}.${extension}`), `${name}.${extension}`).toBe(true);
    }
    const png = Buffer.from(output.blobs.get('figures/nodes-hidden1-weights-2.png') as Uint8Array);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([17 * 32, 3 * 37]);
    const ids = output.tables.get('figures/nodes-hidden1-images-1')?.['strongest2']?.values;
    expect([ids?.[0], ids?.[1], ids?.[2]], 'the third of eight').toEqual([102, 110, 118]);
    expect(output.tables.get('figures/nodes-hidden1-classes')?.['informationHigh']?.values).toHaveLength(300 * K);
    const links = [
      ...new TextDecoder().decode(output.blobs.get('index.html')).matchAll(/href="(figures\/nodes-[^"]*)"/g),
    ].map(([, link]) => link as string);
    for (const link of links)
      expect(output.blobs.has(link) || output.tables.has(link.replace(/\.parquet$/, '')), link).toBe(true);
  });

  it('shows the nodes that cost most first, one page of each layer, without scripts', () => {
    const withoutScripts = text.replace(/<script[\s\S]*?<\/script>/g, '');
    expect(cards(withoutScripts)).toEqual([
      ...Array.from({ length: 12 }, (_, i) => `Node ${39 - i}`),
      'Node 2',
      'Node 1',
      'Node 0',
    ]);
  });

  it('numbers nodes from 0, in text, tables and the alternative texts of pictures, and calls them nodes', () => {
    const numbers = [...text.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/\bnodes? (\d+)\b(?! of)/gi)].map(
      (match) => Number(match[1]),
    );
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([0, 39]);
    expect(text.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>|no unit/g, ' ')).not.toMatch(/\bunits?\b/i);
  });

  it('gives every node its weights, preferred input, images, bars and sentence', () => {
    const [card] = text.match(/<figure class="node-card"[\s\S]*?<\/figure>/) as RegExpMatchArray;
    expect(card.match(/<img /g)).toHaveLength(3);
    expect(card.match(/<rect /g)).toHaveLength(7 * K);
    expect(card).toContain('fires for &lt;9');
    expect(card).toContain(
      '9: median 0.90, of those predicted 0.80, zero for 90%, AUC 0.90 (0.90 to 0.90), 0.90 (0.90 to 0.90) bits',
    );
    for (const row of ['true', 'predicted', 'zeros', 'AUC', 'bits', 'logit', 'margin'])
      expect(card).toContain(`>${row}<tspan`);
    expect(card).toContain(
      'Preferred input 7.00; real images reach 5.00; zero for 40%; 3.90 bits; held at its mean it takes 19.50 off the margin.',
    );
  });

  it('holds all nodes of each layer, for the script to sort and page', () => {
    const lists = [...text.matchAll(/<script type="application\/json" id="nodes-hidden\d">(.*?)<\/script>/g)].map(
      (match) => JSON.parse(match[1] as string) as { units: number; sentences: string[]; figures: string },
    );
    expect(lists.map(({ units }) => units)).toEqual([40, 3]);
    expect(lists[0]?.sentences).toHaveLength(40);
    expect(Buffer.from(lists[0]?.figures as string, 'base64').length).toBe(4 * 40 * (7 + 21 * K));
  });

  it('says what the layer is, and which nodes are dead or repeat another', () => {
    expect(text).toContain(
      'Dead: node 1. Repeat another (correlation above 0.98): node 2. Nearest to each other: 0 and 2 (correlation 0.990).',
    );
    expect(text).toContain('Effective rank of the activations 3.3');
    expect(text).toContain('30 steps of gradient ascent');
    expect(text).toContain(
      'What the loss of a node costs is of 600 images, of which the whole net tells 95.00% right.',
    );
  });

  describe('in its lead', () => {
    const lead = async (other: Other, hidden: readonly number[] = [5]): Promise<string> =>
      /id="nodes"[^>]*><h2[^>]*>[^<]*<\/h2><p class="lead">(.*?)<\/p>/.exec(await page(hidden, {}, other))?.[1] ?? '';

    it('names the node that matters most where one does', async () => {
      expect(await lead({})).toMatch(/^Node 4 matters most in the last hidden layer: it fires for &lt;4/);
    });

    it('names several that cannot be told apart, and none where all are alike or cost nothing', async () => {
      expect(await lead({ margin: (h) => (h === 1 ? 4 : h === 3 ? 3.9 : 0) })).toMatch(
        /^Nodes 1 and 3 matter most in the last hidden layer, none clearly more than the other\./,
      );
      expect(await lead({ margin: () => 2 })).toMatch(
        /^No node matters clearly more than the others in the last hidden layer\./,
      );
      for (const margin of [() => 0, () => 0.15, () => -1])
        expect(await lead({ margin })).toMatch(
          /^There is no node in the last hidden layer without which the margin of the true class clearly falls\./,
        );
      expect(await lead({ margin: () => 0, error: 0 })).toMatch(/^There is no node/);
    });

    it('says how many nodes are enough, and the nearest pair with the limit', async () => {
      const enough = (for95: number, for99: number): Other => ({
        info: { enough: { accuracy: 0.9, for95, for99, order: [] } },
      });
      expect(await lead(enough(5, 5))).toContain(' It takes all 5 nodes there to keep 95% of the accuracy;');
      expect(await lead(enough(2, 2), [2])).toContain(' It takes both nodes there to keep 95% of the accuracy;');
      expect(await lead(enough(2, 4))).toContain(
        ' With all but 2 of its 5 nodes held at their means the net keeps 95% of its accuracy, with all but 4 for 99%. ',
      );
      expect(await lead(enough(3, 3))).toContain(' keeps 95% of its accuracy, and even 99%. ');
      expect(await lead({})).toContain(
        ' keeps 95% of its accuracy, and it takes all of them for 99%. 1 node is dead; 1 repeats another (correlation above 0.98).',
      );
      expect(
        await lead({ info: { dead: [], duplicates: [], nearest: { node: 7, of: 3, correlation: -0.914 } } }),
      ).toContain(
        'None is dead, and none repeats another: the nearest, 3 and 7, correlate by −0.91 (the limit is 0.98).',
      );
    });
  });

  it('sorts by information what was not ablated, and says so', async () => {
    const unpriced = await page(
      [40],
      { interactive: false },
      {
        margin: () => NaN,
        info: {
          sampled: { ablation: 0, gradients: 600, weights: 600, correlation: 600, bootstrap: 600 },
          accuracy: null,
        },
      },
    );
    expect(cards(unpriced)).toEqual(Array.from({ length: 12 }, (_, i) => `Node ${39 - i}`));
    expect(unpriced).toContain('The 12 nodes that tell most of the class, of 40.');
    expect(unpriced).toContain('What the loss of a node costs was not measured');
    expect(unpriced).not.toContain('NaN');
    expect(unpriced).not.toContain('off the margin');
  });

  it('has the line of a single node with the overlap of neighbours', async () => {
    expect(await page([1])).toContain(
      'overlap of the histograms of neighbours in 32 bins of equal counts (0% apart, 100% alike): 3 and 1 25% and 1 and 2 50%.',
    );
  });

  it('is left out where the study has no such stage, and has no script where none is wanted', async () => {
    const { output } = await runInMemory(sketched, { inputs: fixture({ views: [] }) });
    expect(new TextDecoder().decode(output.blobs.get('index.html'))).not.toContain('id="nodes"');
    const still = await page([40], { interactive: false });
    expect(still).not.toContain('<script');
    expect(still).toContain('The 12 nodes whose loss costs most, of 40.');
  });
});
