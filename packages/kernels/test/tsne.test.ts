import { readFileSync } from 'node:fs';
import { Random } from '@layerwise/kernels/random';
import { evaluate, jointProbabilities, trustworthiness } from '@layerwise/kernels/tsne/reference';
import { affinities, evaluateMap, tsne, type TsneProgress } from '@layerwise/kernels/tsne';
import { describe, expect, it } from 'vitest';

interface Encoded {
  readonly rows: number;
  readonly columns: number;
  readonly base64: string;
}

const golden = JSON.parse(readFileSync(new URL('./goldens/tsne.json', import.meta.url), 'utf8'));
const decoded = ({ rows, columns, base64 }: Encoded) => ({
  rows,
  columns,
  data: Uint8Array.from(Buffer.from(base64, 'base64')),
});

/** Groups of rows about random centres. */
function groups(rows: number, columns: number, count = 6, seed = 3) {
  const random = new Random(Uint32Array.of(seed, 5, 6, 7));
  const centres = Float32Array.from({ length: count * columns }, () => 4 * random.float());
  const data = Float32Array.from(
    { length: rows * columns },
    (_, i) => centres[(Math.floor(i / columns) % count) * columns + (i % columns)] + random.float() + random.float(),
  );
  return { data, rows, columns };
}

/** A map of the given half width. */
function scattered(rows: number, half: number): Float64Array {
  const random = new Random(Uint32Array.of(8, 8, 8, 8));
  return Float64Array.from({ length: 2 * rows }, () => (random.float() + random.float() - 1) * half);
}

/** |a - b| / |b|. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [off, all] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    off += (a[i] - b[i]) ** 2;
    all += b[i] ** 2;
  }
  return Math.sqrt(off / all);
}

describe('against openTSNE and scikit-learn', () => {
  const { small, maps } = golden;

  it('makes the joint probabilities of openTSNE', async () => {
    const { start, index, p } = await affinities(decoded(small.data), { perplexity: small.perplexity });
    expect([...start]).toEqual(small.start);
    expect([...index]).toEqual(small.index);
    const largest = Math.max(...p.map((value, e) => Math.abs(value / small.p[e] - 1)));
    console.log(`joint probabilities: largest relative difference from openTSNE ${largest.toExponential(1)}`);
    expect(largest).toBeLessThan(1e-5);
  });

  it.each(['exact', 'grid'] as const)(
    'gives the divergence and gradient of openTSNE, repulsion: %s',
    async (repulsion) => {
      const { klDivergence, gradient } = await evaluateMap(decoded(small.data), small.map, {
        perplexity: small.perplexity,
        repulsion,
      });
      const off = difference(gradient, small.gradient);
      console.log(`${repulsion} gradient: relative difference from openTSNE ${off.toExponential(1)}`);
      expect(off).toBeLessThan(repulsion === 'exact' ? 1e-5 : 2e-2);
      expect(Math.abs(klDivergence - small.klDivergence)).toBeLessThan(repulsion === 'exact' ? 1e-5 : 5e-3);
    },
  );

  it.each(['exact', 'grid'] as const)(
    'reaches their divergence and trustworthiness, repulsion: %s',
    async (repulsion) => {
      const matrix = decoded(maps.data);
      const { perplexity, iterations, scikit, openTSNE } = maps;
      const { embedding, klDivergence } = await tsne(matrix, { perplexity, iterations, repulsion });
      expect(klDivergence).toBeLessThan(1.02 * Math.min(scikit.klDivergence, openTSNE.klDivergence));
      expect(trustworthiness(matrix, embedding)).toBeGreaterThan(
        Math.max(scikit.trustworthiness, openTSNE.trustworthiness) - 0.01,
      );
    },
  );
});

describe('against the twin', () => {
  const matrix = groups(600, 10);
  const P = jointProbabilities(matrix, 20);

  it.each([0.0005, 3, 20, 90])('has its divergence and gradient for a map of half width %f', async (half) => {
    const y = scattered(matrix.rows, half);
    const twin = evaluate(P, y);
    const exact = await evaluateMap(matrix, y, { perplexity: 20, repulsion: 'exact' });
    const grid = await evaluateMap(matrix, y, { perplexity: 20, repulsion: 'grid' });
    const [offExact, offGrid] = [difference(exact.gradient, twin.gradient), difference(grid.gradient, twin.gradient)];
    console.log(
      `half width ${half}: relative difference of the gradient, exact ${offExact.toExponential(1)}, grid ${offGrid.toExponential(1)}`,
    );
    expect(offExact).toBeLessThan(1e-5);
    expect(offGrid).toBeLessThan(2e-2);
    expect(exact.klDivergence).toBeCloseTo(twin.klDivergence, 5);
    expect(Math.abs(grid.klDivergence / twin.klDivergence - 1)).toBeLessThan(1e-3);
  });

  it('sums all pairs for a map that outgrows the grid', async () => {
    const y = scattered(matrix.rows, 900);
    const { klDivergence } = await evaluateMap(matrix, y, { perplexity: 20, repulsion: 'grid' });
    expect(klDivergence).toBeCloseTo(evaluate(P, y).klDivergence, 5);
  });

  it('reports the divergence of the map that it returns', async () => {
    const { embedding, klDivergence } = await tsne(matrix, { perplexity: 20, iterations: 300 });
    expect(Math.abs(klDivergence / evaluate(P, embedding).klDivergence - 1)).toBeLessThan(1e-3);
    const mean = embedding.reduce((sum, x) => sum + x, 0) / embedding.length;
    expect(Math.abs(mean)).toBeLessThan(1e-4);
  });
});

describe('runs', () => {
  it('gives the same bytes for 1, 2 and 3 workers and again, and leaves its input alone', async () => {
    const matrix = groups(2200, 16);
    const before = matrix.data.slice();
    const [one, ...others] = await Promise.all(
      [1, 2, 3, 2].map((workers) => tsne(matrix, { perplexity: 10, iterations: 60, exaggerated: 40, workers })),
    );
    for (const other of others) expect(other).toEqual(one);
    expect(matrix.data).toEqual(before);
  });

  it('tells of its progress, with the divergence', async () => {
    const steps: TsneProgress[] = [];
    await tsne(groups(100, 4), { perplexity: 5, iterations: 120, progress: (step) => steps.push(step) });
    expect(new Set(steps.map(({ phase }) => phase))).toEqual(new Set(['neighbours', 'affinities', 'descent']));
    expect(steps.at(-1)).toMatchObject({ done: 120, total: 120, klDivergence: expect.any(Number) });
    expect(steps.filter(({ phase }) => phase === 'descent').length).toBe(12);
  });

  it('stops in the middle on abort', async () => {
    const stop = new AbortController();
    const running = tsne(groups(2200, 8), {
      perplexity: 10,
      iterations: 100000,
      workers: 2,
      signal: stop.signal,
      progress: ({ phase, done }) => phase === 'descent' && done === 20 && stop.abort(),
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([4, 10, 65])('maps %i rows', async (rows) => {
    const { embedding, klDivergence } = await tsne(groups(rows, 3, 2), { perplexity: (rows - 1) / 3, iterations: 300 });
    expect(embedding.every(Number.isFinite)).toBe(true);
    expect(klDivergence).toBeGreaterThanOrEqual(0);
    expect(klDivergence).toBeLessThan(3);
  });

  it('stays finite with an absurd step length', async () => {
    for (const repulsion of ['exact', 'grid'] as const) {
      const { embedding } = await tsne(groups(80, 3), {
        perplexity: 5,
        iterations: 400,
        exaggerated: 0,
        learningRate: 1e300,
        repulsion,
      });
      expect(embedding.every(Number.isFinite)).toBe(true);
    }
  });

  it('meets constant data, equal rows and a single column without NaN', async () => {
    const constant = { data: new Float32Array(60 * 3).fill(2), rows: 60, columns: 3 };
    const pairs = groups(60, 3);
    pairs.data.set(pairs.data.subarray(0, 90), 90);
    const line = { data: Float32Array.from({ length: 60 }, (_, i) => i), rows: 60, columns: 1 };
    for (const matrix of [constant, pairs, line]) {
      for (const repulsion of ['exact', 'grid'] as const) {
        const { embedding, klDivergence } = await tsne(matrix, { perplexity: 5, iterations: 300, repulsion });
        expect(embedding.every(Number.isFinite)).toBe(true);
        expect(Number.isFinite(klDivergence)).toBe(true);
      }
    }
  });
});

describe('refusals', () => {
  const matrix = groups(40, 3);
  it.each([
    [
      { perplexity: 14 },
      'the perplexity must be in [1, 13.00] for 40 rows ((rows - 1) / 3), got 14; lower it or take more rows',
    ],
    [{ perplexity: NaN }, 'got NaN'],
    [{ perplexity: 5, iterations: 0 }, 'the number of iterations must be a whole number of at least 1, got 0'],
    [{ perplexity: 5, exaggeration: 0.5 }, 'the exaggeration must be a number of at least 1, got 0.5'],
    [{ perplexity: 5, exaggerated: -1 }, 'exaggerated iterations'],
    [{ perplexity: 5, learningRate: 0 }, "the learning rate must be above 0 or 'auto', got 0"],
    [{ perplexity: 5, momentum: 1 }, 'the momentum must be in [0, 1), got 1'],
  ])('refuses %j', async (options, message) => {
    const error = await tsne(matrix, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as RangeError).message).toContain(message);
  });

  it('refuses too few rows, NaN and a map of another size', async () => {
    await expect(tsne({ data: new Float32Array(9), rows: 3, columns: 3 })).rejects.toThrow(
      't-SNE needs at least 4 rows, got 3',
    );
    await expect(tsne({ data: new Float32Array(0), rows: 0, columns: 3 })).rejects.toThrow(
      't-SNE needs at least 4 rows, got 0',
    );
    await expect(evaluateMap(matrix, [1, 2], { perplexity: 5 })).rejects.toThrow(
      'a map of 40 rows needs 80 numbers, got 2',
    );
    const data = matrix.data.slice();
    data[7] = NaN;
    await expect(tsne({ ...matrix, data }, { perplexity: 5 })).rejects.toThrow(/NaN in row 2, column 1/);
  });
});
