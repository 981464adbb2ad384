import { nearestNeighbours } from '@layerwise/kernels/neighbours';
import { Random } from '@layerwise/kernels/random';
import { neighbours } from '@layerwise/kernels/tsne/reference';
import { describe, expect, it } from 'vitest';

/** Rows on a curved surface of few dimensions, as activations are, with some noise. */
function surface(rows: number, columns: number, seed = 1): Float32Array {
  const random = new Random(Uint32Array.of(seed, 2, 3, 4));
  const mix = Float32Array.from({ length: 5 * columns }, () => random.float() - 0.5);
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const t = Float32Array.from({ length: 5 }, () => random.float() * 3);
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += t[k] * mix[k * columns + c];
      out[r * columns + c] = Math.max(0, sum + sum * sum * 0.2) + random.float() * 0.1;
    }
  }
  return out;
}

/** Share of the true neighbours that were found. */
function recall(found: Uint32Array, truth: readonly number[][], k: number): number {
  let hits = 0;
  truth.forEach((list, i) => {
    const mine = new Set(found.subarray(i * k, (i + 1) * k));
    for (const j of list) if (mine.has(j)) hits++;
  });
  return hits / (truth.length * k);
}

describe('nearest neighbours', () => {
  it.each([
    [3, 1],
    [64, 2],
    [65, 9],
    [400, 40],
    [600, 128],
  ])('finds all of them for %i rows of %i columns', async (rows, columns) => {
    const matrix = { data: surface(rows, columns), rows, columns };
    const k = Math.min(rows - 1, 30);
    const found = await nearestNeighbours(matrix, k);
    // Two distances that differ by less than the rounding of float32 may change places at the end of a list.
    expect(recall(found.index, neighbours(matrix, k), k)).toBeGreaterThan(0.9999);
    for (let i = 0; i < rows; i++)
      for (let j = 1; j < k; j++)
        expect(found.distance[i * k + j]).toBeGreaterThanOrEqual(found.distance[i * k + j - 1]);
  });

  it('gives the same bytes for 1, 2 and 3 workers, and leaves its input alone', async () => {
    const data = surface(2500, 24);
    const before = data.slice();
    const [one, ...others] = await Promise.all(
      [1, 2, 3].map((workers) => nearestNeighbours({ data, rows: 2500, columns: 24 }, 15, { workers })),
    );
    for (const other of others) expect(other).toEqual(one);
    expect(data).toEqual(before);
  });

  it('finds neighbours at any scale and offset, and beside an outlier', async () => {
    const base = surface(300, 12);
    const truth = neighbours({ data: base, rows: 300, columns: 12 }, 10);
    for (const change of [(x: number) => x * 2 ** 60, (x: number) => x * 2 ** -60, (x: number) => x + 64]) {
      const data = base.map(change);
      const { index } = await nearestNeighbours({ data, rows: 300, columns: 12 }, 10);
      expect(recall(index, truth, 10)).toBeGreaterThan(0.995);
    }
    const data = Float32Array.from([...base, ...new Float32Array(12).fill(1e6)]);
    const { index } = await nearestNeighbours({ data, rows: 301, columns: 12 }, 10);
    expect(recall(index.subarray(0, 3000), truth, 10)).toBeGreaterThan(0.999);
  });

  it('meets equal rows', async () => {
    const data = new Float32Array(200 * 4).fill(3);
    const { index, distance } = await nearestNeighbours({ data, rows: 200, columns: 4 }, 5);
    expect(distance.every((d) => d === 0)).toBe(true);
    for (let i = 0; i < 200; i++) {
      const list = [...index.subarray(i * 5, i * 5 + 5)];
      expect(new Set(list).size).toBe(5);
      expect(list).not.toContain(i);
    }
  });

  it('refuses what makes no sense', async () => {
    const matrix = { data: surface(20, 3), rows: 20, columns: 3 };
    await expect(nearestNeighbours(matrix, 20)).rejects.toThrow(
      'the number of neighbours must be 1 to 19 (rows - 1), got 20',
    );
    await expect(nearestNeighbours({ ...matrix, rows: 21 }, 2)).rejects.toThrow(RangeError);
    matrix.data[4] = Infinity;
    await expect(nearestNeighbours(matrix, 2)).rejects.toThrow(/Infinity in row 1, column 1/);
    await expect(
      nearestNeighbours({ data: surface(3000, 3), rows: 3000, columns: 3 }, 2, {
        workers: 2,
        signal: AbortSignal.abort(),
      }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
