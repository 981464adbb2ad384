import { describe, expect, it } from 'vitest';
import { describeTests, differenceOf, referenceOf } from '@layerwise/workspace/comparison/difference';
import type { ExperimentResult } from '@layerwise/workspace/experiment/experiment';
import { spread } from '@layerwise/workspace/comparison/statistics';
import { describeResult, describeStudy } from '../src/summary.js';

interface Given {
  readonly validation?: readonly number[];
  readonly onTest?: boolean;
  readonly cost?: { multiplyAdds: number; numbers: number };
}

/** An experiment of so many seeds, from 43 on, with these test accuracies. */
function result(
  name: string,
  test: readonly number[],
  { validation = test, onTest = false, cost = { multiplyAdds: 100, numbers: 110 } }: Given = {},
): ExperimentResult {
  const runs = test.map((accuracy, i) => ({
    seed: 43 + i,
    train: { accuracy, loss: 1 - accuracy },
    validation: { accuracy: validation[i] as number, loss: 1 },
    test: { accuracy, loss: 1 - accuracy },
  }));
  const loss = spread(runs.map((run) => run.test.loss));
  const [first] = runs;
  return {
    experiment: `a:${name}`,
    title: 'A title',
    dataset: 'mnist',
    fallback: false,
    ...first,
    params: 110,
    features: 10,
    inputs: 'pixels',
    classes: 10,
    hidden: [5],
    epochs: 5,
    bestEpoch: 3,
    seconds: { train: 1 },
    peakMemoryMB: { train: 1 },
    warnings: [],
    published: { test: { accuracy: 0.8 } },
    report: 'r',
    comparison: { rows: { train: 100, validation: 50, test: 50 }, validatesOnTest: onTest, cost },
    seeds: {
      count: runs.length,
      train: spread(test),
      validation: spread(validation),
      test: spread(test),
      loss: { train: loss, validation: spread([1]), test: loss },
      runs,
    },
  } as unknown as ExperimentResult;
}

describe('the figures of an experiment on a terminal', () => {
  it('are the mean and the spread of several seeds, the first seed named as one of them', () => {
    const text = describeResult(result('two', [0.9353, 0.1135, 0.9]));
    // (0.9353 + 0.1135 + 0.9) / 3; squares of the distances from it over 2
    expect(text).toMatch(/accuracy +test 64\.96% ± 46\.46 \(11\.35% to 93\.53%\), validation 64\.96% ± 46\.46/);
    expect(text).toMatch(/loss +test 0\.3504/);
    expect(text).toContain('ours is -15.04 points from it');
    expect(text).toMatch(/seeds +3 \(43 to 45\), .* the report shows the net of the first: test 93\.53%/);
  });

  it('are those of the seed where there is one', () => {
    const text = describeResult(result('one', [0.9353]));
    expect(text).toContain('accuracy   test 93.53%, validation 93.53%, train 93.53% (gap +0.00 points)');
    expect(text).not.toContain('±');
  });

  it('have the cost with the projection, where there is one', () => {
    expect(describeResult(result('exp4', [0.9], { cost: { multiplyAdds: 134_676, numbers: 135_555 } }))).toContain(
      '110 parameters, 135,555 with the projection (134,676 multiply-adds an image)',
    );
    expect(describeResult(result('exp3', [0.9]))).not.toContain('projection');
  });

  it('in the table of a study too', () => {
    const text = describeStudy('a', [result('two', [0.9353, 0.1135, 0.9]), result('one', [0.5])], new Map());
    expect(text).toMatch(/two .* 64\.96% ± 46\.46 +64\.96% ± 46\.46 +64\.96% ± 46\.46 +80\.00% +3: 11\.35% to 93\.53%/);
    expect(text).toMatch(/one .* 50\.00% +50\.00% +50\.00% +80\.00% +1$/m);
  });
});

describe('the experiment that others are held against', () => {
  const name = (...results: readonly ExperimentResult[]): string | undefined =>
    referenceOf(results.map((one) => ({ result: one })))?.result.experiment;

  it('is the highest on validation, by the mean over seeds', () => {
    expect(name(result('lucky', [0.99, 0.5]), result('steady', [0.9, 0.9]))).toBe('a:steady');
  });
  it('is never chosen by validation images that are those of the test', () => {
    expect(name(result('first', [0.8], { onTest: true }), result('second', [0.9], { onTest: true }))).toBe('a:first');
    expect(name(result('first', [0.95], { onTest: true }), result('own', [0.7]))).toBe('a:own');
  });
  it('is compared image by image as one net of several, where that is so', () => {
    const rows = { rows: 10_000, onlyReference: 5, onlyOther: 9, p: 0.4 };
    expect(describeTests(differenceOf(result('a', [0.9, 0.8]), result('b', [0.9]), rows))).toEqual([
      expect.stringContaining('On the same 10,000 test images, by the nets of the first seed, a:b alone is right on 9'),
    ]);
    expect(describeTests(differenceOf(result('a', [0.9]), result('b', [0.9]), rows))[0]).toContain(
      'On the same 10,000 test images a:b alone is right on 9',
    );
  });
});
