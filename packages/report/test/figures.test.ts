import { crc32, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { stage } from '@layerwise/report';
import { fixture } from './fixture.js';

const inputs = fixture({ hidden: [3, 2], views: ['hidden1-tsne'] });
let output: MemoryArtifact;
beforeAll(async () => {
  output = (await runInMemory(stage, { inputs })).output;
});

const column = (table: string, name: string): number[] =>
  Array.from(output.tables.get(`figures/${table}`)?.[name]?.values as ArrayLike<number>);
const train = (name: string) => inputs.activations.matrices.get('train')?.columns[name]?.data as Float32Array;

describe('box plots', () => {
  it('hold the order statistics of each node and class', () => {
    const [by, node, group, median, min, max] = ['by', 'node', 'class', 'median', 'min', 'max'].map((name) =>
      column('boxes-hidden1', name),
    ) as unknown as [string[], number[], string[], number[], number[], number[]];
    const [hidden, label] = [train('hidden1'), train('label')];
    for (let i = 0; i < by.length; i++) {
      if (by[i] !== 'true') continue;
      const values = Array.from(label.keys())
        .filter((row) => String(label[row]) === group[i])
        .map((row) => hidden[3 * row + (node[i] as number)] as number)
        .sort((a, b) => a - b);
      const half = (values.length - 1) / 2;
      const middle = ((values[Math.floor(half)] as number) + (values[Math.ceil(half)] as number)) / 2;
      expect([median[i], min[i], max[i]].map(Number)).toEqual(
        [middle, values[0], values[values.length - 1]].map((value) => Number((value as number).toPrecision(6))),
      );
    }
    expect(by.filter((value) => value === 'true')).toHaveLength(30);
  });
});

describe('a scatter', () => {
  it('keeps every row in its table', () => {
    expect(column('plane-hidden2', 'id')).toEqual(Array.from(train('id')));
    expect(column('plane-hidden2', 'node1')[7]).toBeCloseTo(train('hidden2')[15] as number, 4);
  });

  it('has that PNG in its SVG, which its specification names', () => {
    const text = (file: string): string => new TextDecoder().decode(output.blobs.get(`figures/${file}`));
    const png = Buffer.from(output.blobs.get('figures/plane-hidden2.png') as Uint8Array).toString('base64');
    expect(text('plane-hidden2.svg').split(`href="data:image/png;base64,${png}"`)).toHaveLength(2);
    expect(text('plane-hidden2.vl.json').split('"plane-hidden2.png"')).toHaveLength(2);
  });

  it('is a PNG that another decoder reads: right sums, right number of pixels, the colours of the classes', () => {
    const png = Buffer.from(output.blobs.get('figures/plane-hidden2.png') as Uint8Array);
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < png.length;) {
      const [length, type] = [png.readUInt32BE(at), png.toString('latin1', at + 4, at + 8)];
      expect(png.readUInt32BE(at + 8 + length), type).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
      chunks.set(type, png.subarray(at + 8, at + 8 + length));
      at += length + 12;
    }
    expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
    const [width, height] = [chunks.get('IHDR')?.readUInt32BE(0), chunks.get('IHDR')?.readUInt32BE(4)] as [
      number,
      number,
    ];
    const pixels = inflateSync(chunks.get('IDAT') as Buffer);
    expect(pixels.length).toBe((width + 1) * height);
    expect(Math.max(...new Set(pixels))).toBeLessThan((chunks.get('PLTE') as Buffer).length / 3);
    expect(chunks.get('PLTE')?.subarray(3, 6).toString('hex')).toBe('3f90da');
  });
});

describe('a curve', () => {
  it('holds both series of the history, and marks the kept epoch', () => {
    const series = column('history-loss', 'series') as unknown as string[];
    expect([...new Set(series)]).toEqual(['train', 'validation']);
    expect(series).toHaveLength(24);
    expect(new TextDecoder().decode(output.blobs.get('figures/history-loss.vl.json'))).toContain('datum.epoch === 7');
  });
});

describe('specifications', () => {
  it('name Vega-Lite and hold no image', () => {
    for (const [file, bytes] of output.blobs) {
      if (!file.endsWith('.vl.json')) continue;
      const text = new TextDecoder().decode(bytes);
      expect((JSON.parse(text) as { $schema: string }).$schema, file).toContain('vega-lite/v6');
      expect(text, file).not.toContain('base64');
    }
  });
});
