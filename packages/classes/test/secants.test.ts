import { describe, expect, it } from 'vitest';
import type { ClassesInfo } from '@layerwise/contracts';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/classes';
import { outgoing, outgoingOfAll } from '@layerwise/kernels/gradients';
import { methodOf } from '../src/line.js';
import { pointOf, type PixelNet } from '../src/net.js';
import { followByPanels } from '../src/panels.js';
import { followPieces } from '../src/pieces.js';
import { planRemovals } from '../src/removal.js';
import { followBySecants } from '../src/secants.js';
import type { Looked } from '../src/subject.js';
import { imageOf, K, meanOf, smallExperiment, type Hidden } from './experiment.js';
import { subjectOf } from './subject.js';

const layers = (count: number, units: number, activation: Hidden['activation'] = 'relu'): Hidden[] =>
  Array.from({ length: count }, () => ({ units, activation }));

/** A net of which only the sizes matter. */
function netOf(hidden: readonly Hidden[], inputs = 784, classes = 10): PixelNet {
  const widths = [inputs, ...hidden.map(({ units }) => units), classes];
  return {
    layers: widths.slice(1).map((units, l) => ({
      inputs: widths[l],
      units,
      activation: hidden[l]?.activation ?? 'softmax',
      kernel: new Float64Array(widths[l] * units),
      bias: new Float64Array(units),
    })),
    pixels: inputs,
    classes,
  };
}

describe.each([
  ['ReLU', followPieces, layers(4, 8)],
  ['tanh', followByPanels, layers(4, 8, 'tanh')],
] as const)('secants of a net of %s layers', (_name, follow, hidden) => {
  it('give what an exact way gives, and leave nothing out', async () => {
    const experiment = await smallExperiment('pixels', hidden);
    const { net } = await subjectOf(experiment);
    const from = pointOf(net, meanOf(experiment));
    let [off, size] = [0, 0];
    for (let r = 0; r < 20; r++) {
      const to = pointOf(net, imageOf(experiment.splits.test, r));
      const [exact, near] = [follow(net, from, to), followBySecants(net, from, to)];
      for (const [wanted, found] of [
        [exact.gradient, near.gradient],
        ...exact.inner.map((one, l) => [one, near.inner[l]]),
      ])
        wanted.forEach((value, at) => {
          off += (found[at] - value) ** 2;
          size += value ** 2;
        });
      for (let k = 0; k < K; k++) {
        let left = to.sums[4][k] - from.sums[4][k];
        to.sums[0].forEach((sum, h) => (left -= near.gradient[h * K + k] * (sum - from.sums[0][h])));
        expect(Math.abs(left)).toBeLessThan(1e-5);
      }
    }
    expect(size).toBeGreaterThan(0);
    expect(Math.sqrt(off / size)).toBeLessThan(0.02);
  });
});

it('deep and wide nets are followed by secants, of which each takes bounded work; others as before', () => {
  expect(methodOf(netOf(layers(2, 512)))).toBe('pieces');
  expect(methodOf(netOf(layers(4, 128)))).toBe('pieces');
  expect(methodOf(netOf(layers(2, 64, 'tanh')))).toBe('steps');
  expect(methodOf(netOf(layers(20, 128)))).toBe('secants');
  expect(methodOf(netOf(layers(20, 128, 'tanh')))).toBe('secants');
  expect(methodOf(netOf(layers(1, 4096)))).toBe('closed form');
});

it('removals of all layers take bounded work, those of the last layer always are looked at', () => {
  const plans = (hidden: readonly Hidden[]) => {
    const net = netOf(hidden);
    return hidden.map((_, l) => ({ ...planRemovals({ net } as Looked, l, 20), net, l }));
  };
  const work = ({ net, l, draws, drawRows, rows, counts }: ReturnType<typeof plans>[number]): number => {
    const look = net.layers.slice(l + 2).reduce((sum, { kernel }) => sum + kernel.length, 0);
    return 2 * net.classes * counts.length * look * (3 * rows + draws * drawRows);
  };
  const [usual] = plans(layers(1, 128));
  expect([usual.draws, usual.counts.length]).toEqual([20, 6]);
  for (const deep of [plans(layers(20, 128)), plans(layers(40, 512))]) {
    expect(deep.reduce((sum, plan) => sum + work(plan), 0)).toBeLessThan(4.1e10);
    expect(deep.at(-1)?.draws).toBe(20);
    expect(deep.at(-1)?.rows).toBeGreaterThanOrEqual(60);
  }
  expect(plans(layers(20, 128)).every(({ rows, draws }) => rows >= 8 && draws >= 3)).toBe(true);
  expect(plans(layers(40, 512))[0]).toMatchObject({ rows: 0, counts: [] });
});

it('the gradients of all layers are those of each', async () => {
  const { net, train } = await subjectOf(await smallExperiment('pixels', [...layers(2, 7), ...layers(1, 5, 'tanh')]));
  const rows = Uint32Array.of(3, 14, 15, 92);
  const all = outgoingOfAll(net.layers, train.hidden, rows);
  expect(all).toHaveLength(3);
  all.forEach((found, l) =>
    outgoing(net.layers.slice(l + 1), train.hidden.slice(l), rows).forEach((value, at) =>
      expect(found[at]).toBeCloseTo(value, 12),
    ),
  );
});

it('the stage says that it looked by secants, and writes it down', async () => {
  const { inputs } = await smallExperiment('pixels', [...layers(2, 8), ...layers(2, 240)]);
  const { output, warnings } = await runInMemory(stage, { inputs, params: { rows: 2, draws: 1, controls: [] } });
  const info = (await output.json('classes')) as ClassesInfo;
  expect(info.evidence.method).toBe('secants');
  expect(info.evidence.remainder).toBeLessThan(1e-4);
  expect(warnings.map(({ code }) => code)).toContain('WORK_BOUNDED');
  expect(warnings.map(({ message }) => message).join()).toContain(
    'secants of 32 steps, averaged over at most 10 images',
  );
});
