import { describe, expect, it } from 'vitest';
import { seedTests } from '../src/publication/reports.js';
import type { BuiltExperiment } from '../src/experiment/experiment.js';

/** As far as the tests over seeds read it. */
function built(name: string, validation: number, ...tests: readonly number[]): BuiltExperiment {
  const runs = tests.map((accuracy, i) => ({ seed: 43 + i, test: { accuracy } }));
  return {
    result: {
      experiment: `a:${name}`,
      params: 1,
      validation: { accuracy: validation },
      test: runs[0]?.test,
      seeds: { count: runs.length, runs },
    },
  } as unknown as BuiltExperiment;
}

describe('tests over seeds in a study', () => {
  it('hold experiments of several seeds against the best of them, though one of a single seed is better', () => {
    const said = seedTests([
      built('one', 0.99, 0.98),
      built('two', 0.9, 0.91, 0.92, 0.9),
      built('three', 0.5, 0.5, 0.52, 0.53),
    ]);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^Over the 3 common seeds \(43 to 45\) a:three's test accuracy minus a:two's is -39.33 ± 2.08 points .*paired t-test t\(2\)/,
    );
  });
  it('say nothing of single seeds', () => {
    expect(seedTests([built('one', 0.99, 0.98), built('two', 0.9, 0.91, 0.92)])).toEqual([]);
  });
});
