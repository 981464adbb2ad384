import { beforeAll, describe, expect, it } from 'vitest';
import { readAs, type Reader } from '@layerwise/contracts';
import {
  runInMemory,
  sampleActivations,
  sampleFeatures,
  sampleModel,
  type MemoryArtifact,
} from '@layerwise/conformance';
import { stage } from '@layerwise/classes';
import { describeReasons, readReasons, readSentences } from '../src/reasons.js';

describe('why a class is told from a rival', () => {
  let output: MemoryArtifact;
  let artifact: Reader<'classes'>;
  beforeAll(async () => {
    const sizes = { train: 200, validation: 20, test: 60 };
    const features = await sampleFeatures(sizes);
    const inputs = {
      pixels: features,
      features,
      model: await sampleModel(),
      activations: await sampleActivations(sizes),
    };
    ({ output } = await runInMemory(stage, { inputs, params: { draws: 3 } }));
    artifact = readAs('classes', output);
  });
  const rivalOf = async (c: number): Promise<number> => Number((await output.table('classes')).rival.values[c]);

  it('is that from its most frequent second choice, unless another is named', async () => {
    const [rival, sentence] = [await rivalOf(3), (await output.table('classes')).sentence.values[3]];
    const main = await readReasons(artifact, '3');
    expect([main.class, main.rival, main.sentence]).toEqual(['3', String(rival), sentence]);
    expect(main.changes.map(({ kind }) => kind)).toEqual(['pixels', 'stroke']);
    const other = rival === 5 ? '6' : '5';
    const pair = await readReasons(artifact, '3', other);
    expect(pair.sentence).toMatch(new RegExp(`^A 3 is told from an? ${other} by .*\\.$`));
    expect(pair.changes).toEqual([]);
    expect(pair.evidence).toMatchObject({ class: 3, rival: Number(other) });
  });

  it('names the nodes of each layer that speak most for the class and against it', async () => {
    const pairs = await output.matrix('rivals');
    const rival = await rivalOf(3);
    const at = pairs.columns.class.data.findIndex((c, i) => c === 3 && pairs.columns.rival.data[i] === rival);
    const { nodes } = await readReasons(artifact, '3');
    expect(nodes.map(({ layer }) => layer)).toEqual([1, 2]);
    for (const { layer, for: speaking, against } of nodes) {
      const { data, width } = pairs.columns[`hidden${layer}`];
      const values = Array.from(data.subarray(at * width, (at + 1) * width));
      const order = values.map((_, h) => h).sort((a, b) => values[b] - values[a]);
      expect(speaking.map(({ node }) => node)).toEqual(order.filter((h) => values[h] > 0).slice(0, 5));
      expect(against.map(({ node }) => node)).toEqual(
        order
          .filter((h) => values[h] < 0)
          .reverse()
          .slice(0, 5),
      );
      for (const { node, evidence, by } of [...speaking, ...against]) {
        expect(evidence).toBe(values[node]);
        const [own, before] = [(await output.matrix('means')).columns, (await output.matrix('baseline')).columns].map(
          (columns, i) => columns[`hidden${layer}`].data[(i === 0 ? 3 * width : 0) + node],
        );
        expect(by).toBe(own > before ? 'firing' : 'silence');
      }
    }
  });

  it('is printed with the figures of the tables', async () => {
    const reasons = await readReasons(artifact, '3');
    const text = describeReasons(reasons);
    expect(text.startsWith(`${reasons.sentence}\n\n`)).toBe(true);
    const figure = (name: string): string => Math.abs(Number(reasons.evidence[name])).toFixed(2);
    for (const name of ['baseline', 'ink', 'absence', 'margin']) expect(text).toContain(figure(name));
    expect(text).toContain(
      `${(100 * Number(reasons.changes[0].toldRival)).toFixed(1)}% of ${reasons.changes[0].rows} told as ${reasons.rival}`,
    );
    expect(text).toContain('hidden1  ');
    for (const { sentence } of reasons.confusions) expect(text).toContain(sentence);
    for (const { id } of reasons.between) expect(text).toMatch(new RegExp(`between .* ${id} \\(by`));
    expect(reasons.between.length).toBeGreaterThan(0);
    const removals = reasons.removals.filter(({ by }) => by === 'evidence');
    expect(removals.length).toBeGreaterThan(0);
    for (const { nodes, recall } of removals)
      expect(text).toContain(
        `${nodes} ${nodes === 1 ? 'node' : 'nodes'} with most evidence: ${(100 * Number(recall)).toFixed(1)}% told right`,
      );
  });

  it('is a sentence for each class', async () => {
    const sentences = await readSentences(artifact);
    expect(sentences.map((one) => one.class)).toEqual([...'0123456789']);
    sentences.forEach(({ sentence }) => expect(sentence.length).toBeGreaterThan(10));
  });

  it('is refused where there is no such class or pair, with what there is', async () => {
    await expect(readReasons(artifact, 'four')).rejects.toThrow(
      "a class must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, got 'four'",
    );
    await expect(readReasons(artifact, '4', '4')).rejects.toThrow(
      "the rival of class '4' must be another class, got '4'",
    );
  });
});
