import { deriveSeed } from '@layerwise/contracts';
import { runInMemory } from '@layerwise/conformance';
import { Random } from '@layerwise/kernels/random';
import { stage } from '@layerwise/classes';
import { ACTIVATIONS } from '@layerwise/nets';
import { describe, expect, it } from 'vitest';
import { clustersOf, nearestCentre } from '../src/clusters.js';
import { findErrors } from '../src/errors.js';
import { gradientOf, leastTurned } from '../src/least.js';
import { pointOf } from '../src/net.js';
import { waysOf } from '../src/ways.js';
import { imageOf, K, P, ROWS, smallExperiment, type Hidden } from './experiment.js';
import { subjectOf } from './subject.js';

const layer = (units: number, activation: Hidden['activation'] = 'relu'): Hidden => ({ units, activation });
const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const told = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));

describe('clusters', () => {
  const random = new Random(Uint32Array.of(5, 6, 7, 8));
  const around = (...centres: (readonly [number, number])[]): Float64Array =>
    Float64Array.from(all(60).flatMap((i) => centres[i % centres.length].map((at) => at + random.float() - 0.5)));
  const near = (a: ArrayLike<number>, b: readonly number[]): boolean => Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.3;

  it.each([
    [
      [
        [0, 0],
        [4, 0],
      ],
    ],
    [
      [
        [0, 0],
        [4, 0],
        [0, 5],
      ],
    ],
    [
      [
        [0, 0],
        [4, 0],
        [0, 5],
        [6, 6],
      ],
    ],
  ] as const)('are found where rows lie apart: %j', (centres) => {
    const values = around(...centres);
    const found = clustersOf(values, 2, random);
    expect(found.centres).toHaveLength(centres.length);
    for (const centre of centres) expect(found.centres.filter((one) => near(one, centre))).toHaveLength(1);
    const row = (r: number): number[] => [values[2 * r], values[2 * r + 1]];
    const of = all(60).map((r) => nearestCentre(found.centres, row(r)));
    const distance = (r: number, c: number): number =>
      mean(
        all(60)
          .filter((o) => o !== r && of[o] === c)
          .map((o) => Math.hypot(row(r)[0] - row(o)[0], row(r)[1] - row(o)[1])),
      );
    const silhouette = mean(
      all(60).map((r) => {
        const own = distance(r, of[r]);
        const next = Math.min(
          ...all(centres.length)
            .filter((c) => c !== of[r])
            .map((c) => distance(r, c)),
        );
        return (next - own) / Math.max(own, next);
      }),
    );
    expect(found.silhouette).toBeCloseTo(silhouette, 10);
  });

  it('are one where rows are alike', () => {
    const same = clustersOf(new Float64Array(40).fill(2), 2, random);
    expect([same.centres.map((centre) => [...centre]), same.silhouette]).toEqual([[[2, 2]], 0]);
    expect(clustersOf(Float64Array.of(1, 2), 2, random).centres).toHaveLength(1);
  });
});

describe('ways of writing a class', () => {
  it('share out its rows, each with the mean image, the recall and the nodes of its own', async () => {
    const experiment = await smallExperiment('pixels', [layer(7), layer(4)]);
    const subject = await subjectOf(experiment);
    const { train, test } = experiment.splits;
    for (const c of all(K)) {
      const ways = waysOf(subject, c, new Random(Uint32Array.of(1, 2, 3, 4)));
      const own = all(ROWS.train).filter((r) => train.label[r] === c);
      expect(ways.reduce((sum, { rows }) => sum + rows, 0)).toBe(own.length);
      expect(ways.reduce((sum, { heldRows }) => sum + heldRows, 0)).toBe(
        all(ROWS.test).filter((r) => test.label[r] === c).length,
      );
      const right = ways.reduce((sum, { recall, heldRows }) => sum + (heldRows === 0 ? 0 : recall * heldRows), 0);
      expect(right).toBeCloseTo(all(ROWS.test).filter((r) => test.label[r] === c && test.predicted[r] === c).length, 9);
      for (const p of all(P)) {
        const whole = mean(own.map((r) => imageOf(train, r)[p]));
        expect(ways.reduce((sum, { rows, image }) => sum + rows * image[p], 0) / own.length).toBeCloseTo(whole, 9);
      }
      for (const { nodes } of ways) {
        expect(nodes.map(({ node }) => node).sort()).toEqual([0, 1, 2, 3]);
        const sizes = nodes.map(({ difference }) => Math.abs(difference));
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      }
    }
  });
});

describe.each([
  ['no hidden layer', []],
  ['two ReLU layers', [layer(8), layer(6)]],
  ['a tanh layer', [layer(7, 'tanh')]],
] as const)('the least change of an image, by a net with %s', (_name, hidden) => {
  it('has the gradients that differences of the net come to', async () => {
    const experiment = await smallExperiment('pixels', hidden);
    const { net } = await subjectOf(experiment);
    const image = imageOf(experiment.splits.test, 3);
    const slopes = gradientOf(net, pointOf(net, image).sums, 2, 0);
    for (const p of all(P)) {
      const [up, down] = [1e-5, -1e-5].map((by) => experiment.run(image.with(p, image[p] + by))[hidden.length]);
      expect(Math.abs(slopes[p] - (up[2] - up[0] - down[2] + down[0]) / 2e-5)).toBeLessThan(1e-3);
    }
  });

  it('is told as the other class, lies within [0, 1], and no random direction reaches that class sooner', async () => {
    const experiment = await smallExperiment('pixels', hidden);
    const { net } = await subjectOf(experiment);
    const { test } = experiment.splits;
    const random = new Random(Uint32Array.of(9, 8, 7, 6));
    const tells = (image: ArrayLike<number>): number => told(experiment.run(image)[hidden.length]);
    let found = 0;
    for (const r of [0, 1, 2, 3]) {
      const image = imageOf(test, r);
      const target = (test.predicted[r] + 1) % K;
      const others = all(ROWS.test)
        .filter((o) => test.predicted[o] === target)
        .slice(0, 2)
        .map((o) => imageOf(test, o));
      const after = leastTurned(net, image, target, others);
      if (!after) continue;
      found++;
      expect(after.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(tells(after)).toBe(target);
      const length = Math.hypot(...after.map((value, p) => value - image[p]));
      for (let draw = 0; draw < 3000; draw++) {
        const direction = Float64Array.from({ length: P }, () => random.float() - 0.5 + random.float() - 0.5);
        const size = Math.hypot(...direction);
        const moved = image.map((value, p) => Math.min(1, Math.max(0, value + (direction[p] / size) * 0.9 * length)));
        expect(tells(moved)).not.toBe(target);
      }
    }
    expect(found).toBeGreaterThan(0);
  });
});

describe('errors', () => {
  it('are tipped by the nodes that give more than usual to the class that was told', async () => {
    const experiment = await smallExperiment('pixels', [layer(6), layer(5)]);
    const subject = await subjectOf(experiment);
    const { train, test } = experiment.splits;
    const { images, classes } = findErrors(subject);
    const wrong = all(ROWS.test).filter((r) => test.label[r] !== test.predicted[r]);
    expect(images.map(({ id }) => id - 1000)).toEqual(wrong);
    const kernel = subject.net.layers[2].kernel;
    const sums = all(K).map(() => new Array<number>(5).fill(0));
    for (const { id, label, told: other, margin, usual, tips } of images) {
      const outputs = experiment.run(imageOf(test, id - 1000));
      const right = all(ROWS.train).filter((r) => train.label[r] === label && train.predicted[r] === label);
      const trained = right.map((r) => experiment.run(imageOf(train, r)));
      expect([label, other]).toEqual([test.label[id - 1000], test.predicted[id - 1000]]);
      expect(margin).toBeCloseTo(outputs[2][other] - outputs[2][label], 4);
      expect(usual).toBeCloseTo(mean(trained.map((one) => one[2][other] - one[2][label])), 4);
      const given = all(5).map(
        (h) =>
          (kernel[h * K + other] - kernel[h * K + label]) * (outputs[1][h] - mean(trained.map((one) => one[1][h]))),
      );
      expect(given.reduce((a, b) => a + b, 0)).toBeCloseTo(margin - usual, 4);
      given.forEach((by, h) => (sums[label][h] += by));
      const order = all(5)
        .filter((h) => given[h] > 1e-4)
        .sort((a, b) => given[b] - given[a]);
      expect(tips.map(({ node }) => node).slice(0, order.length)).toEqual(order);
      for (const { node, evidence } of tips) expect(evidence).toBeCloseTo(given[node], 4);
    }
    for (const { class: c, images: n, tips } of classes) {
      expect(n).toBe(wrong.filter((r) => test.label[r] === c).length);
      for (const { node, evidence } of tips) expect(evidence).toBeCloseTo(sums[c][node] / n, 4);
    }
  });
});

describe('controls', () => {
  const hidden = [layer(6)];
  const run = async (controls?: string[]) => {
    const experiment = await smallExperiment('pixels', hidden);
    const { output } = await runInMemory(stage, {
      inputs: experiment.inputs,
      params: { pixels: 2, draws: 3, ...(controls && { controls }) },
    });
    const table = (await output.table('controls')) as Record<string, { values: ArrayLike<number | string> }>;
    const rows = all(table.class.values.length).map((i) =>
      Object.fromEntries(Object.entries(table).map(([name, { values }]) => [name, values[i]])),
    );
    return { experiment, output, rows };
  };

  it('stand beside the figures of the net itself', async () => {
    const { output, rows } = await run();
    expect(rows.map(({ net }) => net)).toEqual([...all(K).map(() => 'trained'), ...all(K).map(() => 'untrained')]);
    const [classes, changes] = [await output.table('classes'), await output.table('changes')];
    for (const c of all(K)) {
      expect(rows[c].recall).toBe(classes.recall.values[c]);
      expect(rows[c].toldRival).toBe(changes.toldRival.values[2 * c]);
    }
    expect((await run([])).rows).toEqual(rows.slice(0, K));
  });

  it('are of the net that its seed begins with', async () => {
    const { experiment, rows } = await run();
    const random = new Random(deriveSeed(43, 'classes', 'untrained'));
    const info = experiment.inputs.features.values.get('features') as { scale: { factor: number[]; offset: number[] } };
    const draw = (from: number, to: number): number[] =>
      all(from * to).map(() => Math.fround((2 * random.float() - 1) * Math.sqrt(6 / (from + to))));
    const [first, last] = [draw(P, 6), draw(6, K)];
    const { test } = experiment.splits;
    const predicted = all(ROWS.test).map((r) => {
      const x = Array.from(imageOf(test, r), (value, p) => value * 255 * info.scale.factor[p] + info.scale.offset[p]);
      const a = all(6).map((h) =>
        ACTIVATIONS.relu.apply(x.reduce((sum, value, p) => sum + value * first[p * 6 + h], 0)),
      );
      return told(all(K).map((k) => a.reduce((sum, value, h) => sum + value * last[h * K + k], 0)));
    });
    for (const c of all(K)) {
      const own = all(ROWS.test).filter((r) => test.label[r] === c);
      expect(rows[K + c].recall).toBeCloseTo(own.filter((r) => predicted[r] === c).length / own.length, 12);
    }
  });
});
