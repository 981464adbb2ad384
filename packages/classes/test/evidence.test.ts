import { beforeAll, describe, expect, it } from 'vitest';
import { evidenceOf, meanEvidence } from '../src/evidence.js';
import { methodOf } from '../src/line.js';
import { narrowed } from '../src/net.js';
import type { Subject } from '../src/subject.js';
import { subjectOf } from './subject.js';
import { imageOf, K, meanOf, P, ROWS, smallExperiment, type Hidden, type SmallExperiment } from './experiment.js';

const STEPS = 1000;
const NUDGE = 1e-5;

/** Integrated gradients by so many equal steps and differences of the net's own outputs: [P][K], and conductances [l][h][K]. */
function byBruteForce({ run, onward }: SmallExperiment, from: Float64Array, to: Float64Array) {
  const at = (t: number): Float64Array => from.map((m, p) => m + t * (to[p] - m));
  const logits = (outputs: number[][]): number[] => outputs[outputs.length - 1];
  const pixels = Array.from({ length: P }, () => new Array<number>(K).fill(0));
  const depth = run(from).length - 1;
  const nodes = Array.from({ length: depth }, (_, l) => run(from)[l].map(() => new Array<number>(K).fill(0)));
  for (let step = 0; step < STEPS; step++) {
    const middle = at((step + 0.5) / STEPS);
    for (let p = 0; p < P; p++) {
      const change = to[p] - from[p];
      if (change === 0) continue;
      const [up, down] = [1, -1].map((sign) => logits(run(middle.with(p, middle[p] + sign * NUDGE))));
      for (let k = 0; k < K; k++) pixels[p][k] += ((up[k] - down[k]) / (2 * NUDGE)) * (change / STEPS);
    }
    const [before, here, after] = [run(at(step / STEPS)), run(middle), run(at((step + 1) / STEPS))];
    for (let l = 0; l < depth; l++) {
      here[l].forEach((value, h) => {
        const [up, down] = [1, -1].map((sign) => logits(onward(l, here[l].with(h, value + sign * NUDGE))));
        const moved = after[l][h] - before[l][h];
        for (let k = 0; k < K; k++) nodes[l][h][k] += ((up[k] - down[k]) / (2 * NUDGE)) * moved;
      });
    }
  }
  return { pixels, nodes };
}

const layer = (units: number, activation: Hidden['activation']): Hidden => ({ units, activation });

describe.each([
  ['no hidden layer', [], 'closed form'],
  ['a ReLU layer', [layer(7, 'relu')], 'closed form'],
  ['a tanh layer', [layer(6, 'tanh')], 'closed form'],
  ['a sigmoid layer', [layer(6, 'sigmoid')], 'closed form'],
  ['a GELU layer', [layer(6, 'gelu')], 'closed form'],
  ['a linear layer', [layer(4, 'linear')], 'closed form'],
  ['two ReLU layers', [layer(8, 'relu'), layer(6, 'relu')], 'pieces'],
  [
    'three ReLU layers and a linear one',
    [layer(6, 'relu'), layer(5, 'relu'), layer(4, 'linear'), layer(5, 'relu')],
    'pieces',
  ],
  ['two tanh layers', [layer(6, 'tanh'), layer(5, 'tanh')], 'steps'],
  ['tanh, sigmoid and GELU', [layer(6, 'tanh'), layer(5, 'sigmoid'), layer(5, 'gelu')], 'steps'],
] as const)('the evidence of a net with %s', (_name, hidden, method) => {
  let experiment: SmallExperiment;
  let subject: Subject;
  let mean: Float64Array;
  // What is exact is off by rounding alone; activations other than ReLU are computed in float32.
  const exact = method === 'steps' ? 1e-3 : 1e-4;
  beforeAll(async () => {
    experiment = await smallExperiment('pixels', hidden);
    subject = await subjectOf(experiment);
    mean = meanOf(experiment);
  });

  it(`is found by ${method}`, () => expect(methodOf(subject.net)).toBe(method));

  it('adds up to the change of every logit, by pixel and by the nodes of each layer, for every image', () => {
    const before = experiment.run(mean)[hidden.length];
    for (let r = 0; r < ROWS.test; r++) {
      const image = imageOf(experiment.splits.test, r);
      const logits = experiment.run(image)[hidden.length];
      const { ink, absence, nodes, remainder } = evidenceOf(subject, image);
      expect(remainder).toBeLessThan(exact);
      for (let k = 0; k < K; k++) {
        let pixels = 0;
        for (let p = 0; p < P; p++) {
          pixels += ink[k * P + p] + absence[k * P + p];
          expect(image[p] > mean[p] ? absence[k * P + p] : ink[k * P + p], 'a pixel is one or the other').toBe(0);
        }
        expect(Math.abs(pixels - (logits[k] - before[k]))).toBeLessThan(exact);
        for (const layer of nodes) {
          let sum = 0;
          for (let at = k; at < layer.length; at += K) sum += layer[at];
          expect(Math.abs(sum - (logits[k] - before[k]))).toBeLessThan(exact);
        }
      }
    }
  });

  it('is what very many small steps of the net itself come to', () => {
    for (const r of [41]) {
      const image = imageOf(experiment.splits.test, r);
      const { ink, absence, nodes } = evidenceOf(subject, image);
      const brute = byBruteForce(experiment, mean, image);
      for (let k = 0; k < K; k++) {
        for (let p = 0; p < P; p++)
          expect(Math.abs(ink[k * P + p] + absence[k * P + p] - brute.pixels[p][k])).toBeLessThan(8e-3);
        brute.nodes.forEach((layer, l) =>
          layer.forEach((given, h) => expect(Math.abs(nodes[l][h * K + k] - given[k])).toBeLessThan(8e-3)),
        );
      }
    }
  });

  it('is averaged over images as the mean of what each has', () => {
    const rows = Uint32Array.from({ length: 40 }, (_, i) => 3 * i);
    const found = meanEvidence(subject, subject.train, rows);
    const each = Array.from(rows, (r) => evidenceOf(subject, imageOf(experiment.splits.train, r)));
    const isMean = (of: (one: (typeof each)[number]) => Float64Array): void =>
      of(found).forEach((value, at) =>
        expect(Math.abs(value - each.reduce((sum, one) => sum + of(one)[at], 0) / rows.length)).toBeLessThan(1e-5),
      );
    isMean(({ ink }) => ink);
    isMean(({ absence }) => absence);
    isMean(({ logits }) => logits);
    hidden.forEach((_, l) => isMean(({ nodes }) => nodes[l]));
    expect(found.remainder).toBeLessThan(exact);
  });
});

describe.each(['selected', 'components'] as const)('the evidence of a net that sees %s', (origin) => {
  it('adds up over the pixels of the image', async () => {
    const experiment = await smallExperiment(origin, [layer(7, 'relu')]);
    const subject = await subjectOf(experiment);
    const before = experiment.run(meanOf(experiment))[1];
    for (let r = 0; r < ROWS.test; r++) {
      const image = imageOf(experiment.splits.test, r);
      const { ink, absence } = evidenceOf(subject, image);
      experiment.run(image)[1].forEach((logit, k) => {
        let sum = 0;
        for (let p = 0; p < P; p++) sum += ink[k * P + p] + absence[k * P + p];
        expect(Math.abs(sum - (logit - before[k]))).toBeLessThan(1e-4);
      });
    }
  });
});

it('a node that stands at one sum all along gives by its slope', async () => {
  const experiment = await smallExperiment('pixels', [layer(6, 'sigmoid')]);
  const subject = await subjectOf(experiment);
  const { ink, absence, remainder } = evidenceOf(subject, meanOf(experiment));
  expect([...ink, ...absence].every((value) => Math.abs(value) < 1e-12)).toBe(true);
  expect(remainder).toBeLessThan(1e-6);
});

it('the evidence for some logits alone is that for all, of these', async () => {
  for (const hidden of [
    [],
    [layer(6, 'relu')],
    [layer(6, 'relu'), layer(5, 'relu')],
    [layer(5, 'tanh'), layer(4, 'tanh')],
  ]) {
    const subject = await subjectOf(await smallExperiment('pixels', hidden));
    const rows = Uint32Array.of(1, 4, 9);
    const [whole, part] = [subject, narrowed(subject, [2, 0])].map((one) => meanEvidence(one, subject.train, rows));
    [2, 0].forEach((k, i) => {
      expect(part.logits[i]).toBeCloseTo(whole.logits[k], 9);
      for (let p = 0; p < P; p++) {
        expect(part.ink[i * P + p]).toBeCloseTo(whole.ink[k * P + p], 9);
        expect(part.absence[i * P + p]).toBeCloseTo(whole.absence[k * P + p], 9);
      }
      part.nodes.forEach(
        (nodes, l) =>
          hidden.length > 0 &&
          Array.from({ length: hidden[l].units }, (_, h) => h).forEach((h) =>
            expect(nodes[2 * h + i]).toBeCloseTo(whole.nodes[l][K * h + k], 9),
          ),
      );
    });
  }
});
