import { expect, it } from 'vitest';
import { Random } from '@layerwise/kernels/random';
import { byBestClass } from '../src/orders.js';
import { jointRows, together } from '../src/together.js';

it('finds repeated nodes and the rank of a layer too wide for all its correlations at once', async () => {
  const [rows, H, rank] = [60, 2500, 7];
  const random = new Random(Uint32Array.of(4, 3, 2, 1));
  const noise = (): number => random.float() - 0.5;
  const sources = Float64Array.from({ length: rows * rank }, noise);
  const mixing = Float64Array.from({ length: rank * H }, noise);
  const data = new Float32Array(rows * H);
  for (let r = 0; r < rows; r++)
    for (let h = 0; h < H; h++)
      for (let k = 0; k < rank; k++) data[r * H + h] += sources[r * rank + k] * mixing[k * H + h];
  for (const [node, of, factor] of [
    [2400, 3, 2],
    [1500, 1100, -3],
    [20, 10, 1],
  ])
    for (let r = 0; r < rows; r++) data[r * H + node] = factor * data[r * H + of];
  const found = await together({ data, width: H }, { workers: 1, signal: new AbortController().signal });
  const exact = found.duplicates.filter(({ correlation }) => Math.abs(correlation) > 0.9999999);
  expect(exact.map(({ node, of }) => [node, of])).toEqual([
    [20, 10],
    [1500, 1100],
    [2400, 3],
  ]);
  for (const { node, of, correlation } of found.duplicates.filter((_, i) => i % 500 === 0))
    expect(correlation).toBeCloseTo(correlationOf(data, rows, H, node, of), 6);
  expect(found.effectiveRank).toBeCloseTo(rankOf(data, rows, H), 3);
  expect(found.effectiveRank).toBeLessThanOrEqual(rank);
});

/** By the definition. */
function correlationOf(data: Float32Array, rows: number, H: number, a: number, b: number): number {
  const column = (h: number): number[] => Array.from({ length: rows }, (_, r) => data[r * H + h]);
  const centred = (x: number[]): number[] => x.map((v) => v - x.reduce((s, y) => s + y, 0) / rows);
  const [x, y] = [centred(column(a)), centred(column(b))];
  const product = (p: number[], q: number[]): number => p.reduce((s, v, i) => s + v * q[i], 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

/** Of the products of centred rows, whose eigenvalues are found by Jacobi's rotations. */
function rankOf(data: Float32Array, rows: number, H: number): number {
  const mean = Array.from({ length: H }, (_, h) => {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += data[r * H + h];
    return sum / rows;
  });
  const g = Array.from({ length: rows }, (_, a) =>
    Array.from({ length: rows }, (__, b) => {
      let sum = 0;
      for (let h = 0; h < H; h++) sum += (data[a * H + h] - mean[h]) * (data[b * H + h] - mean[h]);
      return sum;
    }),
  );
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < rows; p++)
      for (let q = p + 1; q < rows; q++) {
        if (Math.abs(g[p][q]) < 1e-12) continue;
        const theta = (g[q][q] - g[p][p]) / (2 * g[p][q]);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const [c, s] = [1 / Math.hypot(t, 1), t / Math.hypot(t, 1)];
        for (let k = 0; k < rows; k++) [g[k][p], g[k][q]] = [c * g[k][p] - s * g[k][q], s * g[k][p] + c * g[k][q]];
        for (let k = 0; k < rows; k++) [g[p][k], g[q][k]] = [c * g[p][k] - s * g[q][k], s * g[p][k] + c * g[q][k]];
      }
  const values = g.map((row, i) => Math.max(0, row[i]));
  const total = values.reduce((s, v) => s + v, 0);
  return Math.exp(-values.reduce((s, v) => (v > 1e-12 * total ? s + (v / total) * Math.log(v / total) : s), 0));
}

it('looks at few rows of a wide layer', () => {
  expect(jointRows(55_000, 2049)).toHaveLength(1024);
  expect(jointRows(500, 4096)).toHaveLength(500);
});

it('orders the nodes of a wide layer by the class that they tell best, the surest first', () => {
  const areas = Float64Array.of(0.9, 0.2, 0.3, 0.8, 0.95, 0.1, 0.5, 0.9);
  expect(byBestClass(areas, 4, [1, 0])).toEqual([3, 1, 2, 0]);
});
