import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import type { NodeLayerInfo, NodesInfo } from '@layerwise/contracts';
import { stage } from '@layerwise/report';
import { fixture } from './fixture.js';

const [P, K] = [784, 10];

/** Findings on layers of the given widths: node h is said to fire for class h mod 10, and costs h thousandths. */
async function nodesArtifact(hidden: readonly number[]): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('nodes');
  const layers = hidden.map((units, l): NodeLayerInfo => ({
    ...{ name: `hidden${l + 1}`, units, activation: 'relu', dead: units > 2 ? [1] : [], duplicates: units > 2 ? [{ node: 2, of: 0, correlation: 0.99 }] : [] },
    ...{ effectiveRank: 3.25, readout: { accuracy: 0.9, for95: 2, for99: 5, order: [] }, nodeOrder: Array.from({ length: units }, (_, h) => units - 1 - h), classOrder: Array.from({ length: K }, (_, c) => c) },
    ...{ accuracy: 0.95, sampled: { ablation: 600, gradients: 600, weights: 600, correlation: 600, bootstrap: 600 }, maximiser: l === 0 ? { length: 9.5 } : { steps: 30, starts: 3 } },
    ...(units === 1 && { line: { classes: [3, 1, 2], overlaps: [0.25, 0.5] } }),
  }));
  await artifact.json('nodes', { rows: 600, layers } satisfies NodesInfo);
  const nodes = hidden.flatMap((units, l) => Array.from({ length: units }, (_, h) => ({ layer: l + 1, h })));
  const real = (value: (h: number, c: number) => number, width = 1) => ({ type: 'real' as const, values: Float64Array.from(nodes.flatMap(({ h }) => Array.from({ length: width }, (_, c) => value(h, c)))) });
  const int = (value: (node: { layer: number; h: number }) => number, width = 1) => ({ type: 'int' as const, values: Int32Array.from(nodes.flatMap((node) => new Array<number>(width).fill(value(node)))) });
  await artifact.table('nodes', {
    ...{ layer: int(({ layer }) => layer), node: int(({ h }) => h), zeros: real(() => 0.4), information: real((h) => h / 10), reached: real(() => 7), largest: real(() => 5), costZero: real((h) => h / 1000), costMean: real(() => 0.02) },
    sentence: { type: 'text', values: nodes.map(({ h }) => `fires for <${h % K}>`) },
  });
  const byClass = Object.fromEntries(['area', 'areaLow', 'areaHigh', 'gradient', 'costZero'].map((name) => [name, real((h, c) => (h % K === c ? 0.9 : c === 9 ? NaN : 0.4), K)]));
  await artifact.table('classes', { layer: int(({ layer }) => layer, K), ...byClass });
  for (const [l, units] of hidden.entries()) {
    const ids = { data: Uint32Array.from({ length: units * 8 }, (_, i) => 100 + i), width: 8 };
    const images = { data: Float32Array.from({ length: units * P }, (_, i) => (l === 0 ? (i % 7) - 3 : (i % 5) / 4)), width: P };
    await artifact.matrix(`hidden${l + 1}`, { rows: units, columns: { weights: images, maximiser: images, most: ids, median: ids, least: ids } });
  }
  return artifact;
}

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
    expect(card.match(/<rect /g)).toHaveLength(3 * K);
    expect(card).toContain('fires for &lt;9');
    expect(card).toContain('9: AUC 0.90');
    expect(card).toContain('Maximiser 7.00; real images reach 5.00; zero for 40%');
  });

  it('holds all nodes of a layer that needs more than one page, for the script to sort and page', () => {
    const lists = [...text.matchAll(/<script type="application\/json" data-node-list>(.*?)<\/script>/g)].map((match) => JSON.parse(match[1] as string) as { units: number; sentences: string[]; figures: string });
    expect(lists.map(({ units }) => units)).toEqual([40]);
    expect(lists[0]?.sentences).toHaveLength(40);
    expect(Buffer.from(lists[0]?.figures as string, 'base64').length).toBe(4 * 40 * (7 + 5 * K));
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
