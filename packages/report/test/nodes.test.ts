import { beforeAll, describe, expect, it } from 'vitest';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/report';
import { fixture } from './fixture.js';
import { nodesArtifact } from './nodes-fixture.js';

const K = 10;

const page = async (hidden: readonly number[], params: object = {}): Promise<string> => {
  const { output } = await runInMemory(stage, { params, inputs: { ...fixture({ hidden, views: [] }), nodes: await nodesArtifact(hidden) } });
  return new TextDecoder().decode(output.blobs.get('index.html'));
};
/** Headings of the cards, in the order of the page. */
const cards = (text: string): string[] => [...text.matchAll(/<figure class="node-card"[^>]*>.*?<b>(Node \d+)<\/b>/gs)].map((match) => match[1] as string);

describe('the chapter on hidden nodes', () => {
  let text: string;
  beforeAll(async () => {
    text = await page([40, 3]);
  });

  it('keeps sheets of all nodes and their figures by class as files', async () => {
    const hidden = [300];
    const { output } = await runInMemory(stage, { inputs: { ...fixture({ hidden, views: [] }), nodes: await nodesArtifact(hidden) } });
    const [first, second] = ['nodes-hidden1-weights-1', 'nodes-hidden1-weights-2'].map((name) => output.tables.get(`figures/${name}`)?.['node']?.values);
    expect([first?.length, second?.length, second?.[0]]).toEqual([256, 44, 256]);
    for (const name of ['weights-1', 'weights-2', 'maximiser-1', 'maximiser-2', 'images-1', 'images-2']) {
      for (const extension of ['svg', 'png', 'vl.json']) expect(output.blobs.has(`figures/nodes-hidden1-${name}.${extension}`), `${name}.${extension}`).toBe(true);
    }
    const png = Buffer.from(output.blobs.get('figures/nodes-hidden1-weights-2.png') as Uint8Array);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([17 * 32, 3 * 37]);
    const ids = output.tables.get('figures/nodes-hidden1-images-1')?.['most2']?.values;
    expect([ids?.[0], ids?.[1], ids?.[2]]).toEqual([101, 109, 117]);
    expect(output.tables.get('figures/nodes-hidden1-classes')?.['informationHigh']?.values).toHaveLength(300 * K);
    const links = [...new TextDecoder().decode(output.blobs.get('index.html')).matchAll(/href="(figures\/nodes-[^"]*)"/g)].map(([, link]) => link as string);
    for (const link of links) expect(output.blobs.has(link) || output.tables.has(link.replace(/\.parquet$/, '')), link).toBe(true);
  });

  it('shows the nodes that cost most first, one page of each layer, without scripts', () => {
    const withoutScripts = text.replace(/<script[\s\S]*?<\/script>/g, '');
    expect(cards(withoutScripts)).toEqual([...Array.from({ length: 12 }, (_, i) => `Node ${39 - i}`), 'Node 2', 'Node 1', 'Node 0']);
  });

  it('numbers nodes from 0, in text, tables and the alternative texts of pictures, and calls them nodes', () => {
    const numbers = [...text.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/\bnodes? (\d+)\b(?! of)/gi)].map((match) => Number(match[1]));
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([0, 39]);
    expect(text.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>|no unit/g, ' ')).not.toMatch(/\bunits?\b/i);
  });

  it('gives every node its weights, maximiser, images, bars and sentence', () => {
    const [card] = text.match(/<figure class="node-card"[\s\S]*?<\/figure>/) as RegExpMatchArray;
    expect(card.match(/<img /g)).toHaveLength(3);
    expect(card.match(/<rect /g)).toHaveLength(7 * K);
    expect(card).toContain('fires for &lt;9');
    expect(card).toContain('9: median 0.90, of those predicted 0.80, zero for 90%, AUC 0.90 (0.90 to 0.90), 0.90 (0.90 to 0.90) bits');
    for (const row of ['true', 'predicted', 'zeros', 'AUC', 'bits', 'logit', 'cost']) expect(card).toContain(`>${row}<tspan`);
    expect(card).toContain('Maximiser 7.00; real images reach 5.00; zero for 40%');
  });

  it('holds all nodes of each layer, for the script to sort and page', () => {
    const lists = [...text.matchAll(/<script type="application\/json" data-node-list="[^"]*">(.*?)<\/script>/g)].map((match) => JSON.parse(match[1] as string) as { units: number; sentences: string[]; figures: string });
    expect(lists.map(({ units }) => units)).toEqual([40, 3]);
    expect(lists[0]?.sentences).toHaveLength(40);
    expect(Buffer.from(lists[0]?.figures as string, 'base64').length).toBe(4 * 40 * (7 + 21 * K));
  });

  it('says what the layer is, and which nodes are dead or repeat another', () => {
    expect(text).toContain('Nodes that are dead: 1; repeat another (correlation above 0.98): 2.');
    expect(text).toContain('Effective rank of the activations 3.3');
    expect(text).toContain('30 steps of gradient ascent');
  });

  it('has the line of a single node with the overlap of neighbours', async () => {
    expect(await page([1])).toContain('overlap of neighbours (0% apart, 100% alike): 3 and 1 25% and 1 and 2 50%.');
  });

  it('is left out where the study has no such stage, and has no script where none is wanted', async () => {
    const { output } = await runInMemory(stage, { inputs: fixture({ views: [] }) });
    expect(new TextDecoder().decode(output.blobs.get('index.html'))).not.toContain('id="nodes"');
    const still = await page([40], { interactive: false });
    expect(still).not.toContain('<script');
    expect(still).toContain('The 12 nodes whose loss costs most, of 40.');
  });
});
