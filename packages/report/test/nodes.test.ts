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

  it('shows the nodes that cost most first, one page of each layer, without scripts', () => {
    const withoutScripts = text.replace(/<script[\s\S]*?<\/script>/g, '');
    expect(cards(withoutScripts)).toEqual([...Array.from({ length: 12 }, (_, i) => `Node ${40 - i}`), 'Node 3', 'Node 2', 'Node 1']);
  });

  it('gives every node its weights, maximiser, images, bars and sentence', () => {
    const [card] = text.match(/<figure class="node-card"[\s\S]*?<\/figure>/) as RegExpMatchArray;
    expect(card.match(/<img /g)).toHaveLength(3);
    expect(card.match(/<rect /g)).toHaveLength(4 * K);
    expect(card).toContain('fires for &lt;9');
    expect(card).toContain('9: median 0.90, AUC 0.90');
    expect(card).toContain('Maximiser 7.00; real images reach 5.00; zero for 40%');
  });

  it('holds all nodes of a layer that needs more than one page, for the script to sort and page', () => {
    const lists = [...text.matchAll(/<script type="application\/json" data-node-list="[^"]*">(.*?)<\/script>/g)].map((match) => JSON.parse(match[1] as string) as { units: number; sentences: string[]; figures: string });
    expect(lists.map(({ units }) => units)).toEqual([40]);
    expect(lists[0]?.sentences).toHaveLength(40);
    expect(Buffer.from(lists[0]?.figures as string, 'base64').length).toBe(4 * 40 * (7 + 10 * K));
  });

  it('says what the layer is, and which nodes are dead or repeat another', () => {
    expect(text).toContain('Nodes that are dead: 2; repeat another (correlation above 0.98): 3.');
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
