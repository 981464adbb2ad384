import { describe, expect, it } from 'vitest';
import type { ComparisonInfo } from '@layerwise/contracts';
import {
  accuracyFigure,
  renderComparison,
  renderSeeds,
  renderStudy,
  type ComparedExperiment,
  type Seeds,
} from '@layerwise/report';

const info = (given: Partial<ComparisonInfo> = {}): ComparisonInfo => ({
  rows: { train: 55_000, validation: 5000, test: 10_000 },
  validatesOnTest: false,
  cost: { multiplyAdds: 101_632, numbers: 101_770 },
  ...given,
});
const experiment = (name: string, given: Partial<ComparedExperiment> = {}): ComparedExperiment => ({
  name,
  net: '784-128-10',
  inputs: '784 pixels',
  params: 101_770,
  train: 0.99,
  validation: 0.975,
  test: 0.974,
  bestEpoch: 4,
  epochs: 20,
  seed: 43,
  info: info(),
  ...given,
});
const study = (experiments: readonly ComparedExperiment[]): string => renderStudy({ study: 'a', experiments });
/** The words of a page, without its tags and styles. */
const words = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');

/** Standard error of a mean, from the images one by one. */
function errorOf(share: number, rows: number): number {
  const images = Array.from({ length: rows }, (_, i) => (i < Math.round(share * rows) ? 1 : 0));
  const mean = images.reduce<number>((a, b) => a + b, 0) / rows;
  return Math.sqrt(images.reduce<number>((sum, x) => sum + (x - mean) ** 2, 0) / rows / rows);
}

/** Where p is as far from the share as 1.96 of its own standard errors, by halving. */
function wilsonEnd(share: number, rows: number, side: -1 | 1): number {
  let [inside, outside] = [share, side < 0 ? 0 : 1];
  for (let i = 0; i < 100; i++) {
    const p = (inside + outside) / 2;
    if (Math.abs(p - share) < 1.959963984540054 * Math.sqrt((p * (1 - p)) / rows)) inside = p;
    else outside = p;
  }
  return inside;
}

function several(tests: readonly number[], validation = tests, train = tests): Seeds {
  const spread = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return {
      mean,
      deviation: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)),
      lowest: Math.min(...values),
      highest: Math.max(...values),
    };
  };
  const loss = spread(tests.map((x) => 1 - x));
  return {
    count: tests.length,
    range: `43 to ${42 + tests.length}`,
    accuracy: { train: spread(train), validation: spread(validation), test: spread(tests) },
    loss: { train: loss, validation: loss, test: loss },
    runs: tests.map((test, i) => ({ seed: 43 + i, test, validation: validation[i] as number })),
  };
}

describe('the recommendation', () => {
  const sized = (multiplyAdds: number, validation = 5000): ComparisonInfo =>
    info({ cost: { multiplyAdds, numbers: multiplyAdds }, rows: { train: 42_000, validation, test: 10_000 } });

  it('does not prefer a net for its small gap: of two of one size within a standard error the higher on validation', () => {
    const same = { net: '784-512-256-10', info: sized(535_040, 18_000) };
    const page = words(
      study([
        experiment('plain', { ...same, train: 1, validation: 0.98, test: 0.9805 }),
        experiment('dropout', { ...same, train: 0.9999, validation: 0.9824444444444445, test: 0.9834 }),
        experiment('early-stopping', { ...same, train: 0.9952, validation: 0.9820555555555556, test: 0.9811 }),
      ]),
    );
    expect(page).toContain(
      'A tie; dropout is taken (784-512-256-10, 784 pixels): the validation accuracies of dropout (98.24%) ' +
        'and early-stopping (98.21%) lie within one standard error, 0.10 points, of the highest',
    );
    expect(page).not.toContain('Recommended: early-stopping');
    expect((errorOf(0.9824444, 18_000) * 100).toFixed(2)).toBe('0.10');
  });

  it('takes a larger net where it is better by more than a standard error', () => {
    const page = words(
      study([
        experiment('exp8', {
          net: '784-256-256-10',
          info: sized(268_800, 4998),
          train: 0.9886,
          validation: 0.98,
          test: 0.9778,
        }),
        experiment('exp9', {
          net: '784-512-512-10',
          info: sized(668_672, 4998),
          train: 0.9979,
          validation: 0.9828,
          test: 0.982,
        }),
      ]),
    );
    expect(page).toContain(
      'Recommended: exp9 (784-512-512-10, 784 pixels): its validation accuracy, 98.28%, is the highest, and no other ' +
        `lies within one standard error of it (${(errorOf(0.9828, 4998) * 100).toFixed(2)} points)`,
    );
  });

  it('is the cheapest within one standard error of the best, on studies drawn at random, whatever the tests say', () => {
    let state = 12345;
    const random = (): number => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 8) / 2 ** 24;
    for (let trial = 0; trial < 60; trial++) {
      const nets = Array.from({ length: 5 }, (_, i) => ({
        name: `net${i}`,
        right: Math.round(4900 + random() * 30),
        cost: 100 * (1 + Math.floor(random() * 4)),
      }));
      const best = Math.max(...nets.map(({ right }) => right));
      const within = nets.filter(({ right }) => (best - right) / 5000 <= errorOf(best / 5000, 5000));
      const cheapest = within.filter(({ cost }) => cost === Math.min(...within.map((net) => net.cost)));
      const wanted = cheapest.filter(({ right }) => right === Math.max(...cheapest.map((net) => net.right)))[0]
        ?.name as string;
      const page = words(
        study(
          nets.map(({ name, right, cost }) =>
            experiment(name, { validation: right / 5000, test: random(), train: random(), info: sized(cost) }),
          ),
        ),
      );
      expect(page).toMatch(
        within.length > 1 ? new RegExp(`A tie; ${wanted} is taken `) : new RegExp(`Recommended: ${wanted} `),
      );
    }
  });

  it('takes the mean of several seeds for the result, and their spread into the standard error', () => {
    const lucky = experiment('lucky', { validation: 0.99, seeds: several([0.97, 0.93, 0.95]), info: sized(1000) });
    const page = words(study([lucky, experiment('steady', { validation: 0.96, test: 0.96, info: sized(2000) })]));
    expect(page).toContain('Recommended: steady');
    const wide = experiment('wide', { validation: 0.9, seeds: several([0.98, 0.94, 0.96]), info: sized(1000) });
    expect(words(study([wide, experiment('steady', { validation: 0.952, test: 0.96, info: sized(2000) })]))).toMatch(
      /A tie; wide is taken .* wide \(96\.00%\) and steady \(95\.20%\) lie within one standard error, 1\.19 points/,
    );
  });

  it('is none for experiments of different data sets, nor is one called underfit by the figures of another', () => {
    const [own, other] = [
      experiment('own', { dataset: 'a', train: 0.85, test: 0.137, validation: 0.8 }),
      experiment('other', { dataset: 'b', test: 0.9 }),
    ];
    const text = words(study([own, other]));
    expect(text).toContain(
      'None recommended : the experiments are of different data sets, whose accuracies cannot be compared.',
    );
    expect(text).not.toMatch(/underfit|overfits? least|A tie|Recommended:/);
    expect(words(study([own, { ...other, dataset: 'a' }]))).toMatch(/underfit/);
  });

  it('is none where the validation images are the test images, by which nothing is chosen', () => {
    const onTest = { info: info({ validatesOnTest: true }), validation: 0.98, test: 0.98 };
    const page = words(
      study([experiment('dense', onTest), experiment('more', { ...onTest, validation: 0.985, test: 0.985 })]),
    );
    expect(page).toContain(
      'None recommended : the validation images of dense and more are the test images, by which nothing is chosen.',
    );
    expect(page).toContain('Against dense, the first;');
    expect(page).toContain('The validation images of all are the test images');
    expect(page).not.toMatch(/validation data alone|never selected on|highest on validation|Recommended:/);
    const mixed = words(
      study([
        experiment('dense', { ...onTest, validation: 0.99 }),
        experiment('own'),
        experiment('other', { validation: 0.9 }),
      ]),
    );
    expect(mixed).toContain('Recommended: own');
    expect(mixed).toContain('Against own, the highest on validation (97.50%)');
    expect(mixed).toContain('dense takes no part');
  });
});

describe('a study of one experiment', () => {
  it('is not ranked against itself', () => {
    const page = words(study([experiment('dense', { test: 0.9818, validation: 0.9818 })]));
    expect(page).toContain(
      'dense reaches 98.18% test accuracy, 95% interval 97.90% to 98.42% by the number of images.',
    );
    expect(page).not.toMatch(/goes from|every other|overfit|ecommended|is the best|number 1/);
    expect([wilsonEnd(0.9818, 10_000, -1), wilsonEnd(0.9818, 10_000, 1)].map((p) => (p * 100).toFixed(2))).toEqual([
      '97.90',
      '98.42',
    ]);
  });
});

describe('overfitting', () => {
  const nets = [
    experiment('exp1', { train: 0.384, validation: 0.385, test: 0.3818 }),
    experiment('exp3', { train: 0.986, test: 0.975 }),
    experiment('exp4', { train: 0.994, validation: 0.978, test: 0.976 }),
  ];

  it('is said once, by one gap, and not of a net that underfits', () => {
    for (const page of [words(study(nets)), words(renderComparison(nets, 'figures'))]) {
      expect(page.match(/overfit/g)).toHaveLength(1);
      expect(page).toContain(
        'exp3 (gap +1.10 points) overfits least; exp1 underfits: less accurate on training images than exp4 is on test images.',
      );
      expect(page.match(/training minus test accuracy/g)).toHaveLength(1);
    }
  });

  it('is alike of nets whose gaps differ by less than a standard error', () => {
    const page = words(study([...nets, experiment('exp5', { train: 0.987, test: 0.9755 })]));
    expect(page).toContain(
      'exp3 (gap +1.10 points) and exp5 (gap +1.15 points) overfit least, alike within one standard error',
    );
    expect(errorOf(0.975, 10_000)).toBeGreaterThan(0.0005);
  });
});

describe('an experiment of several seeds', () => {
  /** Three of ten nets of the last layer dead: the first seed is far above the mean. */
  const tests = [0.9353, 0.93, 0.94, 0.1135, 0.92, 0.1135, 0.93, 0.95, 0.91, 0.94];
  const mean = tests.reduce((a, b) => a + b, 0) / 10;
  const deviation = Math.sqrt(tests.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 9);
  const result = `${(mean * 100).toFixed(2)} ± ${(deviation * 100).toFixed(2)}`;
  const bimodal = experiment('exp2', {
    net: '784-128-2-10',
    train: 0.9371,
    validation: 0.9353,
    test: 0.9353,
    seeds: several(tests),
  });
  const pair = [bimodal, experiment('exp3')];

  it('has mean and standard deviation for its result, in bold, and the first seed nowhere', () => {
    for (const page of [study(pair), renderComparison(pair, 'figures')]) {
      expect(page).toContain(`<b>${result}%</b><small>11.35% to 95.00%</small>`);
      expect(page).toContain(`goes from ${(mean * 100).toFixed(2)}% (exp2) to 97.40% (exp3)`);
      expect(words(page)).not.toMatch(/93\.53|93\.71/);
    }
  });

  it('has the result before the figures of one of its nets, which are called that', () => {
    const block = renderSeeds(bimodal);
    expect(block).toContain(`<b>${(mean * 100).toFixed(2)}% ± ${(deviation * 100).toFixed(2)} points</b>`);
    expect(words(block)).toContain(
      'are those of one of these nets, the first (seed 43): its test accuracy, 93.53%, is not the result.',
    );
  });

  it('is a dot for each seed on the plot, none outside the axes, and no bar of standard deviations', () => {
    const svg = accuracyFigure(pair)?.svg as string;
    const dots = [...(/<g class="seeds">(.*?)<\/g>/.exec(svg)?.[1]?.matchAll(/cy="([\d.]+)"/g) ?? [])].map(([, cy]) =>
      Number(cy),
    );
    expect(dots).toHaveLength(10);
    expect(new Set(dots).size).toBe(new Set(tests).size);
    const order = (values: readonly number[], up: 1 | -1): number[] =>
      [...values.keys()].sort((a, b) => up * ((values[a] as number) - (values[b] as number)) || a - b);
    expect(order(dots, 1)).toEqual(order(tests, -1));
    const heights = [...svg.matchAll(/(?:cy|y1|y2)="(-?[\d.]+)"/g)].map(([, y]) => Number(y));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(40);
    expect(Math.max(...heights)).toBeLessThanOrEqual(400 - 46 + 4);
    expect(svg).not.toContain('class="spread"');
    const data = accuracyFigure(pair)?.data;
    expect(Array.from(data?.['test']?.values as Float64Array)).toEqual([...tests, 0.974]);
    expect(Array.from(data?.['seed']?.values as Float64Array)).toEqual([43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 43]);
  });
});

describe('an experiment of one seed', () => {
  it('is called that, and has the interval of its test accuracy by the number of images', () => {
    const page = study([
      experiment('exp2', { test: 0.6571 }),
      experiment('exp3', { seeds: several([0.97, 0.972, 0.974]) }),
    ]);
    const ends = [wilsonEnd(0.6571, 10_000, -1), wilsonEnd(0.6571, 10_000, 1)]
      .map((p) => `${(p * 100).toFixed(2)}%`)
      .join(' to ');
    expect(page).toContain(`<b>65.71%</b><small>${ends}</small>`);
    expect(words(page)).toContain('exp2 was trained from a single seed: from another seed each figure may differ.');
    expect(words(study([experiment('a'), experiment('b')]))).toContain('All nets were trained from a single seed');
    expect(words(renderSeeds(experiment('exp2', { test: 0.6571 })))).toContain(
      'Trained from a single seed, 43: from another one each figure may differ. ' +
        `By the number of test images alone the 95% interval of its test accuracy is ${ends}.`,
    );
    expect(renderSeeds(experiment('exp2', { seed: null }))).toBe('');
  });

  it('has its interval on the plot, and in the data of it', () => {
    const figure = accuracyFigure([experiment('exp2', { test: 0.6571 }), experiment('exp3')]);
    expect(figure?.svg.match(/class="interval"/g)).toHaveLength(2);
    expect((figure?.data['testLow']?.values as Float64Array)[0]).toBeCloseTo(wilsonEnd(0.6571, 10_000, -1), 6);
    expect((figure?.data['testHigh']?.values as Float64Array)[0]).toBeCloseTo(wilsonEnd(0.6571, 10_000, 1), 6);
  });
});

describe('what a net costs', () => {
  it('is compared with its projection: a small net on components is not the smaller one', () => {
    const nets = [
      experiment('exp3'),
      experiment('exp4', {
        net: '154-85-10',
        inputs: '154 components',
        params: 14_035,
        validation: 0.9,
        info: info({ cost: { multiplyAdds: 134_676, numbers: 135_555 } }),
      }),
    ];
    const page = study(nets);
    expect(page).toContain(
      '<td data-name="parameters">14,035<small>+ 121,520</small></td><td data-name="multiply-adds">134,676</td>',
    );
    expect(words(page)).toContain('Of 2 nets the largest, exp4 (134,676 multiply-adds an image)');
    expect(page).toContain('1.33×');
    expect(page).not.toContain('0.14×');
    expect(words(study(nets.map(({ info: _, ...e }) => e)))).toContain(
      'Of 2 nets the largest, exp3 (101,770 parameters)',
    );
  });
});

describe('accuracy against size', () => {
  const svgOf = (experiments: readonly ComparedExperiment[]): string => accuracyFigure(experiments)?.svg ?? '';
  /** Places across of the discs of test accuracy. */
  const discs = (svg: string): number[] =>
    [...svg.matchAll(/<circle cx="([\d.]+)" cy="[\d.]+" r="5" fill="#/g)].map((match) => Number(match[1]));
  const ticks = (svg: string): [number, string][] =>
    [...svg.matchAll(/<text x="([\d.]+)" y="372" text-anchor="middle"[^>]*>([\d,]+)<\/text>/g)].map((match) => [
      Number(match[1]),
      match[2] as string,
    ]);

  it('has nets of one size side by side around a tick that is their size', () => {
    const svg = svgOf(['plain', 'dropout', 'early'].map((name) => experiment(name)));
    const places = discs(svg);
    expect(places).toHaveLength(3);
    for (const [i, place] of places.slice(1).entries()) expect(place - (places[i] as number)).toBeGreaterThan(20);
    const middle = places.reduce((a, b) => a + b, 0) / 3;
    expect(ticks(svg)).toEqual([[expect.closeTo(middle, 0), '101,632']]);
    expect(study([experiment('plain'), experiment('dropout')])).toContain(
      'Nets of one size stand side by side around it.',
    );
  });

  it('has nets of other sizes at their sizes', () => {
    const sized = (name: string, multiplyAdds: number): ComparedExperiment =>
      experiment(name, { info: info({ cost: { multiplyAdds, numbers: multiplyAdds } }) });
    const svg = svgOf([sized('small', 1000), sized('middle', 10_000), sized('large', 100_000)]);
    const at = new Map(ticks(svg).map(([place, size]) => [size, place]));
    expect(discs(svg)).toEqual(['1,000', '10,000', '100,000'].map((size) => at.get(size)));
    expect(study([sized('small', 1000), sized('large', 100_000)])).not.toContain('side by side');
  });
});
