import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { covariance, fitPca, project, symmetricEigen } from '@layerwise/kernels/pca';
import { Random } from '@layerwise/kernels/random';
import { openNet, openTrainer, type LabelledRows, type LayerWeights, type Network } from '@layerwise/kernels/train';

/** Half a unit in the last place of 1: what one rounding may change a number by, as a share of it. */
const FLOAT32 = 2 ** -24;
const FLOAT64 = 2 ** -53;

const random = new Random(Uint32Array.of(3, 1, 4, 1));
const uniform = (size: number): number => size * (2 * random.float() - 1);
const floats = (length: number, size = 1): Float32Array => Float32Array.from({ length }, () => uniform(size));

/** Numbers of which this share is not 0. */
const sparse = (length: number, density: number): Float32Array =>
  Float32Array.from({ length }, () => (random.float() < density ? uniform(1) : 0));

const linear = (units: number) => ({ units, activation: 'linear', dropout: 0, l2: 0 }) as const;
const identity = { factor: 1, offset: 0 };

/** The largest |found - right| / bound, over all numbers; `right` and `bound` for the number at a place. */
function worst(found: ArrayLike<number>, right: (i: number) => readonly [right: number, bound: number]): number {
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const [value, bound] = right(i);
    const off = Math.abs(found[i] - value);
    if (off > 0) most = Math.max(most, off / bound);
  }
  return most;
}

/** x W + b of one row and unit in float64, and the sum of the sizes of what is added. */
function weightedSum(x: ArrayLike<number>, { kernel, bias }: LayerWeights, unit: number): [sum: number, sizes: number] {
  const units = bias.length;
  let [sum, sizes] = [bias[unit], Math.abs(bias[unit])];
  for (let i = 0; i < x.length; i++) {
    sum += x[i] * kernel[i * units + unit];
    sizes += Math.abs(x[i] * kernel[i * units + unit]);
  }
  return [sum, sizes];
}

/** A softmax of K logits in float64, its cross-entropy for each label, and the largest distance of a logit from the top. */
function softmax(logits: ArrayLike<number>): { p: number[]; loss: (label: number) => number; spread: number } {
  const top = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (z) => Math.exp(z - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return {
    p: powers.map((x) => x / sum),
    loss: (label) => Math.log(sum) - (logits[label] - top),
    spread: top - Math.min(...Array.from(logits)),
  };
}

describe('error bounds', () => {
  it.each([
    [1, 16, 1],
    [17, 1, 0.9],
    [300, 37, 1],
    [300, 70, 0.1],
    [784, 130, 0.2],
    [784, 48, 1],
  ])('weighted sums of %i inputs to %i nodes, a share of %f not 0: (inputs + 1) u', async (inputs, units, density) => {
    const network: Network = { inputs, inputDropout: 0, hidden: [linear(units), linear(40), linear(33)], classes: 3 };
    const sizes = [inputs, units, 40, 33, 3];
    const weights = sizes
      .slice(1)
      .map((n, l): LayerWeights => ({ kernel: floats(n * (sizes[l] as number)), bias: floats(n) }));
    const rows = { values: sparse(70 * inputs, density), labels: new Uint16Array(70) };
    const net = await openNet({ network, weights, scale: identity, rows: { all: rows } });
    const { hidden } = await net.predict('all', 0, 70);
    await net.close();
    let below: Float32Array = rows.values;
    for (const [l, values] of hidden.entries()) {
      const [k, n] = [sizes[l], sizes[l + 1]];
      const inputsOf = below;
      const most = worst(values, (i) => {
        const r = Math.floor(i / n);
        const [sum, size] = weightedSum(inputsOf.subarray(r * k, (r + 1) * k), weights[l], i % n);
        return [sum, (k + 1) * FLOAT32 * size];
      });
      expect(most).toBeLessThan(1);
      below = values;
    }
  });

  it.each([2, 10, 100, 1000])('softmax of %i logits: (K + 8 + spread) u', async (classes) => {
    const network: Network = { inputs: classes, inputDropout: 0, hidden: [], classes };
    const kernel = new Float32Array(classes * classes); // the unit matrix: the logits are the inputs, exactly
    for (let j = 0; j < classes; j++) kernel[j * classes + j] = 1;
    const count = 40;
    const values = Float32Array.from({ length: count * classes }, (_, i) =>
      uniform(2 ** (Math.floor(i / classes) % 6)),
    );
    const labels = Uint16Array.from({ length: count }, () => random.below(classes));
    const net = await openNet({
      network,
      weights: [{ kernel, bias: new Float32Array(classes) }],
      scale: identity,
      rows: { all: { values, labels } },
    });
    const { probabilities } = await net.predict('all', 0, count);
    const right = Array.from({ length: count }, (_, r) => softmax(values.subarray(r * classes, (r + 1) * classes)));
    const of = (i: number) => right[Math.floor(i / classes)] as ReturnType<typeof softmax>;
    expect(
      worst(probabilities, (i) => {
        const { p, spread } = of(i);
        return [p[i % classes], (classes + 8 + spread) * FLOAT32 * p[i % classes]];
      }),
    ).toBeLessThan(1);
    const { loss } = await net.evaluate('all');
    await net.close();
    const mean = (f: (r: number) => number): number => labels.reduce((sum, _, r) => sum + f(r), 0) / count;
    const off = Math.abs(loss - mean((r) => right[r].loss(labels[r])));
    expect(off).toBeLessThan(mean((r) => (classes + 8 + 2 * right[r].spread) * FLOAT32));
  });

  it.each([
    [50, 20, 6, 1],
    [50, 20, 6, 0.2],
    [300, 300, 40, 0.15],
    [33, 700, 17, 1],
  ])(
    'gradients of %i inputs, %i rows, %i nodes, a share of %f not 0: (rows + 2 K + 16 + spread) u',
    async (inputs, count, units, density) => {
      const classes = 7;
      const network: Network = { inputs, inputDropout: 0, hidden: [linear(units)], classes };
      // Kernels of 0 below and a rate of 1: after one step of SGD the first kernel is the gradient, without a rounding more.
      const zero = { kernel: new Float32Array(inputs * units), bias: floats(units) };
      const top = { kernel: floats(units * classes), bias: floats(classes) };
      const train: LabelledRows = {
        values: sparse(count * inputs, density),
        labels: Uint16Array.from({ length: count }, () => random.below(classes)),
      };
      const trainer = await openTrainer({
        network,
        weights: [zero, top],
        scale: identity,
        rows: { train },
        batch: count,
        shuffle: false,
        optimizer: { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false },
        seeds: { shuffle: new Uint32Array(4).fill(1), dropout: new Uint32Array(4) },
      });
      await trainer.epoch();
      const found = (trainer.weights()[0] as LayerWeights).kernel;
      await trainer.close();
      const logits = Array.from({ length: classes }, (_, j) => weightedSum(zero.bias, top, j));
      const { p, spread } = softmax(logits.map(([sum]) => sum));
      // The error of a logit, as a share of 1, comes on top of that of the softmax.
      const logitSizes = Math.max(...logits.map(([, size]) => size)) * (units + 1);
      const back = (r: number, j: number): [delta: number, sizes: number] => {
        let [delta, sizes] = [0, 0];
        for (let c = 0; c < classes; c++) {
          const own = (p[c] - (train.labels[r] === c ? 1 : 0)) / count;
          const size = (p[c] + (train.labels[r] === c ? 1 : 0)) / count;
          delta += own * top.kernel[j * classes + c];
          sizes += size * Math.abs(top.kernel[j * classes + c]);
        }
        return [delta, sizes];
      };
      const deltas = Array.from({ length: count * units }, (_, i) => back(Math.floor(i / units), i % units));
      const most = worst(found, (at) => {
        const [i, j] = [Math.floor(at / units), at % units];
        let [sum, sizes] = [0, 0];
        for (let r = 0; r < count; r++) {
          const x = train.values[r * inputs + i];
          const [delta, size] = deltas[r * units + j];
          sum -= x * delta;
          sizes += Math.abs(x) * size;
        }
        return [sum, (count + 2 * classes + 16 + spread + 2 * logitSizes) * FLOAT32 * sizes];
      });
      expect(most).toBeLessThan(1);
    },
  );

  it.each([
    [300, 12, 0.2],
    [2000, 25, 0.9],
  ])('covariance of %i rows of %i bytes, a share of %f not 0: 3 u of each number', async (rows, columns, lit) => {
    const data = Uint8Array.from({ length: rows * columns }, () => (random.float() < lit ? random.below(256) : 0));
    const { covariance: found } = await covariance({ data, rows, columns }, { workers: 2 });
    const sums = new Array<bigint>(columns).fill(0n);
    const products = new Array<bigint>(columns * columns).fill(0n);
    for (let r = 0; r < rows; r++) {
      const row = Array.from(data.subarray(r * columns, (r + 1) * columns), BigInt);
      row.forEach((x, a) => {
        sums[a] += x;
        row.forEach((y, b) => (products[a * columns + b] += x * y));
      });
    }
    const N = BigInt(rows);
    const most = worst(found, (i) => {
      const numerator = N * products[i] - sums[Math.floor(i / columns)] * sums[i % columns];
      const right = Number(numerator) / Number(N * (N - 1n));
      return [right, 3 * FLOAT64 * Math.abs(right)];
    });
    expect(most).toBeLessThanOrEqual(1);
  });

  it.each([
    [200, 9, 0],
    [1500, 21, 1000],
  ])('covariance of %i rows of %i floats about %f: 2 rows u', async (rows, columns, centre) => {
    const data = Float32Array.from({ length: rows * columns }, () => centre + uniform(1));
    const { covariance: found } = await covariance({ data, rows, columns }, { workers: 2 });
    // Exact: whole numbers of 2^-40.
    const whole = Array.from(data, (x) => BigInt(Math.round(x * 2 ** 40)));
    const N = BigInt(rows);
    const sums = Array.from({ length: columns }, (_, j) =>
      whole.reduce((sum, x, i) => (i % columns === j ? sum + x : sum), 0n),
    );
    const means = sums.map((sum) => Number(sum) / rows / 2 ** 40);
    const most = worst(found, (at) => {
      const [a, b] = [Math.floor(at / columns), at % columns];
      let [product, sizes] = [0n, 0];
      for (let r = 0; r < rows; r++) {
        product += whole[r * columns + a] * whole[r * columns + b];
        sizes += Math.abs((data[r * columns + a] - means[a]) * (data[r * columns + b] - means[b]));
      }
      const right = Number(N * product - sums[a] * sums[b]) / (rows * (rows - 1)) / 2 ** 80;
      // The mean itself is rounded.
      const shift = rows * 4 * FLOAT64 * (Math.abs(means[a]) + Math.abs(means[b]));
      return [right, (2 * rows * FLOAT64 * sizes + shift) / (rows - 1)];
    });
    expect(most).toBeLessThan(1);
  });

  it.each([
    [8, 8],
    [65, 65],
    [200, 40],
    [200, 200],
  ])('eigenvectors of %i x %i numbers: residuals and right angles 8 n u', async (n, count) => {
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = uniform(1);
    const { values, vectors } = await symmetricEigen(a, n, () => count);
    const size = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));
    let [residual, angle] = [0, 0];
    for (let k = 0; k < count; k++) {
      const v = vectors.subarray(k * n, (k + 1) * n);
      let squares = 0;
      for (let i = 0; i < n; i++) {
        let sum = -values[k] * v[i];
        for (let j = 0; j < n; j++) sum += a[i * n + j] * v[j];
        squares += sum * sum;
      }
      residual = Math.max(residual, Math.sqrt(squares) / size);
      for (let other = 0; other <= k; other++) {
        let dot = other === k ? -1 : 0;
        for (let j = 0; j < n; j++) dot += v[j] * vectors[other * n + j];
        angle = Math.max(angle, Math.abs(dot));
      }
    }
    expect(residual).toBeLessThan(8 * n * FLOAT64);
    expect(angle).toBeLessThan(8 * n * FLOAT64);
  });

  it.each([
    [13, 7],
    [300, 33],
  ])('projection of %i columns on %i components: (columns + 3) u', async (columns, count) => {
    const rows = 400;
    const data = Uint8Array.from({ length: rows * columns }, () => (random.below(3) ? 0 : random.below(256)));
    const matrix = { data, rows, columns };
    const model = await fitPca(matrix, { components: count });
    const found = await project(model, matrix, { workers: 2 });
    const most = worst(found, (i) => {
      const [r, k] = [Math.floor(i / count), i % count];
      let [sum, sizes] = [0, 0];
      for (let j = 0; j < columns; j++) {
        const w = model.components[k * columns + j];
        sum += (data[r * columns + j] - model.mean[j]) * w;
        sizes += (data[r * columns + j] + Math.abs(model.mean[j])) * Math.abs(w);
      }
      return [sum, (columns + 3) * FLOAT32 * sizes];
    });
    expect(most).toBeLessThan(1);
  });
});

describe('the error bounds of the README', () => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/`([\w-]+\.test\.ts)`, "([^"]+)"/g)].map(([, file, title]) => [title, file] as const);

  it('are there', () => expect(named.length).toBeGreaterThan(10));

  it.each(named)('are asserted by "%s" in %s', (title, file) => {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(source.includes(`'${title}'`)).toBe(true);
  });
});
