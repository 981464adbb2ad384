import { beforeAll, describe, expect, it } from 'vitest';
import { column, type MatrixTable, type NodesInfo, type ResultTable } from '@layerwise/contracts';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { stage } from '@layerwise/nodes';
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

  it('has maximisers as long as the mean image, with the activation that the net gives them', () => {
    const inputs = column(images, 'maximiser', Float32Array, P).data;
    const length = Array.from({ length: N }, (_, r) => Math.hypot(...Array.from(image(experiment, r), (v) => v / 255))).reduce((a, b) => a + b) / N;
    for (let h = 0; h < H; h++) {
      const input = inputs.subarray(h * P, (h + 1) * P);
      if (h !== H - 2) expect(Math.hypot(...input)).toBeCloseTo(length, 4);
      expect(numbers(nodes, 'reached')[h]).toBeCloseTo(Math.max(0, experiment.sums(input.map((v) => v * 255))[0][h]), 3);
    }
  });

  it('names the images that activate it most, least and around the median', () => {
    for (let h = 0; h < H; h++) {
      const values = Array.from({ length: N }, (_, r) => Math.fround(Math.max(0, experiment.sums(image(experiment, r))[0][h])));
      const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b).map((r) => r + 1000);
      const ids = (name: string): number[] => Array.from(column(images, name, Uint32Array, 5).data.subarray(h * 5, (h + 1) * 5));
      expect(ids('most')).toEqual(order.slice(-5).reverse());
      expect(ids('least')).toEqual(order.slice(0, 5));
      expect(ids('median')).toEqual(order.slice(117, 122));
      expect(numbers(nodes, 'largest')[h]).toBe(Math.max(...values));
    }
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

  it('finds nodes that are dead and nodes that repeat another', async () => {
    expect(info.layers.map(({ dead }) => dead)).toEqual([[4], expect.arrayContaining([3])]);
    for (const { duplicates, units } of info.layers) expect(duplicates).toContainEqual({ node: units - 1, of: 0, correlation: expect.closeTo(1, 5) });
    expect((await output.table('nodes')).sentence.values[4]).toContain('tells nothing');
  });

  it('prices the loss of a node as the net without it does', async () => {
    const costs = numbers(await output.table('nodes'), 'costZero');
    const without = (layer: number, node: number): number => {
      const model = experiment.sums;
      let right = 0;
      for (let r = 0; r < N; r++) {
        const sums = model(image(experiment, r));
        const logits = layer === 1 ? lastWithout(experiment, sums[1], node) : sums[2];
        if (logits.indexOf(Math.max(...logits)) === experiment.label[r]) right++;
      }
      return right / N;
    };
    const whole = without(-1, 0);
    for (let h = 0; h < 5; h++) expect(costs[H + h]).toBeCloseTo(whole - without(1, h), 12);
    expect(info.layers[1].accuracy).toBeCloseTo(whole, 12);
  });

  it('keeps its maximisers within [0, 1], never below the best real image', async () => {
    const inputs = column(await output.matrix('hidden2'), 'maximiser', Float32Array, P).data;
    for (const value of inputs) expect(value >= 0 && value <= 1).toBe(true);
    const nodes = await output.table('nodes');
    const [reached, largest] = ['reached', 'largest'].map((name) => numbers(nodes, name).slice(H));
    reached.forEach((value, h) => expect(value).toBeGreaterThanOrEqual(largest[h] - 1e-5));
    for (let h = 0; h < 5; h++) expect(Math.max(0, experiment.sums(inputs.subarray(h * P, (h + 1) * P).map((v) => v * 255))[1][h])).toBeCloseTo(reached[h], 3);
  });

  it('orders nodes and classes, each once', () => {
    for (const { nodeOrder, classOrder, units, readout } of info.layers) {
      expect([...nodeOrder].sort((a, b) => a - b)).toEqual(Array.from({ length: units }, (_, h) => h));
      expect([...classOrder].sort((a, b) => a - b)).toEqual([0, 1, 2]);
      expect(readout.for95).toBeLessThanOrEqual(readout.for99);
      expect(readout.for99).toBeLessThanOrEqual(units);
    }
  });
});

describe('a layer of one node', () => {
  it('has its classes on a line, with the overlap of neighbours', async () => {
    const experiment = await smallExperiment('pixels', [1]);
    const { output } = await runInMemory(stage, { inputs: experiment.inputs });
    const { line } = (await output.json<NodesInfo>('nodes')).layers[0];
    expect(line?.classes.length).toBe(K);
    const values = (c: number): number[] => Array.from({ length: N }, (_, r) => r).filter((r) => experiment.label[r] === c).map((r) => Math.fround(Math.max(0, experiment.sums(image(experiment, r))[0][0])));
    line?.overlaps.forEach((found, i) => {
      const [a, b] = [values(line.classes[i]), values(line.classes[i + 1])];
      const share = a.reduce((sum, x) => sum + b.reduce((s, y) => s + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0) / (a.length * b.length);
      expect(found).toBeCloseTo(2 * Math.min(share, 1 - share), 9);
    });
  });
});

describe('artifacts that do not belong together', () => {
  it('are refused with what is wrong', async () => {
    const { inputs } = await smallExperiment('pixels', [H]);
    const other = await smallExperiment('selected', [H]);
    await expect(runInMemory(stage, { inputs: { ...inputs, model: other.inputs.model } })).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining('got 5 and 16') });
  });
});

/** The logits when a node of the last hidden layer is 0. */
function lastWithout(experiment: SmallExperiment, sums: readonly number[], node: number): number[] {
  const bytes = experiment.inputs.model.blobs.get('weights.bin') as Uint8Array;
  const all = new Float32Array(bytes.slice().buffer);
  const kernel = all.subarray(all.length - K - 5 * K, all.length - K);
  const bias = all.subarray(all.length - K);
  return Array.from(bias, (b, k) => sums.reduce((sum, value, h) => sum + (h === node ? 0 : Math.max(0, value) * kernel[h * K + k]), b));
}
