import { MemoryArtifact, runInMemory } from '@layerwise/conformance';
import type { Affine, FeaturesInfo } from '@layerwise/contracts';
import { stage } from '@layerwise/reduce-variance';
import { describe, expect, it } from 'vitest';

/** Columns that take the values 0 and twice their spread in turn, so that their standard deviation is the spread. */
const spreads = [3, 0, 100, 7, 7, 20];

async function artifact(scale: Affine, { flat = false, floats = false } = {}): Promise<MemoryArtifact> {
  const dataset = { name: 'made', width: 3, height: 2, classes: ['a', 'b'], origin: 'made for this test' };
  const made = new MemoryArtifact('features');
  // The other splits vary most where the training rows do least.
  for (const [name, rows] of [
    ['train', 10],
    ['validation', 4],
    ['test', 4],
  ] as const) {
    const value = (r: number, j: number): number =>
      flat ? 5 : name === 'train' ? 2 * spreads[j]! * (r % 2) : j === 1 ? 200 * (r % 2) : 9;
    const values = Array.from({ length: rows * 6 }, (_, at) => value(Math.floor(at / 6), at % 6));
    await made.matrix(name, {
      rows,
      columns: {
        id: { data: Uint32Array.from({ length: rows }, (_, i) => i), width: 1 },
        label: { data: Uint16Array.from({ length: rows }, (_, i) => i % 2), width: 1 },
        features: { data: floats ? Float32Array.from(values) : Uint8Array.from(values), width: 6 },
      },
    });
  }
  await made.json('features', { origin: 'pixels', columns: 6, scale, dataset } satisfies FeaturesInfo);
  return made;
}

const plain = { factor: 1 / 255, offset: 0 };

describe('reduce-variance', () => {
  it.each([false, true])(
    'keeps the columns of highest variance, of equal ones the lower (floats: %s)',
    async (floats) => {
      const { output } = await runInMemory(stage, {
        params: { topK: 3 },
        inputs: { features: await artifact(plain, { floats }) },
      });
      expect(await output.json('features')).toMatchObject({ origin: 'selected', columns: 3, selected: [2, 3, 5] });
      const { values } = (await output.table('importances')).importance!;
      const squares = spreads.map((spread) => spread * spread);
      const total = squares.reduce((a, b) => a + b);
      Array.from(values as ArrayLike<number>).forEach((share, j) => expect(share).toBeCloseTo(squares[j]! / total, 12));
    },
  );

  it('goes by the values as they are scaled', async () => {
    const scale = { factor: [1, 1, 0.01, 1, 5, 0.1], offset: [0, 9, 0, 0, 0, 0] };
    const { output } = await runInMemory(stage, { params: { topK: 2 }, inputs: { features: await artifact(scale) } });
    expect(await output.json('features')).toMatchObject({ selected: [3, 4] });
  });

  it('keeps the first columns where none varies', async () => {
    const { output } = await runInMemory(stage, {
      params: { topK: 2 },
      inputs: { features: await artifact(plain, { flat: true }) },
    });
    expect(await output.json('features')).toMatchObject({ selected: [0, 1] });
  });

  it('refuses to keep more columns than there are', async () => {
    const run = runInMemory(stage, { params: { topK: 7 }, inputs: { features: await artifact(plain) } });
    await expect(run).rejects.toThrow('reduce-variance.topK must be at most 6');
  });
});
