import { check, type EmbeddingView, type MatrixTable } from '@layerwise/contracts';
import { MemoryArtifact, runInMemory, type MemoryResult } from '@layerwise/conformance';
import { stage } from '@layerwise/embed';
import { Random } from '@layerwise/kernels/random';
import { beforeAll, describe, expect, it } from 'vitest';

const N = 300;
const D = 100;

/** Three clusters of pixels, and activations of the given widths made from them. */
async function inputs(hidden: readonly number[], fill?: (name: string) => number | undefined, rows = N) {
  const random = new Random(Uint32Array.of(5, 6, 7, 8));
  const label = Uint16Array.from({ length: rows }, (_, r) => r % 3);
  const id = Uint32Array.from({ length: rows }, (_, r) => r + 10);
  const pixels = Uint8Array.from({ length: rows * D }, (_, i) =>
    (i % D) % 3 === label[Math.floor(i / D)] ? 100 + random.below(100) : random.below(3) === 0 ? random.below(60) : 0,
  );
  const features = new MemoryArtifact('features');
  const columns = { id: { data: id, width: 1 }, label: { data: label, width: 1 } };
  await features.matrix('train', { rows, columns: { ...columns, features: { data: pixels, width: D } } });
  await features.json('features', { origin: 'pixels', columns: D, scale: { factor: 1 / 255, offset: 0 }, dataset: {} });
  const layers = Object.fromEntries(
    hidden.map((width, l) => {
      const name = `hidden${l + 1}`;
      const value = fill?.(name);
      const data = Float32Array.from(
        { length: rows * width },
        (_, i) =>
          value ?? Math.max(0, pixels[Math.floor(i / width) * D + ((i % width) % D)] / 100 - 0.5 + random.float()),
      );
      return [name, { data, width }];
    }),
  );
  const activations = new MemoryArtifact('activations');
  const probabilities = { data: new Float32Array(rows * 3), width: 3 };
  await activations.matrix('train', {
    rows,
    columns: { ...columns, predicted: { data: label.slice(), width: 1 }, probabilities, ...layers },
  });
  return { pixels: features, features, activations };
}

const views = (result: MemoryResult): Promise<EmbeddingView[]> => result.output.json<EmbeddingView[]>('views');

describe('views of a study', () => {
  let result: MemoryResult;
  beforeAll(async () => {
    result = await runInMemory(stage, { inputs: await inputs([1, 2, 12]) });
  });

  it('draws pixels by columns and components, small layers node against node', async () => {
    const names = (await views(result)).map((view) => view.name);
    expect(names).toEqual(
      expect.arrayContaining([
        'pixels-columns',
        'pixels-pca2',
        'pixels-pca3',
        'hidden1-nodes',
        'hidden2-nodes',
        'hidden3-pca2',
        'hidden3-pca3',
      ]),
    );
    expect(names.filter((name) => name.startsWith('hidden1'))).toEqual(['hidden1-nodes']);
    expect(names.every((name) => result.output.has(`${name}.arrow`))).toBe(true);
  });

  it('keeps ids, labels and predictions beside the positions', async () => {
    for (const view of await views(result)) {
      const table = await result.output.matrix(view.name);
      expect(table.rows).toBe(view.rows);
      expect(table.columns.position.width).toBe(view.dimensions);
      expect(table.columns.position.data.length).toBe(view.rows * view.dimensions);
      expect(table.columns.id.data[0]).toBe(10);
      expect('predicted' in table.columns).toBe(view.source !== 'pixels');
      expect(table.columns.position.data.every(Number.isFinite)).toBe(true);
    }
  });

  it('scales the raw pixels of the columns view', async () => {
    const { pixels } = await inputs([3]);
    const raw = (await pixels.matrix('train')).columns.features.data;
    const position = (await result.output.matrix('pixels-columns')).columns.position.data;
    for (const r of [0, 1, 299]) {
      expect(position[2 * r]).toBeCloseTo(raw[r * D + 77] / 255, 6);
      expect(position[2 * r + 1]).toBeCloseTo(raw[r * D + 78] / 255, 6);
    }
  });

  it('gives components whose variances are the explained shares', async () => {
    const view = (await views(result)).find(({ name }) => name === 'hidden3-pca3') as EmbeddingView;
    const position = (await result.output.matrix('hidden3-pca3')).columns.position.data;
    const table: MatrixTable = await (await inputs([1, 2, 12])).activations.matrix('train');
    const total = totalVariance(table.columns.hidden3.data, 12);
    const each = [0, 1, 2].map(
      (k) =>
        totalVariance(
          position.filter((_, i) => i % 3 === k),
          1,
        ) / total,
    );
    each.forEach((share, k) => expect(share).toBeCloseTo((view.explained as number[])[k], 5));
    expect(each[0]).toBeGreaterThan(each[1]);
  });
});

describe('t-SNE maps', () => {
  const tsne = [
    { rows: 200, perplexity: 10, iterations: 260 },
    { rows: 120, layers: 'all' },
  ];

  it('draws the last layer, or all, with what was asked in the view', async () => {
    const result = await runInMemory(stage, { params: { tsne }, inputs: await inputs([12, 2, 6]) });
    const maps = (await views(result)).filter(({ method }) => method === 'tsne');
    expect(maps.map(({ name, rows }) => [name, rows])).toEqual([
      ['hidden1-tsne', 120],
      ['hidden3-tsne', 200],
      ['hidden3-tsne2', 120],
    ]);
    expect(maps[1]).toMatchObject({ source: 'hidden3', perplexity: 10, iterations: 260, dimensions: 2 });
    expect(maps[1].klDivergence).toBeGreaterThan(0);
    expect(result.progress.some(({ detail }) => /iteration 260 of 260 {2}KL \d/.test(detail ?? ''))).toBe(true);
    expect(result.warnings).toEqual(
      expect.arrayContaining([
        { code: 'PERPLEXITY_LOWERED', message: expect.stringContaining('used (rows - 1) / 3 = 39.67') },
      ]),
    );
  });

  it('keeps the clusters apart', async () => {
    const result = await runInMemory(stage, {
      params: { tsne: [{ rows: 300, perplexity: 20 }] },
      inputs: await inputs([12]),
    });
    const { position, label } = (await result.output.matrix('hidden1-tsne')).columns;
    let same = 0;
    for (let i = 0; i < N; i++) {
      let best = Infinity;
      let nearest = i;
      for (let j = 0; j < N; j++) {
        const d =
          (position.data[2 * i] - position.data[2 * j]) ** 2 +
          (position.data[2 * i + 1] - position.data[2 * j + 1]) ** 2;
        if (j !== i && d < best) [best, nearest] = [d, j];
      }
      if (label.data[i] === label.data[nearest]) same++;
    }
    expect(same / N).toBeGreaterThan(0.95);
  });

  it('places rows by their leading components where asked, as t-SNE of these alone does', async () => {
    const given = await inputs([12, 12]);
    const result = await runInMemory(stage, {
      params: {
        tsne: [
          { rows: 200, perplexity: 10, components: 3 },
          { rows: 200, perplexity: 10, components: 50 },
        ],
        pca: [3],
      },
      inputs: given,
    });
    const maps = (await views(result)).filter(({ method }) => method === 'tsne');
    expect(maps.map(({ name, components }) => [name, components])).toEqual([
      ['hidden2-tsne', 3],
      ['hidden2-tsne2', undefined],
    ]);
    const components = (await result.output.matrix('hidden2-pca3')).columns.position;
    const activations = new MemoryArtifact('activations');
    const table = await given.activations.matrix('train');
    await activations.matrix('train', {
      rows: N,
      columns: {
        ...table.columns,
        hidden1: { data: components.data, width: 3 },
        hidden2: { data: components.data, width: 3 },
      },
    });
    const direct = await runInMemory(stage, {
      params: { tsne: [{ rows: 200, perplexity: 10 }] },
      inputs: { ...given, activations },
    });
    const position = async (from: MemoryResult) => (await from.output.matrix('hidden2-tsne')).columns.position.data;
    expect(await position(result)).toEqual(await position(direct));
  });

  it('names the layer and the place of a number that is not finite', async () => {
    const given = await inputs([4]);
    (await given.activations.matrix('train')).columns.hidden1.data[5] = NaN;
    await expect(runInMemory(stage, { params: { pca: [] }, inputs: given })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/hidden1.*NaN in row 1, column 1/),
    });
  });
});

describe('edges', () => {
  it('draws dead layers without NaN, and says so', async () => {
    const result = await runInMemory(stage, { inputs: await inputs([1, 8], () => 0) });
    for (const view of (await views(result)).filter(({ source }) => source !== 'pixels')) {
      expect((await result.output.matrix(view.name)).columns.position.data.every((x) => x === 0)).toBe(true);
      expect(view.explained?.every((share) => share === 0) ?? true).toBe(true);
    }
    expect(result.warnings.map(({ code }) => code)).toEqual(['CONSTANT_LAYER', 'CONSTANT_LAYER', 'MAP_SKIPPED']);
  });

  it('has as many components as live nodes; the others are 0', async () => {
    const given = await inputs([5]);
    const { hidden1 } = (await given.activations.matrix('train')).columns;
    hidden1.data.forEach((_, i) => (hidden1.data[i] = i % 5 === 2 ? Math.floor(i / 5) % 7 : 0));
    const result = await runInMemory(stage, { params: { tsne: [] }, inputs: given });
    const view = (await views(result)).find(({ name }) => name === 'hidden1-pca3');
    expect(view?.explained?.[0]).toBeCloseTo(1, 12);
    expect(view?.explained?.slice(1)).toEqual([0, 0]);
    const position = (await result.output.matrix('hidden1-pca3')).columns.position.data;
    expect(new Set(position.filter((_, i) => i % 3 === 0)).size).toBe(7);
    expect(position.every((x, i) => i % 3 === 0 || x === 0)).toBe(true);
  });

  it('accepts one row', async () => {
    const result = await runInMemory(stage, { inputs: await inputs([4], undefined, 1) });
    for (const view of await views(result))
      expect((await result.output.matrix(view.name)).columns.position.data.every(Number.isFinite)).toBe(true);
  });

  it('limits the points drawn, not the rows fitted', async () => {
    const all = await runInMemory(stage, { inputs: await inputs([12]) });
    const few = await runInMemory(stage, { params: { points: 20 }, inputs: await inputs([12]) });
    const position = (await few.output.matrix('hidden1-pca2')).columns.position.data;
    expect(position).toEqual((await all.output.matrix('hidden1-pca2')).columns.position.data.slice(0, 40));
  });

  it('takes the components of a layer of more than 2,048 nodes from a sample of rows, and says so', async () => {
    const params = { tsne: [{ rows: 60, perplexity: 5, iterations: 250, layers: 'last' }], pca: [2] };
    const { output, warnings } = await runInMemory(stage, { params, inputs: await inputs([2100], undefined, 60) });
    expect(warnings.filter(({ code }) => code === 'COMPONENTS_SAMPLED').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^hidden1: of 2100 columns the components come from 60 of the 60 rows/),
    ]);
    const made = await output.json<EmbeddingView[]>('views');
    const { explained = [] } = made.find(({ name }) => name === 'hidden1-pca2') as EmbeddingView;
    // Of all rows, as here, the variance along a component is its share of that of all nodes.
    const { data } = (await output.matrix('hidden1-pca2')).columns.position;
    const all = await (await inputs([2100], undefined, 60)).activations.matrix('train');
    const total = totalVariance(all.columns.hidden1.data, 2100);
    for (const k of [0, 1])
      expect(
        totalVariance(
          Float64Array.from({ length: 60 }, (_, r) => data[2 * r + k]),
          1,
        ) / total,
      ).toBeCloseTo(explained[k], 5);
    expect(made.find(({ name }) => name === 'hidden1-tsne')).toMatchObject({ components: 50, rows: 60 });
  });

  it('stops on abort', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(runInMemory(stage, { inputs: await inputs([4]), signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });

  it('refuses wrong parameters', () => {
    expect(check(stage.params, { pca: [4] }).problems?.[0].message).toContain('[1, 3]');
    expect(check(stage.params, { sources: ['pixel'] }).problems?.[0].message).toContain("did you mean 'pixels'?");
  });
});

function totalVariance(data: ArrayLike<number>, width: number): number {
  const rows = data.length / width;
  let total = 0;
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let squares = 0;
    for (let r = 0; r < rows; r++) sum += data[r * width + c];
    for (let r = 0; r < rows; r++) squares += (data[r * width + c] - sum / rows) ** 2;
    total += squares / (rows - 1);
  }
  return total;
}

describe('maps of the pixels', () => {
  it('are the part that needs the pixels alone; taken over, they are to the byte what would be drawn', async () => {
    const given = await inputs([2, 12]);
    const whole = check(stage.params, { tsne: [{ rows: 100, iterations: 20, perplexity: 9 }] }).value;
    const part = whole && stage.part?.(whole);
    expect(part).toEqual({ ...whole, sources: ['pixels'], tsne: [] });
    const { output: maps } = await runInMemory(stage, { params: part, inputs: { pixels: given.pixels } });
    const shared = await runInMemory(stage, { params: whole, inputs: { ...given, maps } });
    const alone = await runInMemory(stage, { params: whole, inputs: given });
    expect(shared.output.files).toEqual(alone.output.files);
    expect(shared.output.files).toContain('pixels-pca3.arrow');
    expect(shared.output.matrices).toEqual(alone.output.matrices);
    expect(shared.output.values).toEqual(alone.output.values);
    expect(shared.progress.at(-1)).toMatchObject(alone.progress.at(-1) as object);
  });

  it('are no part where no maps of the pixels are asked for', () => {
    const { value } = check(stage.params, { sources: ['features', 'hidden'] });
    expect(value && stage.part?.(value)).toBeUndefined();
  });
});
