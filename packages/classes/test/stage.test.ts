import { beforeAll, describe, expect, it } from 'vitest';
import { column, type ClassesInfo, type ResultTable } from '@layerwise/contracts';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { stage } from '@layerwise/classes';
import { imageOf, K, meanOf, P, ROWS, SIDE, smallExperiment, type SmallExperiment } from './experiment.js';

type Row = Record<string, number | string>;
const rowsOf = (table: ResultTable): Row[] =>
  Array.from({ length: Object.values(table)[0]?.values.length ?? 0 }, (_, i) =>
    Object.fromEntries(Object.entries(table).map(([name, { values }]) => [name, values[i] as number | string])),
  );
const indexOfMost = (values: ArrayLike<number>): number => Array.from(values).indexOf(Math.max(...Array.from(values)));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const all = (rows: number): number[] => Array.from({ length: rows }, (_, r) => r);

/** Of the pixels with a quarter of the largest value those that hang together and weigh most, by merging pairs that touch. */
function strongestBlob(values: readonly number[]): number[] {
  const strong = all(P).filter((p) => values[p] >= Math.max(...values) / 4 && values[p] > 0);
  const group = new Map(strong.map((p) => [p, p]));
  const near = (a: number, b: number): boolean =>
    Math.abs((a % SIDE) - (b % SIDE)) <= 1 && Math.abs(Math.floor(a / SIDE) - Math.floor(b / SIDE)) <= 1;
  for (let again = true; again;) {
    again = false;
    for (const a of strong)
      for (const b of strong)
        if (near(a, b) && group.get(a)! > group.get(b)!) {
          group.set(a, group.get(b)!);
          again = true;
        }
  }
  const blobs = [...new Set(group.values())].map((of) => strong.filter((p) => group.get(p) === of));
  const weight = (blob: number[]): number => blob.reduce((sum, p) => sum + values[p], 0);
  return blobs.sort((a, b) => weight(b) - weight(a))[0] ?? [];
}

const RELU = { units: 6, activation: 'relu' } as const;

describe.each([
  ['one hidden layer', [RELU]],
  ['two hidden layers', [RELU, { units: 12, activation: 'relu' }]],
] as const)('the classes of a net of %s', (_name, hidden) => {
  let experiment: SmallExperiment;
  let output: MemoryArtifact;
  const depth = hidden.length;
  beforeAll(async () => {
    experiment = await smallExperiment('pixels', hidden);
    ({ output } = await runInMemory(stage, { inputs: experiment.inputs, params: { pixels: 2, draws: 5 } }));
  });
  const own = (c: number, right: boolean, split: 'train' | 'test' = 'train'): number[] => {
    const { label, predicted } = experiment.splits[split];
    return all(ROWS[split]).filter((r) => label[r] === c && (!right || predicted[r] === c));
  };
  const logits = (r: number, split: 'train' | 'test' = 'train'): number[] =>
    experiment.run(imageOf(experiment.splits[split], r))[depth];

  it('have for rival the most frequent second choice of training images told right', async () => {
    const rivals = rowsOf(await output.table('rivals'));
    for (const { class: c, rival, rows, right, recall } of rowsOf(await output.table('classes')) as Record<
      string,
      number
    >[]) {
      const seconds = own(c, true).map((r) => indexOfMost(logits(r).with(c, -Infinity)));
      const counts = all(K).map((k) => seconds.filter((s) => s === k).length);
      expect([rows, right, rival]).toEqual([own(c, false).length, own(c, true).length, indexOfMost(counts)]);
      expect(recall).toBeCloseTo(own(c, true, 'test').length / own(c, false, 'test').length, 12);
      for (const pair of rivals.filter((one) => one.class === c)) {
        expect(pair.second).toBe(counts[pair.rival as number]);
        expect(pair.told).toBe(own(c, false).filter((r) => experiment.splits.train.predicted[r] === pair.rival).length);
      }
    }
  });

  it('are told from each rival by evidence that adds up with the baseline', async () => {
    const before = experiment.run(meanOf(experiment))[depth];
    const matrix = await output.matrix('rivals');
    const [ink, absence] = ['ink', 'absence'].map((name) => column(matrix, name, Float32Array, P).data);
    const place = new Map(
      all(matrix.rows).map((i) => [`${matrix.columns.class.data[i]},${matrix.columns.rival.data[i]}`, i]),
    );
    for (const pair of rowsOf(await output.table('rivals')) as Record<string, number>[]) {
      const [c, r] = [pair.class, pair.rival];
      const margin = mean(own(c, true).map((row) => logits(row)[c] - logits(row)[r]));
      expect(pair.rows).toBe(own(c, true).length);
      expect(pair.margin).toBeCloseTo(margin, 5);
      expect(pair.baseline).toBeCloseTo(before[c] - before[r], 8);
      expect(pair.baseline + pair.ink + pair.absence).toBeCloseTo(margin, 5);
      const at = place.get(`${c},${r}`) as number;
      const sum = (values: Float32Array, width: number): number =>
        values.subarray(at * width, (at + 1) * width).reduce((total, value) => total + value, 0);
      expect(sum(ink, P)).toBeCloseTo(pair.ink, 4);
      expect(sum(absence, P)).toBeCloseTo(pair.absence, 4);
      hidden.forEach(({ units }, l) => {
        const nodes = column(matrix, `hidden${l + 1}`, Float32Array, units).data;
        expect(sum(nodes, units)).toBeCloseTo(margin - pair.baseline, 4);
      });
    }
  });

  it('fare without some nodes as the net does with these at their means', async () => {
    const removals = rowsOf(await output.table('removals'));
    const nodes = rowsOf(await output.table('nodes')) as Record<string, number>[];
    const values = (l: number, r: number, split: 'train' | 'test'): number[] =>
      experiment.run(imageOf(experiment.splits[split], r))[l];
    for (let l = 0; l < depth; l++) {
      const means = all(hidden[l].units).map((h) => mean(all(ROWS.train).map((r) => values(l, r, 'train')[h])));
      const told = (r: number, removed: readonly number[]): number => {
        const held = values(l, r, 'test').map((value, h) => (removed.includes(h) ? means[h] : value));
        return indexOfMost(experiment.onward(l, held)[depth - l - 1]);
      };
      const { label } = experiment.splits.test;
      for (const row of removals.filter(({ layer, by }) => layer === l + 1 && by !== 'random')) {
        const rank = { evidence: 'rank', weight: 'weightRank', area: 'areaRank', none: 'rank' }[
          row.by as string
        ] as string;
        const removed = nodes
          .filter((one) => one.layer === l + 1 && one.class === row.class && one[rank] <= (row.nodes as number))
          .map(({ node }) => node);
        expect(removed).toHaveLength(row.nodes as number);
        const share = (rows: readonly number[]): number =>
          mean(rows.map((r) => (told(r, removed) === label[r] ? 1 : 0)));
        expect(row.recall).toBeCloseTo(share(all(ROWS.test).filter((r) => label[r] === row.class)), 12);
        expect(row.others).toBeCloseTo(share(all(ROWS.test).filter((r) => label[r] !== row.class)), 12);
      }
      const counts = hidden[l].units < 10 ? all(hidden[l].units).map((i) => i + 1) : [1, 3, 5, 10];
      expect([
        ...new Set(removals.filter(({ layer, by }) => layer === l + 1 && by === 'random').map((r) => r.nodes)),
      ]).toEqual(counts);
      for (const row of removals.filter(({ by }) => by === 'random') as Record<string, number>[]) {
        expect(row.recallLeast <= row.recall + 1e-12 && row.recall <= row.recallMost + 1e-12).toBe(true);
        // All of a layer's nodes are the same nodes however they are drawn.
        if (row.nodes === hidden[row.layer - 1].units) {
          const same = removals.find(
            (one) =>
              one.by === 'evidence' && one.class === row.class && one.layer === row.layer && one.nodes === row.nodes,
          );
          expect([row.recallLeast, row.recallMost]).toEqual([same?.recall, same?.recall]);
        }
      }
    }
  });

  it('rank the nodes of the last hidden layer by what the removal of one does to the mean centred logit', async () => {
    const nodes = (rowsOf(await output.table('nodes')) as Record<string, number>[]).filter(
      ({ layer }) => layer === depth,
    );
    const values = (r: number): number[] => experiment.run(imageOf(experiment.splits.train, r))[depth - 1];
    const centred = (given: readonly number[], c: number): number => {
      const [found] = experiment.onward(depth - 1, given);
      return found[c] - mean(found);
    };
    for (const { class: c, node, evidence } of nodes) {
      const average = mean(all(ROWS.train).map((r) => values(r)[node]));
      const lost = mean(own(c, false).map((r) => centred(values(r), c) - centred(values(r).with(node, average), c)));
      expect(lost).toBeCloseTo(evidence * (1 - own(c, false).length / ROWS.train), 4);
    }
    for (const c of all(K)) {
      const ranked = nodes.filter((one) => one.class === c).sort((a, b) => a.rank - b.rank);
      ranked.slice(1).forEach((one, i) => expect(one.evidence).toBeLessThanOrEqual(ranked[i].evidence));
    }
  });

  it('are told otherwise when the pixels that speak for them are changed, as the net tells the changed images', async () => {
    const pairs = await output.matrix('rivals');
    const marks = await output.matrix('changes');
    for (const row of rowsOf(await output.table('changes')) as (Record<string, number> & { kind: string })[]) {
      const c = row.class;
      const chosen = column(marks, String(row.kind), Uint8Array, P).data;
      const at = all(pairs.rows).find(
        (i) => pairs.columns.class.data[i] === c && pairs.columns.rival.data[i] === row.rival,
      ) as number;
      const [ink, absence] = ['ink', 'absence'].map((name) =>
        Array.from(column(pairs, name, Float32Array, P).data.subarray(at * P, (at + 1) * P)),
      );
      const marked = (mark: number): number[] => all(P).filter((p) => chosen[c * P + p] === mark);
      if (row.kind === 'stroke') {
        expect(marked(1)).toEqual([]);
        expect(marked(2)).toEqual(strongestBlob(absence));
      } else {
        for (const [mark, values] of [
          [1, ink],
          [2, absence],
        ] as const) {
          const least = Math.min(...marked(mark).map((p) => values[p]));
          const better = all(P).filter((p) => chosen[c * P + p] === 0 && values[p] > least);
          expect(better.filter((p) => ink[p] <= values[p] && absence[p] <= values[p])).toEqual([]);
        }
      }
      expect([row.erased, row.inked]).toEqual([marked(1).length, marked(2).length]);
      const rows = own(c, true, 'test');
      const told = rows.map((r) => {
        const image = imageOf(experiment.splits.test, r);
        for (const p of marked(1)) image[p] = 0;
        for (const p of marked(2)) image[p] = Math.max(0.6, image[p]);
        return indexOfMost(experiment.run(image)[depth]);
      });
      expect(row.rows).toBe(rows.length);
      expect(row.toldRival).toBeCloseTo(mean(told.map((k) => (k === row.rival ? 1 : 0))), 12);
      expect(row.toldOther).toBeCloseTo(mean(told.map((k) => (k === c ? 0 : 1))), 12);
      if (row.draws > 0) expect(row.drawsRival).toBeLessThanOrEqual(row.drawsRivalMost + 1e-12);
      else expect(row.drawsRival).toBeNaN();
    }
  });
});

describe('held rows', () => {
  const hidden = [RELU];
  const run = async (change: (experiment: SmallExperiment) => void) => {
    const experiment = await smallExperiment('pixels', hidden);
    change(experiment);
    return (await runInMemory(stage, { inputs: experiment.inputs, params: { pixels: 2, draws: 3 } })).output;
  };

  it('decide nothing that is chosen or ranked', async () => {
    const [before, after] = [
      await run(() => undefined),
      await run(({ inputs }) => {
        const { data } = inputs.pixels.matrices.get('test')!.columns.features;
        for (let i = 0; i < data.length; i++) data[i] = 255 - data[i];
        inputs.activations.matrices.get('test')!.columns.predicted.data.fill(0);
      }),
    ];
    for (const name of ['rivals', 'means', 'baseline', 'changes'])
      expect(after.matrices.get(name), name).toEqual(before.matrices.get(name));
    expect(after.tables.get('nodes')).toEqual(before.tables.get('nodes'));
    expect(after.tables.get('changes')).not.toEqual(before.tables.get('changes'));
  });

  it('are the validation rows where there are no test rows', async () => {
    const output = await run(({ inputs }) => {
      for (const artifact of [inputs.pixels, inputs.activations]) {
        const { columns } = artifact.matrices.get('test')!;
        const empty = Object.fromEntries(
          Object.entries(columns).map(([name, { data, width }]) => [name, { data: data.slice(0, 0), width }]),
        );
        artifact.matrices.set('test', { rows: 0, columns: empty });
      }
    });
    expect((await output.json<ClassesInfo>('classes')).held).toEqual({ split: 'validation', rows: ROWS.validation });
  });
});

it('nothing is said of a class without all nodes of its layer: every image is told alike then', async () => {
  const { inputs } = await smallExperiment('pixels', [{ units: 1, activation: 'relu' }]);
  const { output } = await runInMemory(stage, { inputs, params: { pixels: 2, draws: 3 } });
  const sentences = (await output.table('classes')).sentence.values as string[];
  expect(sentences.join(' ')).toContain('is told from');
  expect(sentences.filter((sentence) => /hangs|leans/.test(sentence))).toEqual([]);
});

describe('artifacts that do not belong together', () => {
  it('are refused with what is wrong', async () => {
    const { inputs } = await smallExperiment('pixels', [RELU]);
    const other = await smallExperiment('selected', [RELU]);
    await expect(runInMemory(stage, { inputs: { ...inputs, model: other.inputs.model } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('got 8 and 16'),
    });
  });
});
