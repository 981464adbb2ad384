import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  covariance,
  fitPca,
  fitPcaByRows,
  project,
  symmetricEigen,
  type MatrixSource,
  type NumericMatrix,
} from '@layerwise/kernels/pca';
import { covarianceReference, jacobiReference, projectReference } from '@layerwise/kernels/pca/reference';
import { madeBytes, madeFloats, maxDifference, words } from './made.js';

interface Golden {
  readonly mean: number[];
  readonly variances: number[];
  readonly ratios: number[];
  readonly components: number[][];
  readonly count90: number;
}
const goldens = JSON.parse(readFileSync(new URL('./goldens/pca-forest.json', import.meta.url), 'utf8')) as Record<
  'bytes' | 'floats',
  Golden
>;

const random = (n: number, seed: number): Float64Array =>
  Float64Array.from(words(n, seed), (word) => word / 2 ** 23 - 1);

/** Symmetric, entries in [-1, 1]. */
function symmetric(n: number, seed: number): Float64Array {
  const a = random(n * n, seed);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j]!;
  return a;
}

/** Largest |A v - value v| / largest |A| and largest |v_i'v_j - delta_ij|. */
function defects(
  a: Float64Array,
  n: number,
  { values, vectors, count }: { values: Float64Array; vectors: Float64Array; count: number },
): { residual: number; orthogonality: number } {
  const norm = a.reduce((peak, value) => Math.max(peak, Math.abs(value)), 1e-300);
  let [residual, orthogonality] = [0, 0];
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < n; i++) {
      let sum = -values[k]! * vectors[k * n + i]!;
      for (let j = 0; j < n; j++) sum += a[i * n + j]! * vectors[k * n + j]!;
      residual = Math.max(residual, Math.abs(sum) / norm);
    }
    for (let other = 0; other <= k; other++) {
      let dot = other === k ? -1 : 0;
      for (let j = 0; j < n; j++) dot += vectors[k * n + j]! * vectors[other * n + j]!;
      orthogonality = Math.max(orthogonality, Math.abs(dot));
    }
  }
  return { residual, orthogonality };
}

describe('symmetricEigen', () => {
  const repeated = new Float64Array(40 * 40);
  for (let i = 0; i < 40; i++) repeated[i * 41] = i < 25 ? 3 : 1;
  const graded = Float64Array.from({ length: 900 }, (_, i) => 10 ** -((Math.floor(i / 30) + (i % 30)) / 4));
  const matrices: [string, Float64Array, number][] = [
    ['1 x 1', Float64Array.of(-4), 1],
    ['2 x 2', Float64Array.of(2, 1, 1, 2), 2],
    ['random 7 x 7', symmetric(7, 1), 7],
    ['random 64 x 64', symmetric(64, 2), 64],
    ['random 101 x 101', symmetric(101, 3), 101],
    ['zero', new Float64Array(25), 5],
    ['repeated values', repeated, 40],
    ['all ones', new Float64Array(900).fill(1), 30],
    ['graded over 15 powers of ten', graded, 30],
    ['of entries about 1e200', symmetric(20, 4).map((value) => value * 1e200), 20],
  ];
  it.each(matrices)('solves %s, for all vectors and for a few', async (_name, a, n) => {
    const before = a.slice();
    for (const count of [n, Math.min(n, 3), Math.min(n, Math.floor(n / 4) + 2)]) {
      const eigen = await symmetricEigen(a, n, () => count);
      const { residual, orthogonality } = defects(a, n, eigen);
      expect(residual).toBeLessThan(1e-9);
      expect(orthogonality).toBeLessThan(1e-10);
      expect(Array.from(eigen.values)).toEqual(Array.from(eigen.values).sort((p, q) => q - p));
    }
    expect(a).toEqual(before);
  });

  it.each([300, 301])('gives the same bytes for 1, 2 and 3 workers, %i rows', async (n) => {
    const a = symmetric(n, 14);
    const one = await symmetricEigen(a, n, () => 20);
    const { residual, orthogonality } = defects(a, n, one);
    expect(Math.max(residual, orthogonality)).toBeLessThan(1e-11);
    for (const workers of [2, 3]) expect(await symmetricEigen(a, n, () => 20, { workers })).toEqual(one);
  });

  it('has the eigenvalues of its plain twin', async () => {
    for (const [n, seed] of [
      [5, 11],
      [16, 12],
      [33, 13],
    ] as const) {
      const a = symmetric(n, seed);
      const { values } = await symmetricEigen(a, n);
      expect(maxDifference(values, jacobiReference(a, n).values)).toBeLessThan(1e-12 * n);
    }
  });

  it('refuses matrices that are not square or not finite', async () => {
    await expect(symmetricEigen(new Float64Array(5), 2)).rejects.toThrow(/must have 4 entries, got 5/);
    await expect(symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2)).rejects.toThrow(TypeError);
  });
});

describe('covariance', () => {
  const bytes = (rows: number, columns: number, lit: number, seed: number): NumericMatrix => ({
    data: Uint8Array.from(words(rows * columns, seed), (word) => ((word >> 8) % 100 < lit ? word & 255 : 0)),
    rows,
    columns,
  });
  it.each([
    [2, 1, 100],
    [3, 5, 100],
    [257, 17, 80],
    [300, 33, 5],
    [1030, 20, 30],
    [512, 48, 2],
  ])('of %i x %i bytes, %i%% lit, is that of the plain twin', async (rows, columns, lit) => {
    const matrix = bytes(rows, columns, lit, rows + lit);
    const ours = await covariance(matrix);
    const plain = covarianceReference(matrix);
    expect(maxDifference(ours.mean, plain.mean)).toBeLessThan(1e-10);
    expect(maxDifference(ours.covariance, plain.covariance)).toBeLessThan(1e-8);
  });

  it('of sparse and dense kernels is the same, exact numbers', async () => {
    const dense = bytes(700, 24, 90, 5);
    const padded = new Uint8Array(700 * 240); // the same columns among zeros: sparse enough for outer products
    for (let r = 0; r < 700; r++) for (let j = 0; j < 24; j++) padded[r * 240 + 10 * j] = dense.data[r * 24 + j]!;
    const [one, two] = [await covariance(dense), await covariance({ data: padded, rows: 700, columns: 240 })];
    for (let a = 0; a < 24; a++)
      for (let b = 0; b < 24; b++) expect(two.covariance[a * 10 * 240 + b * 10]).toBe(one.covariance[a * 24 + b]);
  });

  it('stays exact past the rows whose sums fit in 32 bits', async () => {
    const rows = 70_000;
    const data = new Uint8Array(rows * 2).fill(255);
    for (let r = 0; r < rows; r += 2) data[2 * r] = 0;
    const { mean, covariance: values } = await covariance({ data, rows, columns: 2 }, { workers: 2 });
    expect(Array.from(mean)).toEqual([127.5, 255]);
    expect(Array.from(values)).toEqual([(127.5 ** 2 * rows) / (rows - 1), 0, 0, 0]);
  });

  it('adds every row once over many blocks of rows', async () => {
    const [few, times, columns] = [250, 60, 601];
    const once = bytes(few, columns, 30, 17);
    const data = new Uint8Array(few * times * columns);
    for (let i = 0; i < times; i++) data.set(once.data, i * few * columns);
    const [one, many] = [
      await covariance(once),
      await covariance({ data, rows: few * times, columns }, { workers: 2 }),
    ];
    expect(many.mean).toEqual(one.mean);
    const factor = (times * (few - 1)) / (few * times - 1);
    expect(
      maxDifference(
        many.covariance,
        one.covariance.map((value) => value * factor),
      ),
    ).toBeLessThan(1e-9);
    expect(await covariance({ data, rows: few * times, columns })).toEqual(many);
  });

  it.each([
    [40, 3],
    [129, 9],
    [300, 21],
  ])('of %i x %i floats with large means is that of the plain twin', async (rows, columns) => {
    const matrix = { data: Float32Array.from(random(rows * columns, rows), (value) => 1000 + value), rows, columns };
    const ours = await covariance(matrix, { workers: 2 });
    const plain = covarianceReference(matrix);
    expect(maxDifference(ours.mean, plain.mean)).toBeLessThan(1e-9);
    expect(maxDifference(ours.covariance, plain.covariance)).toBeLessThan(1e-9);
  });

  it('adds more floats than its memory holds at once in the order of the rows', async () => {
    const [rows, columns] = [2600, 2048]; // 21 MB, in two blocks
    const data = Float32Array.from(random(rows * columns, 11), (value, i) => (i % 3 === 0 ? value : 0));
    const { covariance: found, mean } = await covariance({ data, rows, columns }, { workers: 2 });
    for (const [a, b] of [
      [0, 0],
      [5, 1300],
      [2047, 2047],
    ] as const) {
      const centred = (r: number, j: number): number => (data[r * columns + j] as number) - (mean[j] as number);
      let sum = 0;
      for (let r = 0; r < rows; r += 128) {
        const [even, odd] = [0, 0].map((_, lane) => {
          let part = 0;
          for (let k = lane; k < 128; k += 2) part += r + k < rows ? centred(r + k, a) * centred(r + k, b) : 0;
          return part;
        }) as [number, number];
        sum += even + odd;
      }
      expect(found[a * columns + b]).toBe(sum / (rows - 1));
    }
  });

  it.each([madeBytes(500, 30, 4, 1), madeFloats(500, 30, 4, 1)])(
    'gives the same bytes for 1, 2 and 3 workers',
    async (matrix) => {
      const [one, ...others] = await Promise.all([1, 2, 3].map((workers) => covariance(matrix, { workers })));
      for (const other of others) expect(other).toEqual(one);
    },
  );
});

describe('fitPca', () => {
  it.each([
    ['bytes', madeBytes(400, 12, 4, 7)],
    ['floats', madeFloats(400, 12, 4, 7)],
  ] as const)('agrees with scikit-learn on %s', async (name, matrix) => {
    const golden = goldens[name];
    const model = await fitPca(matrix, { components: 12 });
    expect(maxDifference(model.mean, golden.mean)).toBeLessThan(1e-9);
    expect(maxDifference(model.spectrum, golden.variances)).toBeLessThan(1e-9 * golden.variances[0]!);
    expect(
      maxDifference(
        model.spectrum.map((variance) => variance / model.total),
        golden.ratios,
      ),
    ).toBeLessThan(1e-12);
    for (const [k, theirs] of golden.components.entries()) {
      const ours = model.components.subarray(12 * k, 12 * k + 12);
      const sign = Math.sign(ours.reduce((sum, value, j) => sum + value * theirs[j]!, 0));
      expect(
        maxDifference(
          ours.map((value) => sign * value),
          theirs,
        ),
      ).toBeLessThan(1e-8);
    }
    expect((await fitPca(matrix, { variance: 0.9 })).count).toBe(golden.count90);
  });

  it('turns the loading of largest absolute value positive', async () => {
    const { components, count, columns } = await fitPca(madeBytes(300, 9, 3, 5), { variance: 1 });
    for (let k = 0; k < count; k++) {
      const vector = Array.from(components.subarray(k * columns, (k + 1) * columns));
      expect(Math.max(...vector)).toBe(Math.max(...vector.map(Math.abs)));
    }
  });

  it('applies a scale per column exactly', async () => {
    const matrix = madeBytes(200, 4, 3, 6);
    const factor = [0.5, 2, 0.25, 4]; // powers of two: scaling is exact in floats as well
    const offset = [1, -2, 0, 8];
    const scaled = {
      ...matrix,
      data: Float32Array.from(matrix.data, (value, i) => value * factor[i % 4]! + offset[i % 4]!),
    };
    const [one, two] = [
      await fitPca(matrix, { components: 4 }, { scale: { factor, offset } }),
      await fitPca(scaled, { components: 4 }),
    ];
    expect(maxDifference(one.mean, two.mean)).toBeLessThan(1e-10);
    expect(maxDifference(one.components, two.components)).toBeLessThan(1e-10);
    expect(maxDifference(await project(one, matrix), await project(two, scaled))).toBeLessThan(1e-3);
  });

  it('leaves constant columns out and knows the rank', async () => {
    const { data, rows } = madeBytes(100, 3, 3, 8);
    const wide = Uint8Array.from(
      { length: rows * 6 },
      (_, i) =>
        [7, data[Math.floor(i / 6) * 3]!, 0, data[Math.floor(i / 6) * 3 + 1]!, data[Math.floor(i / 6) * 3]!, 255][
          i % 6
        ]!,
    );
    const model = await fitPca({ data: wide, rows, columns: 6 }, { variance: 1 });
    expect([model.rank, model.count]).toEqual([2, 2]);
    expect(Array.from(model.spectrum.slice(2))).toEqual([0, 0, 0, 0]);
    for (const j of [0, 2, 5]) expect([model.components[j], model.components[6 + j]]).toEqual([0, 0]);
    await expect(fitPca({ data: wide, rows, columns: 6 }, { components: 3 })).rejects.toThrow(
      /at most 2, the rank of the 100 x 6 features, got 3/,
    );
  });

  it('takes a constant float column as constant, however it rounds', async () => {
    const data = Float32Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0 ? 0.1 : i % 3 === 1 ? i : Math.fround(1 / 3),
    );
    const model = await fitPca({ data, rows: 100, columns: 3 }, { variance: 1 });
    expect([model.rank, model.count]).toEqual([1, 1]);
    expect(Array.from(model.components)).toEqual([0, 1, 0]);
  });

  it('refuses sizes, shares and entries that make no sense', async () => {
    const good = madeBytes(10, 3, 2, 1);
    await expect(fitPca({ ...good, rows: 9 }, { components: 1 })).rejects.toThrow(
      /9 x 3 must have rows x columns entries, at least one column, got 30/,
    );
    await expect(fitPca({ data: new Uint8Array(3), rows: 1, columns: 3 }, { components: 1 })).rejects.toThrow(
      /at least 2 rows are needed, got 1/,
    );
    await expect(fitPca({ data: new Uint8Array(0), rows: 0, columns: 3 }, { components: 1 })).rejects.toThrow(
      /at least 2 rows/,
    );
    await expect(fitPca({ data: new Uint8Array(30), rows: 10, columns: 3 }, { components: 1 })).rejects.toThrow(
      /all 3 columns are constant over the 10 rows/,
    );
    await expect(
      fitPca({ data: Float32Array.of(1, 2, NaN, 4), rows: 2, columns: 2 }, { components: 1 }),
    ).rejects.toThrow('features must be finite numbers, got NaN in row 1, column 0');
    for (const variance of [0, -1, 1.01, NaN])
      await expect(fitPca(good, { variance })).rejects.toThrow(/share of variance must be in \(0, 1\]/);
    for (const components of [0, 1.5, 4]) await expect(fitPca(good, { components })).rejects.toThrow(RangeError);
  });

  it('does not change its input', async () => {
    const matrix = madeBytes(50, 5, 2, 3);
    const before = matrix.data.slice();
    await project(await fitPca(matrix, { components: 2 }), matrix);
    expect(matrix.data).toEqual(before);
  });
});

describe('project', () => {
  it.each([madeBytes(70, 13, 4, 9), madeFloats(70, 13, 4, 9)])('is the plain product, to float32', async (matrix) => {
    const model = await fitPca(matrix, { components: 7 });
    const plain = projectReference(matrix, model.mean, model.components);
    const ours = await project(model, matrix, { workers: 2 });
    expect(maxDifference(ours, plain)).toBeLessThan(1e-6 * 13 * 255);
    expect(await project(model, matrix)).toEqual(ours);
  });

  it('takes no rows, and refuses other columns', async () => {
    const model = await fitPca(madeBytes(20, 4, 2, 2), { components: 2 });
    expect(await project(model, { data: new Uint8Array(0), rows: 0, columns: 4 })).toEqual(new Float32Array(0));
    await expect(project(model, { data: new Uint8Array(6), rows: 2, columns: 3 })).rejects.toThrow(
      /fitted on 4 columns, got 3/,
    );
  });
});

describe('rows that are read as they are needed', () => {
  /** Each read overwrites what the last one gave. */
  function sourceOf({ data, rows, columns }: NumericMatrix): MatrixSource {
    const held = data.slice();
    return {
      dtype: data instanceof Uint8Array ? 'uint8' : 'float32',
      rows,
      columns,
      read: async (from, to) => {
        held.set(data.subarray(from * columns, to * columns));
        return held.subarray(0, (to - from) * columns);
      },
    };
  }

  it.each([
    ['bytes', { data: madeBytes(900, 40, 3, 5).data, rows: 900, columns: 40 }],
    ['floats', { data: madeFloats(900, 40, 3, 5).data, rows: 900, columns: 40 }],
    [
      'floats with a constant column',
      { data: madeFloats(900, 40, 3, 5).data.map((x, i) => (i % 40 === 7 ? 0.1 : x)), rows: 900, columns: 40 },
    ],
  ] as [string, NumericMatrix][])('give the bits of rows in memory: %s', async (_, matrix) => {
    const options = { workers: 2 };
    const [whole, read] = [
      await fitPca(matrix, { components: 5 }, options),
      await fitPca(sourceOf(matrix), { components: 5 }, options),
    ];
    expect(read).toEqual(whole);
    expect(await project(read, sourceOf(matrix), options)).toEqual(await project(whole, matrix, options));
  });

  it('are checked too', async () => {
    const matrix = {
      data: madeFloats(900, 40, 3, 5).data.map((x, i) => (i === 899 * 40 + 3 ? NaN : x)),
      rows: 900,
      columns: 40,
    };
    await expect(fitPca(sourceOf(matrix), { components: 2 })).rejects.toThrow(
      'features must be finite numbers, got NaN in row 899, column 3',
    );
  });
});

describe('fitPcaByRows', () => {
  const matrix = { data: madeFloats(30, 200, 3, 5).data, rows: 30, columns: 200 };
  const scale = { factor: Array.from({ length: 200 }, (_, j) => 1 + (j % 3)), offset: 2 };

  it('finds the components that the covariance of the columns has', async () => {
    const [few, all] = [await fitPcaByRows(matrix, 4, { scale }), await fitPca(matrix, { components: 4 }, { scale })];
    expect(maxDifference(few.components, all.components)).toBeLessThan(1e-4);
    expect(maxDifference(few.mean, all.mean)).toBeLessThan(1e-6);
    expect(few.total / all.total).toBeCloseTo(1, 6);
    for (let k = 0; k < 4; k++) expect(few.spectrum[k]! / all.spectrum[k]!).toBeCloseTo(1, 6);
  });

  it('has no more components than there are', async () => {
    const flat = { ...matrix, data: matrix.data.map((_, i) => (Math.floor(i / 200) % 3) * ((i % 200) % 7)) };
    expect((await fitPcaByRows(flat, 10)).count).toBe(1);
  });
});
