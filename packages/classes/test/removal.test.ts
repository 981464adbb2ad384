import { Random } from '@layerwise/kernels/random';
import { expect, it } from 'vitest';
import type { NodeRanking } from '../src/ranking.js';
import { removeNodes } from '../src/removal.js';
import type { Looked } from '../src/subject.js';

const [ROWS, H, SILENT] = [400, 24, 20];

/** A layer of which all nodes but the last four are always 1, before two logits that hear each of the four. */
function layer(random: Random): { looked: Looked; ranking: NodeRanking } {
  const data = Float32Array.from({ length: ROWS * H }, (_, i) => (i % H < SILENT ? 1 : random.float() * 5));
  const kernel = Float64Array.from({ length: H * 2 }, () => random.float() - 0.5);
  const logits = (r: number, k: number): number =>
    Array.from({ length: H }, (_, h) => data[r * H + h] * kernel[h * 2 + k]).reduce((sum, value) => sum + value, 0);
  const label = Uint16Array.from({ length: ROWS }, (_, r) =>
    random.below(4) === 0 ? random.below(2) : Number(logits(r, 1) > logits(r, 0)),
  );
  const mean = Float64Array.from({ length: H }, (_, h) => (h < SILENT ? 1 : 2.5));
  const order = [0, 1].map(() => Uint32Array.from({ length: H }, (_, h) => h));
  return {
    looked: {
      net: {
        layers: [{ units: H }, { inputs: H, units: 2, activation: 'softmax', kernel, bias: new Float64Array(2) }],
        classes: 2,
      },
      held: { count: ROWS, label, hidden: [{ data, width: H }] },
    } as unknown as Looked,
    ranking: {
      mean,
      variance: Float64Array.from(mean, (_, h) => (h < SILENT ? 0 : 2)),
      orders: { evidence: order, weight: order, area: order },
    } as unknown as NodeRanking,
  };
}

it('random nodes are tried on fewer rows, and compared with the whole net on these', () => {
  const random = new Random(Uint32Array.of(3, 1, 4, 1));
  const { looked, ranking } = layer(random);
  const plan = { rows: ROWS, draws: 3, drawRows: 23, counts: [1, 3] };
  for (const c of [0, 1]) {
    const found = removeNodes(looked, 0, ranking, plan, c, random);
    const whole = found.find(({ by }) => by === 'none');
    // Nodes of like variance are silent ones, without which nothing changes.
    for (const drawn of found.filter(({ by }) => by === 'random'))
      for (const whose of ['recall', 'others'] as const) {
        expect(whole?.[whose].mean).toBeLessThan(1);
        expect(drawn[whose].mean).toBeCloseTo(whole?.[whose].mean ?? NaN, 12);
        expect(drawn[whose].least).toBeCloseTo(drawn[whose].most, 12);
      }
  }
});
