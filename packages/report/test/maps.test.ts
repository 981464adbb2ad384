import type { EmbeddingView, MapPurity } from '@layerwise/contracts';
import { runInMemory } from '@layerwise/conformance';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.js';
import { sketched } from './sketch.js';

const NEIGHBOURS = 10;

/** By all pairs, as `views.json` has it. */
function purityOf(position: Float32Array, dimensions: number, label: Uint16Array): MapPurity {
  const at = (i: number): number[] => [...position.subarray(i * dimensions, (i + 1) * dimensions)];
  const neighbours = Array.from(label.keys(), (i) => {
    const others = Array.from(label.keys())
      .filter((j) => j !== i)
      .map((j) => ({ of: label[j] as number, distance: Math.hypot(...at(j).map((x, d) => x - (at(i)[d] as number))) }));
    return others
      .sort((a, b) => a.distance - b.distance)
      .slice(0, NEIGHBOURS)
      .map(({ of }) => of);
  });
  const classes = [...new Set(label)]
    .sort((a, b) => a - b)
    .map((c) => {
      const seen = neighbours.filter((_, i) => label[i] === c).flat();
      const others = seen.filter((of) => of !== c);
      const times = (of: number): number => others.filter((other) => other === of).length;
      const [rival] = [...new Set(others)].sort((a, b) => times(b) - times(a) || a - b);
      return {
        class: c,
        rows: seen.length / NEIGHBOURS,
        share: (seen.length - others.length) / seen.length,
        rival: rival ?? null,
      };
    });
  return {
    neighbours: NEIGHBOURS,
    share: neighbours.flatMap((of, i) => of.filter((c) => c === label[i])).length / (label.length * NEIGHBOURS),
    classes,
  };
}

/** A report of a layer of two nodes with the given maps of its training rows, whose classes are those of the fixture. */
async function reportOf(
  maps: Readonly<
    Record<
      string,
      {
        dimensions: number;
        method: EmbeddingView['method'];
        source: string;
        place: (label: number, i: number) => readonly number[];
      }
    >
  >,
  known = true,
): Promise<{ text: string; purity: ReadonlyMap<string, MapPurity> }> {
  const inputs = fixture({ hidden: [2], train: 240, views: [] });
  const { id, label, predicted } = inputs.activations.matrices.get('train')?.columns as unknown as Record<
    'id' | 'label' | 'predicted',
    { data: Uint16Array; width: number }
  >;
  const purity = new Map<string, MapPurity>();
  const views = Object.entries(maps).map(([name, { dimensions, method, source, place }]): EmbeddingView => {
    const position = Float32Array.from(Array.from(label.data, (c, i) => place(c, i)).flat());
    inputs.embedding.matrices.set(name, {
      rows: label.data.length,
      columns: { id, label, predicted, position: { data: position, width: dimensions } },
    });
    purity.set(name, purityOf(position, dimensions, label.data));
    return {
      name,
      method,
      source,
      split: 'train',
      dimensions,
      rows: label.data.length,
      ...(known && { purity: purity.get(name) as MapPurity }),
      ...(method === 'columns' && { columns: [0, 1] }),
    };
  });
  inputs.embedding.values.set('views', views);
  const { output } = await runInMemory(sketched, { params: { study: 'a', experiment: 'b' }, inputs });
  return { text: new TextDecoder().decode(output.blobs.get('index.html')), purity };
}

const leadOf = (text: string, title: string): string =>
  new RegExp(`<h3>${title}</h3><p class="lead">(.*?)</p>`).exec(text)?.[1] ?? '';
const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const noise = (i: number, k: number): number =>
  ((Math.imul(i * 2654435761 + k * 40503, 2246822519) >>> 8) % 65536) / 65536;

describe('what a map is said to show', () => {
  const maps = {
    /** Rings round one centre: no class lies nearest to a centre of its own. */
    'hidden1-tsne': {
      dimensions: 2,
      method: 'tsne',
      source: 'hidden1',
      place: (c: number, i: number) => [0, 1].map((d) => (3 + 4 * c) * Math.cos(noise(i, 1) * 6.283 - d * 1.5708)),
    },
    /** Only the third component tells the classes apart. */
    'pixels-pca3': {
      dimensions: 3,
      method: 'pca',
      source: 'pixels',
      place: (c: number, i: number) => [noise(i, 2) * 9, noise(i, 3) * 9, c * 20],
    },
    /** Places by what the net answers, which is not always what the image is. */
    'hidden1-nodes': {
      dimensions: 2,
      method: 'columns',
      source: 'hidden1',
      place: (c: number, i: number) => [noise(i, 4) + (c % 3) * 2, noise(i, 5)],
    },
  } as const;

  it('is the purity of true classes in all its dimensions, on the plane of two nodes too, and ranks the maps', async () => {
    const { text, purity } = await reportOf(maps);
    const of = (name: keyof typeof maps): MapPurity => purity.get(name) as MapPurity;
    expect(of('pixels-pca3').share).toBe(1);
    for (const [title, name] of [
      ['t-SNE of the activations of hidden layer 1, 240 images', 'hidden1-tsne'],
      ['Principal components of the pixels', 'pixels-pca3'],
      ['Hidden layer 1 as a plane', 'hidden1-nodes'],
    ] as const) {
      expect(leadOf(text, title), title).toContain(
        `${percent(of(name).share)} of the 10 nearest neighbours of an image are of its own true class`,
      );
    }
    expect(leadOf(text, 'Principal components of the pixels')).toContain('In all 3 components together');
    const [worst] = [...of('hidden1-nodes').classes].sort((a, b) => a.share - b.share || b.class - a.class);
    expect(leadOf(text, 'Hidden layer 1 as a plane')).toContain(
      `${worst?.class} least (${percent(worst?.share as number)}), mixed mostly with ${worst?.rival}`,
    );
    expect(text).toContain(
      'Of these 3 maps “Principal components of the pixels” keeps the true classes together best ' +
        '(100.0% of the 10 nearest neighbours of an image are of its own class) ' +
        `and “Hidden layer 1 as a plane” least (${percent(of('hidden1-nodes').share)})`,
    );
    expect(text).not.toContain('nearest to the centre');
  });

  it('is nothing about classes where the stage that drew it did not look', async () => {
    const { text } = await reportOf(maps, false);
    expect(text).toContain('3 maps of the training images.');
    expect(text.replace(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(
      /nearest neighbours|nearest to the centre|NaN|undefined of/,
    );
  });
});
