import { beforeAll, describe, expect, it } from 'vitest';
import { column, type MatrixTable, type NodesInfo, type ResultTable } from '@layerwise/contracts';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { stage } from '@layerwise/nodes';
import { lookWords } from '../src/looks.js';
import { K, N, P, smallExperiment, type SmallExperiment } from './experiment.js';

const H = 6;
const image = ({ images }: SmallExperiment, r: number): Uint8Array => images.subarray(r * P, (r + 1) * P);
const numbers = (table: ResultTable, name: string): number[] => Array.from(table[name].values as ArrayLike<number>);

describe.each(['pixels', 'selected', 'components'] as const)('a first layer that sees %s', (origin) => {
  let experiment: SmallExperiment;
  let images: MatrixTable;
  let nodes: ResultTable;
  beforeAll(async () => {
    experiment = await smallExperiment(origin, [H]);
    const { output } = await runInMemory(stage, { inputs: experiment.inputs, params: { images: 5 } });
    images = await output.matrix('hidden1');
    nodes = await output.table('nodes');
  });

  it('has the weights that brightening one pixel shows', () => {
    const weights = column(images, 'weights', Float32Array, P).data;
    const dark = experiment.sums(new Uint8Array(P))[0];
    for (let p = 0; p < P; p++) {
      const lit = experiment.sums(Uint8Array.from({ length: P }, (_, i) => (i === p ? 255 : 0)))[0];
      for (let h = 0; h < H; h++) expect(weights[h * P + p]).toBeCloseTo(lit[h] - dark[h], 4);
    }
  });

  it('has preferred inputs within [0, 1] that no change of a pixel betters, with the activation that the net gives them', () => {
    const inputs = column(images, 'preferredInput', Float32Array, P).data;
    const sum = (input: ArrayLike<number>, h: number): number =>
      experiment.sums(Array.from(input, (v) => v * 255))[0][h];
    for (let h = 0; h < H; h++) {
      const input = inputs.subarray(h * P, (h + 1) * P);
      for (const value of input) expect(value >= 0 && value <= 1).toBe(true);
      // A sum of single pixels is largest where each of them is best.
      for (let p = 0; p < P; p++)
        for (const value of [0, 0.5, 1]) expect(sum(input.with(p, value), h)).toBeLessThanOrEqual(sum(input, h) + 1e-6);
      expect(numbers(nodes, 'reached')[h]).toBeCloseTo(Math.max(0, sum(input, h)), 3);
    }
  });

  it('names the images that activate it most, least and around the median', () => {
    for (let h = 0; h < H; h++) {
      const values = Array.from({ length: N }, (_, r) =>
        Math.fround(Math.max(0, experiment.sums(image(experiment, r))[0][h])),
      );
      const order = Array.from(values.keys())
        .sort((a, b) => values[a] - values[b] || a - b)
        .map((r) => r + 1000);
      const ids = (name: string): number[] =>
        Array.from(column(images, name, Uint32Array, 5).data.subarray(h * 5, (h + 1) * 5));
      expect(ids('most')).toEqual(order.slice(-5).reverse());
      expect(ids('least')).toEqual(order.slice(0, 5));
      expect(ids('median')).toEqual(order.slice(117, 122));
      expect(numbers(nodes, 'largest')[h]).toBe(Math.max(...values));
    }
  });
});

describe('where nodes look', () => {
  it('is the mean image of the most active tenth less that of the rest', async () => {
    const experiment = await smallExperiment('pixels', [H]);
    const { output } = await runInMemory(stage, { inputs: experiment.inputs, params: {} });
    const { data } = column(await output.matrix('hidden1'), 'active', Float32Array, P);
    for (let h = 0; h < H; h++) {
      const values = Array.from({ length: N }, (_, r) =>
        Math.fround(Math.max(0, experiment.sums(image(experiment, r))[0][h])),
      );
      const above = values.filter((value) => value > Math.min(...values)).sort((a, b) => b - a);
      const least = above[Math.min(above.length, N / 10) - 1];
      if (above.length === 0) {
        expect(data.subarray(h * P, (h + 1) * P).every((value) => value === 0)).toBe(true);
        continue;
      }
      const mean = (rows: number[], p: number): number =>
        rows.reduce((sum, r) => sum + experiment.images[r * P + p] / 255, 0) / rows.length;
      const [active, rest] = [values.map((value) => value >= least), values.map((value) => value < least)].map((is) =>
        [...is.keys()].filter((r) => is[r]),
      );
      for (let p = 0; p < P; p++) expect(data[h * P + p]).toBeCloseTo(mean(active, p) - mean(rest, p), 5);
    }
  });

  const box = { left: 0, right: 5, top: 0, bottom: 5 };
  const map = (...rows: string[]): Float32Array =>
    Float32Array.from([...rows.join('')].map((sign) => ({ '+': 0.6, '.': 0, '-': -0.5, ',': 0.05 })[sign] as number));
  it.each([
    [map('+.....', '+.....', '+.....', '+.....', '+.....', '......'), 'an upright stroke on the left'],
    [
      map('++....', '++....', '......', '......', '..--..', '..--..'),
      'ink at the upper left, silenced by ink at the bottom',
    ],
    [map('++....', '++....', '......', '......', '....++', '....++'), 'ink at the upper left and at the lower right'],
    [map('++++++', '......', '......', '......', '......', '....++'), 'a level stroke at the top'],
    [map('......', '......', '..--..', '..--..', '......', '......'), 'silenced by ink in the centre'],
    [map(',,....', ',,....', '......', '......', '......', '......'), ''],
  ])('%#: in words', (difference, words) => expect(lookWords(difference, 1000, 6, box)).toBe(words));

  it('is not said of differences that so few rows have by chance', () => {
    const difference = map('++....', '++....', '......', '......', '......', '......');
    expect(lookWords(difference, 12, 6, box)).toBe('ink at the upper left');
    expect(lookWords(difference, 11, 6, box)).toBe('');
  });
});

describe('a net of two hidden layers', () => {
  let experiment: SmallExperiment;
  let output: MemoryArtifact;
  let info: NodesInfo;
  beforeAll(async () => {
    experiment = await smallExperiment('pixels', [H, 5]);
    ({ output } = await runInMemory(stage, { inputs: experiment.inputs, params: { images: 5, bootstrap: 50 } }));
    info = await output.json<NodesInfo>('nodes');
  });

  it('has a row for each node, and one for each node and class', async () => {
    expect(numbers(await output.table('nodes'), 'node')).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4]);
    const classes = await output.table('classes');
    expect(numbers(classes, 'class').length).toBe(11 * K);
    const [area, low, high] = ['area', 'areaLow', 'areaHigh'].map((name) => numbers(classes, name));
    area.forEach((value, i) => expect(low[i] <= value + 0.02 && value <= high[i] + 0.02).toBe(true));
  });

  it('names the classes of the rows that activate each node most, as its pictures show them', async () => {
    const [shares, rows] = [
      numbers(await output.table('classes'), 'strongest'),
      numbers(await output.table('nodes'), 'strongestRows'),
    ];
    const sample = column(await output.matrix('hidden1'), 'strongest', Uint32Array, 5).data;
    for (let h = 0; h < H; h++) {
      if (info.layers[0].dead.includes(h)) continue;
      const values = Array.from({ length: N }, (_, r) => ({
        c: experiment.label[r],
        id: 1000 + r,
        value: Math.fround(Math.max(0, experiment.sums(image(experiment, r))[0][h])),
      }));
      const top = values
        .filter(({ value }) => value > 0)
        .sort((a, b) => b.value - a.value)
        .slice(0, 10);
      expect(rows[h]).toBe(top.length);
      for (let c = 0; c < K; c++)
        expect(shares[h * K + c]).toBeCloseTo(top.filter((one) => one.c === c).length / top.length, 12);
      expect([...sample.subarray(h * 5, (h + 1) * 5)], 'every second of ten').toEqual(
        [0, 2, 4, 6, 8].map((rank) => top[rank].id),
      );
    }
  });

  it('finds nodes that are dead and nodes that repeat another', async () => {
    expect(info.layers.map(({ dead }) => dead)).toEqual([[4], expect.arrayContaining([3])]);
    for (const { duplicates, units } of info.layers)
      expect(duplicates).toContainEqual({ node: units - 1, of: 0, correlation: expect.closeTo(1, 5) });
    expect((await output.table('nodes')).sentence.values[4]).toContain('tells nothing');
  });

  it('names the nearest pair of nodes', () => {
    const values = (h: number): number[] =>
      Array.from({ length: N }, (_, r) => Math.max(0, experiment.sums(image(experiment, r))[0][h]));
    const centred = (h: number): number[] => values(h).map((v, _, all) => v - all.reduce((a, b) => a + b) / N);
    const correlation = (a: number[], b: number[]): number =>
      a.reduce((sum, v, r) => sum + v * b[r], 0) / Math.hypot(...a) / Math.hypot(...b);
    const all = Array.from({ length: H }, (_, h) => h).filter((h) => h !== H - 2);
    const pairs = all.flatMap((node) =>
      all.filter((of) => of < node).map((of) => ({ node, of, correlation: correlation(centred(node), centred(of)) })),
    );
    const [best] = pairs.sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
    expect(info.layers[0].nearest).toEqual({ ...best, correlation: expect.closeTo(best.correlation, 4) });
  });

  it('prices the loss of a node as the net without it does, with standard errors of the differences', async () => {
    const nodes = await output.table('nodes');
    const classes = await output.table('classes');
    const logits = (r: number, node?: number): number[] => {
      const sums = experiment.sums(image(experiment, r));
      return node === undefined ? sums[2] : lastWithout(experiment, sums[1], node);
    };
    const right = (r: number, node?: number): number =>
      logits(r, node).indexOf(Math.max(...logits(r, node))) === experiment.label[r] ? 1 : 0;
    const margin = (r: number, node?: number): number =>
      logits(r, node)[experiment.label[r]] - Math.max(...logits(r, node).filter((_, k) => k !== experiment.label[r]));
    const all = Array.from({ length: N }, (_, r) => r);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const error = (values: readonly number[], ddof: number): number =>
      Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - ddof) / values.length);
    for (let h = 0; h < 5; h++) {
      const at = (name: string): number => numbers(nodes, name)[H + h];
      const [margins, costs] = [all.map((r) => margin(r) - margin(r, h)), all.map((r) => right(r) - right(r, h))];
      expect([at('costZero'), at('costZeroError')]).toEqual([
        expect.closeTo(mean(costs), 12),
        expect.closeTo(error(costs, 0), 12),
      ]);
      expect([at('marginZero'), at('marginZeroError')]).toEqual([
        expect.closeTo(mean(margins), 4),
        expect.closeTo(error(margins, 1), 4),
      ]);
      for (let k = 0; k < K; k++) {
        const own = all.filter((r) => experiment.label[r] === k).map((r) => margin(r) - margin(r, h));
        const found = ['marginZero', 'marginZeroError'].map((name) => numbers(classes, name)[(H + h) * K + k]);
        expect(found).toEqual([expect.closeTo(mean(own), 4), expect.closeTo(error(own, 1), 4)]);
      }
    }
    expect(info.layers[1].accuracy).toBeCloseTo(mean(all.map((r) => right(r))), 12);
    expect(info.layers[1].enough?.accuracy).toBeCloseTo(mean(all.map((r) => right(r))), 12);
    expect(info.layers[0].enough).toBeUndefined();
  });

  it('keeps its preferred inputs within [0, 1], never below the best real image', async () => {
    const inputs = column(await output.matrix('hidden2'), 'preferredInput', Float32Array, P).data;
    for (const value of inputs) expect(value >= 0 && value <= 1).toBe(true);
    const nodes = await output.table('nodes');
    const [reached, largest] = ['reached', 'largest'].map((name) => numbers(nodes, name).slice(H));
    reached.forEach((value, h) => expect(value).toBeGreaterThanOrEqual(largest[h] - 1e-5));
    for (let h = 0; h < 5; h++)
      expect(Math.max(0, experiment.sums(inputs.subarray(h * P, (h + 1) * P).map((v) => v * 255))[1][h])).toBeCloseTo(
        reached[h],
        3,
      );
  });

  it('orders nodes and classes, each once', () => {
    for (const { nodeOrder, classOrder, units, enough } of info.layers) {
      expect([...nodeOrder].sort((a, b) => a - b)).toEqual(Array.from({ length: units }, (_, h) => h));
      expect([...classOrder].sort((a, b) => a - b)).toEqual([0, 1, 2]);
      expect(enough?.for95 ?? 0).toBeLessThanOrEqual(enough?.for99 ?? 0);
      expect(enough?.for99 ?? 0).toBeLessThanOrEqual(units);
    }
  });
});

describe('a layer too wide for ablation on enough rows', () => {
  it('has no figure of it, and no sentence', async () => {
    const { inputs } = await smallExperiment('pixels', [400, 200, 200]);
    const { output } = await runInMemory(stage, { inputs, params: { images: 2, bootstrap: 0, steps: 1 } });
    const { layers } = await output.json<NodesInfo>('nodes');
    expect(layers.map(({ sampled, accuracy }) => [sampled.ablation, accuracy === null])).toEqual([
      [0, true],
      [N, false],
      [N, false],
    ]);
    const nodes = await output.table('nodes');
    for (const name of ['marginZero', 'marginZeroError', 'marginMean', 'costZero', 'costMean'])
      expect(numbers(nodes, name).map(Number.isNaN)).toEqual(Array.from({ length: 800 }, (_, h) => h < 400));
    expect(
      Array.from(nodes.sentence.values as string[], (text) => text.includes('removing')).slice(0, 400),
    ).not.toContain(true);
  });
});

describe('a layer of one node', () => {
  it('has its classes on a line, those of equal median by mean, with the overlap of neighbours', async () => {
    const experiment = await smallExperiment('pixels', [1]);
    // Class 2 is silent but for a few rows, 0 for all, 1 for more than half: three medians of 0, and no order by number.
    const values = Float32Array.from(experiment.label, (c, r) =>
      c === 0 ? 0 : r % (c === 1 ? 3 : 7) === 0 ? 1 + (r % 5) : 0,
    );
    const table = await experiment.inputs.activations.matrix('train');
    await experiment.inputs.activations.matrix('train', {
      ...table,
      columns: {
        ...table.columns,
        hidden1: {
          data: Float32Array.from(values, (v, r) =>
            experiment.label[r] === 1 ? v : experiment.label[r] === 2 ? v / 10 : v,
          ),
          width: 1,
        },
      },
    });
    const { output } = await runInMemory(stage, { inputs: experiment.inputs });
    const { line } = (await output.json<NodesInfo>('nodes')).layers[0];
    expect(line?.classes).toEqual([0, 2, 1]);
    // 2 N / K to the third: 9 bins. All positive values of class 2 are below those of class 1: what they share is their zeros.
    const zeros = (c: number): number =>
      Array.from(values).filter((v, r) => experiment.label[r] === c && v === 0).length /
      Array.from(experiment.label).filter((k) => k === c).length;
    expect(line?.bins).toBe(9);
    expect(line?.overlaps[0]).toBeCloseTo(zeros(2), 12);
    expect(line?.overlaps[1]).toBeCloseTo(Math.min(zeros(1), zeros(2)), 1);
  });
});

describe('artifacts that do not belong together', () => {
  it('are refused with what is wrong', async () => {
    const { inputs } = await smallExperiment('pixels', [H]);
    const other = await smallExperiment('selected', [H]);
    await expect(runInMemory(stage, { inputs: { ...inputs, model: other.inputs.model } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('got 5 and 16'),
    });
  });
});

/** The logits when a node of the last hidden layer is 0. */
function lastWithout(experiment: SmallExperiment, sums: readonly number[], node: number): number[] {
  const bytes = experiment.inputs.model.blobs.get('weights.bin') as Uint8Array;
  const all = new Float32Array(bytes.slice().buffer);
  const kernel = all.subarray(all.length - K - 5 * K, all.length - K);
  const bias = all.subarray(all.length - K);
  return Array.from(bias, (b, k) =>
    sums.reduce((sum, value, h) => sum + (h === node ? 0 : Math.max(0, value) * kernel[h * K + k]), b),
  );
}
