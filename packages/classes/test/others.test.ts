import { expect, it } from 'vitest';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/classes';
import { K, smallExperiment } from './experiment.js';

it('compares the net with others that are given: all nodes of the same net have a twin, and its evidence is like itself', async () => {
  const { inputs } = await smallExperiment('pixels', [{ units: 6, activation: 'tanh' }]);
  const { output } = await runInMemory(stage, {
    inputs: { ...inputs, shuffled: inputs.model, repeat2: inputs.model },
    params: { draws: 2, controls: ['untrained', 'shuffled'], seeds: [44] },
  });
  const table = (await output.table('controls')) as Record<string, { values: ArrayLike<number | string> }>;
  const of = (net: string, name: string): number[] =>
    Array.from(table['net'].values).flatMap((own, i) => (own === net ? [Number(table[name].values[i])] : []));
  expect([...new Set(Array.from(table['net'].values))]).toEqual(['trained', 'untrained', 'shuffled', 'seed 44']);
  for (const net of ['shuffled', 'seed 44']) {
    expect(of(net, 'twins')).toEqual(Array.from({ length: K }, () => 6));
    of(net, 'likeness').forEach((likeness) => expect(likeness).toBeGreaterThan(0.9));
    expect(of(net, 'recall')).toEqual(of('trained', 'recall'));
    expect(of(net, 'rival')).toEqual(of('trained', 'rival'));
  }
  expect(Math.max(...of('untrained', 'twins'))).toBeLessThan(6);
});
