import { describe, expect, it } from 'vitest';

interface Judgement {
  readonly state: string;
  readonly words: string;
}

const { judge, table } = (await import(new URL('./acceptance/judge.mjs', import.meta.url).href)) as { judge: (result: unknown) => Judgement; table: (rows: readonly object[]) => string };

/** As `layerwise show --json` prints it, as far as it is read. */
function result(published: object | null, accuracy: number, seeds: readonly number[] = [accuracy], dataset = 'mnist'): object {
  const spread = { mean: accuracy, deviation: seeds.length > 1 ? 0.01 : null, lowest: Math.min(...seeds), highest: Math.max(...seeds) };
  return { dataset, fallback: dataset !== 'mnist', published, test: { accuracy }, validation: { accuracy }, features: 784, hidden: [2], classes: 10, seeds: { count: seeds.length, test: spread, validation: spread } };
}

const of = (accuracy: number): object => ({ test: { accuracy } });

describe('the acceptance table', () => {
  it.each([
    ['above', result(of(0.95), 0.98), 'in', 'above'],
    ['equal', result(of(0.95), 0.95), 'in', 'within 0.6 points'],
    ['exactly 0.6 points below', result(of(0.9753), 0.9693), 'in', 'within 0.6 points'],
    ['further below', result(of(0.9753), 0.9692), 'out', '0.61 points below'],
    ['further below, the published figure among those of our seeds', result(of(0.67), 0.6, [0.5, 0.6, 0.7]), 'in', 'inside the range of 3 seeds'],
    ['further below, and beyond our seeds', result(of(0.67), 0.6, [0.5, 0.6, 0.66]), 'out', '7.00 points below, outside the range of 3 seeds'],
    ['below the first published run, not below another', result({ test: { accuracy: 0.67, reruns: [0.54] } }, 0.6, [0.5, 0.6, 0.66]), 'in', "against the source's other run, 54.00%: above; against its first: 7.00 points below, outside the range of 3 seeds"],
    ['below every published run', result({ test: { accuracy: 0.67, reruns: [0.64] } }, 0.6), 'out', '7.00 points below'],
    ['published on validation alone', result({ validation: { accuracy: 0.98 } }, 0.9), 'out', '8.00 points below'],
    ['nothing published', result(null, 0.98), 'open', 'no figure published'],
    ['other data', result(of(0.9), 0.98, [0.98], 'strokes'), 'open', 'measured on strokes, not on MNIST'],
    ['not built', undefined, 'open', 'not built'],
  ])('%s', (_what, given, state, words) => {
    expect(judge(given)).toMatchObject({ state, words });
  });

  it('has a row for each experiment and counts them', () => {
    const text = table([{ address: 'a:one', result: result(of(0.95), 0.98) }, { address: 'a:two', published: of(0.9) }, { address: 'a:three', result: result(of(0.67), 0.6, [0.5, 0.66]), stale: true }]);
    expect(text).toContain('1 of 3 experiments are in their band, 1 are not, 1 cannot be judged.');
    expect(text).toContain('| a:one | 784-2-10 | test | 95.00% | 98.00% | +3.00 | 1 | yes: above |');
    expect(text).toContain('| a:three (earlier run) | 784-2-10 | test | 67.00% | 60.00% | -7.00 | 2: 60.00% ± 1.00, 50.00% to 66.00% | **no**: 7.00 points below, outside the range of 2 seeds |');
    expect(text).toContain('| a:two |  | test | 90.00% |  |  |  | –: not built |');
  });
});
