import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/classes';
import { describe, expect, it } from 'vitest';
import { imageOf, K, P, smallExperiment, type SmallExperiment } from './experiment.js';

const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

async function found(hidden: Parameters<typeof smallExperiment>[1]) {
  const experiment = await smallExperiment('pixels', hidden);
  const { output } = await runInMemory(stage, { inputs: experiment.inputs, params: { draws: 2 } });
  const rows = async (name: string): Promise<Record<string, number | string>[]> => {
    const table = (await output.table(name)) as Record<string, { values: ArrayLike<number | string> }>;
    const [first] = Object.values(table);
    return Array.from({ length: first.values.length }, (_, i) =>
      Object.fromEntries(Object.entries(table).map(([column, { values }]) => [column, values[i]])),
    );
  };
  return { experiment, output, rows };
}

/** Logits of the images of a split that some rule holds of. */
function logitsOf(
  { splits, run }: SmallExperiment,
  split: 'train' | 'test',
  rule: (label: number, told: number) => boolean,
): number[][] {
  const images = splits[split];
  return Array.from(images.label.keys())
    .filter((row) => rule(images.label[row], images.predicted[row]))
    .map((row) => run(imageOf(images, row)).at(-1) as number[]);
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each([
  ['a net with one hidden layer', [{ units: 6, activation: 'tanh' }]],
  [
    'a deeper net',
    [
      { units: 6, activation: 'relu' },
      { units: 5, activation: 'relu' },
    ],
  ],
  ['a net without hidden layers', []],
] as const)('why images of one class are told as another: %s', (_, hidden) => {
  it('counts them, and what tips them by pixel makes up the change of the margin', async () => {
    const { experiment, output, rows } = await found(hidden);
    const { label, predicted } = experiment.splits.test;
    const confusions = await rows('confusions');
    const pairs = Array.from(label, (c, row) => `${c} ${predicted[row]}`).filter(
      (_pair, row) => label[row] !== predicted[row],
    );
    expect(confusions.map(({ class: c, told }) => `${c} ${told}`).sort()).toEqual([...new Set(pairs)].sort());
    const { columns } = await output.matrix('confusions');
    for (const [i, { class: c, told, images, margin, usual, ink, absence }] of confusions.entries()) {
      const wrong = logitsOf(experiment, 'test', (own, as) => own === c && as === told);
      const right = logitsOf(experiment, 'train', (own, as) => own === c && as === c);
      const lead = (all: number[][]): number => meanOf(all.map((logits) => logits[Number(told)] - logits[Number(c)]));
      expect(images).toBe(wrong.length);
      expect(margin).toBeCloseTo(lead(wrong), 4);
      expect(usual).toBeCloseTo(lead(right), 4);
      expect(Number(ink) + Number(absence)).toBeCloseTo(lead(wrong) - lead(right), 3);
      const map = [columns.ink, columns.absence].map(({ data }) =>
        Array.from(data.subarray(i * P, (i + 1) * P) as Float32Array),
      );
      expect(map[0].reduce((a, b) => a + b, 0)).toBeCloseTo(Number(ink), 4);
      map[0].forEach((value, p) => expect(value === 0 || map[1][p] === 0).toBe(true));
    }
  });

  it('finds the images between two classes', async () => {
    const { experiment, rows } = await found(hidden);
    const { label } = experiment.splits.test;
    const expected = Array.from(label, (own, row) => {
      const logits = experiment.run(imageOf(experiment.splits.test, row)).at(-1) as number[];
      const [a, b] = Array.from({ length: K }, (_k, k) => k).sort((x, y) => logits[y] - logits[x]);
      return {
        id: 1000 + row,
        pair: [a, b].sort().join(' '),
        own,
        gap: Math.abs(logits[a] - logits[b]),
        told: argmax(logits),
      };
    }).filter(({ own, pair }) => pair.includes(String(own)));
    const between = await rows('between');
    for (const pair of new Set(expected.map((one) => one.pair))) {
      const nearest = expected
        .filter((one) => one.pair === pair)
        .sort((a, b) => a.gap - b.gap)
        .slice(0, 6);
      const given = between.filter((one) => `${one.class} ${one.rival}` === pair);
      expect(given.map(({ id }) => id)).toEqual(nearest.map(({ id }) => id));
      given.forEach(({ margin, label: own }, i) => {
        expect(own).toBe(nearest[i].own);
        expect(Math.abs(Number(margin))).toBeCloseTo(nearest[i].gap, 4);
        expect(Number(margin) >= 0 ? pair[0] : pair[2]).toBe(String(nearest[i].told));
      });
    }
  });
});
