import type { EmbeddingView, MapPurity } from '@layerwise/contracts';
import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/embed';
import { Random } from '@layerwise/kernels/random';
import { describe, expect, it } from 'vitest';
import { placesOf } from '../src/places.js';

/** The stage's views of a layer with these activations, which are drawn as they are: one or two nodes, or columns of pixels. */
async function purityOf(
  position: readonly (readonly number[])[],
  label: readonly number[],
  workers = 1,
): Promise<readonly EmbeddingView[]> {
  const rows = position.length;
  const [id, width] = [Uint32Array.from(label.keys()), (position[0] as readonly number[]).length];
  const about = { id: { data: id, width: 1 }, label: { data: Uint16Array.from(label), width: 1 } };
  const features = new MemoryArtifact('features');
  await features.matrix('train', {
    rows,
    columns: { ...about, features: { data: new Uint8Array(rows * 4), width: 4 } },
  });
  await features.json('features', { origin: 'pixels', columns: 4, scale: { factor: 1, offset: 0 }, dataset: {} });
  const activations = new MemoryArtifact('activations');
  await activations.matrix('train', {
    rows,
    columns: {
      ...about,
      predicted: { data: new Uint16Array(rows), width: 1 },
      probabilities: { data: new Float32Array(rows * 2), width: 2 },
      hidden1: { data: Float32Array.from(position.flat()), width },
    },
  });
  const { output } = await runInMemory(stage, {
    params: { sources: ['hidden'], tsne: [], pca: [3] },
    inputs: { pixels: features, features, activations },
    workers,
  });
  return output.json<EmbeddingView[]>('views');
}

const found = async (position: readonly (readonly number[])[], label: readonly number[]): Promise<MapPurity> =>
  ((await purityOf(position, label))[0] as EmbeddingView).purity as MapPurity;

/** Share of own class among the 10 nearest, by all pairs in doubles; of rows at the tenth distance each counts by the same part. */
function bruteForce(position: readonly (readonly number[])[], label: readonly number[]): number[] {
  return position.map((here, i) => {
    const others = position.flatMap((there, j) =>
      j === i
        ? []
        : [
            {
              same: label[j] === label[i] ? 1 : 0,
              distance: Math.hypot(...there.map((x, d) => Math.fround(x) - Math.fround(here[d] as number))),
            },
          ],
    );
    const limit = [...others].sort((a, b) => a.distance - b.distance)[Math.min(10, others.length) - 1]
      ?.distance as number;
    const [within, at] = [
      others.filter(({ distance }) => distance < limit),
      others.filter(({ distance }) => distance === limit),
    ];
    const sum = (rows: typeof others): number => rows.reduce((total, { same }) => total + same, 0);
    const wanted = Math.min(10, others.length);
    return (sum(within) + (sum(at) * (wanted - within.length)) / at.length) / wanted;
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function blobs(rows: number, dimensions: number, spread: number): { position: number[][]; label: number[] } {
  const random = new Random(Uint32Array.of(3, 1, 4, 1));
  const label = Array.from({ length: rows }, (_, i) => i % 4);
  return {
    label,
    position: label.map((c) =>
      Array.from(
        { length: dimensions },
        (_, d) => 4 * Math.cos(c * 1.6 + d * 1.57) + spread * (random.float() + random.float() - 1),
      ),
    ),
  };
}

describe('purity of a map', () => {
  it('is the share of own class among the ten nearest, by class and over all', async () => {
    const { position, label } = blobs(400, 2, 4);
    const expected = bruteForce(position, label);
    const purity = await found(position, label);
    expect(purity.neighbours).toBe(10);
    expect(purity.share).toBeCloseTo(mean(expected), 9);
    expect(purity.share).toBeLessThan(0.9);
    expect(purity.classes.map(({ class: c }) => c)).toEqual([0, 1, 2, 3]);
    for (const { class: c, rows, share } of purity.classes) {
      expect(rows).toBe(100);
      expect(share).toBeCloseTo(mean(expected.filter((_, i) => label[i] === c)), 9);
    }
  });

  it('takes a class that lies round another one for as pure as it is, though the centres fall together', async () => {
    const label = Array.from({ length: 300 }, (_, i) => i % 2);
    const random = new Random(Uint32Array.of(2, 7, 1, 8));
    const position = label
      .map((c) => [random.float() * 6.283, c === 0 ? random.float() : 5 + random.float()] as const)
      .map(([angle, radius]) => [8 + radius * Math.cos(angle), 8 + radius * Math.sin(angle)]);
    expect(await found(position, label)).toMatchObject({
      share: 1,
      classes: [
        { share: 1, rival: null },
        { share: 1, rival: null },
      ],
    });
  });

  it('names the class that the neighbours are of otherwise', async () => {
    const position = Array.from({ length: 60 }, (_, i) => [Math.floor(i / 20) * 100 + (i % 20), (i * 7) % 5]);
    const label = Array.from({ length: 60 }, (_, i) => (i < 20 ? 0 : i < 40 ? 1 + (i % 2) * 2 : 2));
    const { classes } = await found(position, label);
    expect(classes.map(({ class: c, rival }) => [c, rival])).toEqual([
      [0, null],
      [1, 3],
      [2, null],
      [3, 1],
    ]);
  });

  it('counts rows at one place and at one distance by the same part, whatever their order', async () => {
    const label = Array.from({ length: 120 }, (_, i) => (i < 70 ? 0 : 1));
    const position = label.map((_, i) => (i % 3 === 0 ? [0, 0] : [(i % 4) * 5, (i % 2) * 5]));
    const purity = await found(position, label);
    expect(purity.share).toBeCloseTo(mean(bruteForce(position, label)), 9);
    const turned = await found([...position].reverse(), [...label].reverse());
    expect(turned.share).toBeCloseTo(purity.share, 12);
  });

  it('counts many rows at few places for what they are', async () => {
    const label = Array.from({ length: 700 }, (_, i) => (i * 31) % 7);
    const position = label.map((_, i) => [((i * i) % 23) * 0.1, i % 3]);
    const { classes } = await found(position, label);
    const expected = bruteForce(position, label);
    for (const { class: c, rows, share } of classes) {
      expect(rows).toBe(label.filter((one) => one === c).length);
      expect(share).toBeCloseTo(mean(expected.filter((_, i) => label[i] === c)), 9);
    }
  });

  it('looks at all dimensions: a third component that alone keeps the classes apart does so', async () => {
    const { label } = blobs(600, 3, 1);
    const random = new Random(Uint32Array.of(9, 9, 9, 9));
    const position = label.map((c) => [random.float() * 30, random.float() * 29, c * 7]);
    const [view] = await purityOf(position, label);
    expect(view?.dimensions).toBe(3);
    const flat = mean(
      bruteForce(
        position.map(([x, y]) => [x as number, y as number]),
        label,
      ),
    );
    expect(view?.purity?.share).toBeCloseTo(mean(bruteForce(position, label)), 9);
    expect(view?.purity?.share).toBeGreaterThan(flat + 0.2);
  });

  it('holds for one place, few rows and one row', async () => {
    const label = Array.from({ length: 30 }, (_, i) => i % 3);
    expect(
      (
        await found(
          label.map(() => [1, 1]),
          label,
        )
      ).share,
    ).toBeCloseTo(9 / 29, 12);
    expect(
      await found(
        [
          [0, 1],
          [2, 3],
          [2, 4],
        ],
        [0, 1, 1],
      ),
    ).toMatchObject({ neighbours: 2, share: 1 / 3 });
    expect((await purityOf([[1, 2]], [0]))[0]?.purity).toBeUndefined();
  });

  it('is the same for any number of workers', async () => {
    const { position, label } = blobs(2500, 2, 6);
    expect(await purityOf(position, label, 2)).toEqual(await purityOf(position, label, 1));
  });
});

describe('places of a map', () => {
  it('are numbered by their first rows; 0 and -0 are one place', () => {
    const position = Float32Array.of(0, 5, 1, 5, -0, 5, 0, -0, 0, 0, 1, 5);
    const { count, first, start, classes, rows } = placesOf(position, 2, [3, 1, 4, 1, 5, 1]);
    expect(count).toBe(3);
    expect([...first]).toEqual([0, 1, 3]);
    expect([...start]).toEqual([0, 2, 3, 5]);
    expect([...classes]).toEqual([3, 4, 1, 1, 5]);
    expect([...rows]).toEqual([1, 1, 2, 1, 1]);
  });
});
