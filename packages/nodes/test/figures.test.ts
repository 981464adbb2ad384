import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '@layerwise/kernels/random';
import { incoming, outgoing } from '@layerwise/kernels/gradients';
import { activate, effectiveRank, type DenseLayer, type LayerValues } from '@layerwise/kernels/layers';
import { binEdges, forOverlaps, overlapBins } from '@layerwise/kernels/overlap';
import { classAreas, quantile, rankRows, splitSorted, spread, topShares } from '@layerwise/kernels/ranking';
import { ablate, enough, joinAblations, rightWithFirst, type Removal } from '../src/ablation.js';
import { ascend, preferredInputInBox } from '../src/ascent.js';
import { clusterOrder } from '../src/clustering.js';
import { classTotals, entropyTerms, rankBins, resample, selectivity } from '../src/selectivity.js';
import { jointRows } from '../src/together.js';

const random = new Random(Uint32Array.of(1, 2, 3, 4));
const noise = (): number => random.float() * 2 - 1;
const [N, K] = [300, 4];
const labels = Uint16Array.from({ length: N }, () => random.below(K));

/** A net 9-6-5-4 of two kinds of layers, and what it makes of N random inputs. */
function net(activations: readonly DenseLayer['activation'][]): {
  layers: DenseLayer[];
  inputs: Float64Array[];
  values: LayerValues[];
} {
  const widths = [9, 6, 5, K];
  const layers = activations.map((activation, l): DenseLayer => ({
    inputs: widths[l],
    units: widths[l + 1],
    activation,
    kernel: Float32Array.from({ length: widths[l] * widths[l + 1] }, noise),
    bias: Float32Array.from({ length: widths[l + 1] }, () => noise() / 4),
  }));
  const inputs = Array.from({ length: N }, () => Float64Array.from({ length: 9 }, () => random.float()));
  const values = [6, 5].map((width, l): LayerValues => ({
    width,
    data: Float32Array.from(inputs.flatMap((x) => forward(layers.slice(0, l + 1), x))),
  }));
  return { layers, inputs, values };
}

/** Plain forward pass; the last of the layers is activated too, but for a softmax. */
function forward(layers: readonly DenseLayer[], x: ArrayLike<number>): number[] {
  let current = Array.from(x);
  for (const { units, kernel, bias, activation } of layers)
    current = Array.from({ length: units }, (_, j) =>
      activate(
        activation,
        current.reduce((sum, value, i) => sum + value * kernel[i * units + j], bias[j]),
      ),
    );
  return current;
}

const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Values with many ties, also below zero. */
const tied = Float32Array.from({ length: N }, () => (random.float() < 0.3 ? 0 : Math.round(noise() * 8) / 4));

describe('ranks', () => {
  it('order rows by value, then by row', () => {
    const { order, sorted } = rankRows(tied);
    const expected = Array.from(tied.keys()).sort((a, b) => tied[a] - tied[b] || a - b);
    expect(Array.from(order)).toEqual(expected);
    expect(Array.from(sorted, (v) => v + 0)).toEqual(expected.map((row) => tied[row] + 0));
    expect(Array.from(rankRows(Float32Array.of(0, -0, -1e-38, 3e38, -3e38)).order)).toEqual([4, 2, 0, 1, 3]);
    const every = Float32Array.from({ length: 5000 }, () => noise() * 10 ** (random.below(60) - 30));
    expect(Array.from(rankRows(every).sorted)).toEqual(Array.from(every.slice().sort()));
    expect(rankRows(new Float32Array(0)).order.length).toBe(0);
    splitSorted(rankRows(tied), labels, K).forEach((part, c) =>
      expect([...part]).toEqual([...tied.filter((_, r) => labels[r] === c)].sort((x, y) => x - y)),
    );
  });

  it('give the share of pairs in order as area', () => {
    const areas = classAreas(rankRows(tied), labels, K + 1);
    for (let c = 0; c < K; c++) {
      let [wins, pairs] = [0, 0];
      for (let a = 0; a < N; a++)
        for (let b = 0; b < N; b++) {
          if (labels[a] !== c || labels[b] === c) continue;
          pairs++;
          wins += tied[a] > tied[b] ? 1 : tied[a] === tied[b] ? 0.5 : 0;
        }
      expect(areas[c]).toBeCloseTo(wins / pairs, 12);
    }
    expect(areas[K]).toBeNaN();
  });

  it('give quantiles as numpy does', () => {
    // numpy.quantile([1, 2, 4, 8], [0.05, 0.25, 0.5, 0.9])
    expect([0.05, 0.25, 0.5, 0.9].map((q) => quantile([1, 2, 4, 8], q))).toEqual(
      [1.15, 1.75, 3, 6.8].map((v) => expect.closeTo(v, 12)),
    );
  });

  it.each([1, 10, 40, 250, N])('give the classes of the %i highest rows, equal ones at the cut in part', (most) => {
    const found = topShares(rankRows(tied), labels, K, most);
    const shares = new Array<number>(K).fill(0);
    for (let r = 0; r < N; r++) {
      const [higher, equal] = [tied.filter((v) => v > tied[r]).length, tied.filter((v) => v === tied[r]).length];
      shares[labels[r]] += Math.min(1, Math.max(0, (most - higher) / equal)) / most;
    }
    shares.forEach((share, c) => expect(found[c]).toBeCloseTo(share, 12));
  });

  it('take evenly spaced rows', () => {
    expect(Array.from(spread(10, 4))).toEqual([0, 2, 5, 7]);
    expect(Array.from(spread(3, 9))).toEqual([0, 1, 2]);
    expect([spread(0, 5).length, spread(5, 0.2).length]).toEqual([0, 1]);
  });
});

describe('the overlap of classes', () => {
  const between = (parts: readonly Float32Array[], bins: number): Map<string, number> => {
    const all = Float32Array.from(parts.flatMap((part) => [...part]));
    const found = new Map<string, number>();
    forOverlaps(
      parts,
      binEdges((row) => all[row], all.length, bins),
      (a, b, overlap) => found.set(`${a}${b}`, overlap),
    );
    return found;
  };
  const uniform = (rows: number, low: number, high: number): Float32Array =>
    Float32Array.from({ length: rows }, () => low + (high - low) * random.float());

  it('is small of a narrow class in the middle of a wide one', () => {
    const [narrow, wide] = [uniform(5000, -0.1, 0.1), uniform(5000, -1, 1)];
    // Densities 5 and 1/2: the lesser of them is 1/2 on a fifth of 1.
    expect(between([narrow, wide], 32).get('01')).toBeCloseTo(0.1, 1);
    // Of a shifted one: half.
    expect(between([wide, uniform(5000, 0, 2)], 32).get('01')).toBeCloseTo(0.5, 1);
  });

  it('is the sum of the lesser shares over bins of equal counts, counted one by one', () => {
    const parts = [tied.slice(0, 120), tied.slice(120, 150), new Float32Array(0), tied.slice(150)];
    const sorted = [...tied].sort((a, b) => a - b);
    const edges = [...new Set(Array.from({ length: 7 }, (_, i) => sorted[Math.floor(((i + 1) * N) / 8)]))];
    const inBin = (part: Float32Array, b: number): number =>
      part.filter((v) => (b === 0 || v > edges[b - 1]) && (b === edges.length || v <= edges[b])).length / part.length;
    const found = between(parts, 8);
    expect([...found.keys()]).toEqual(['01', '03', '13']);
    for (const [pair, overlap] of found) {
      const [a, b] = [...pair].map((c) => parts[Number(c)]);
      expect(overlap).toBeCloseTo(
        Array.from({ length: edges.length + 1 }, (_, i) => Math.min(inBin(a, i), inBin(b, i))).reduce((x, y) => x + y),
        12,
      );
    }
  });

  it('is 0 of classes apart and 1 of equal ones, whatever their scale', () => {
    expect(between([Float32Array.of(1, 2, 1.5), Float32Array.of(1e6, 2e6)], 4).get('01')).toBe(0);
    expect(between([new Float32Array(5), new Float32Array(3)], 4).get('01')).toBe(1);
    expect([overlapBins(55_000, 10), overlapBins(1000, 10), overlapBins(20, 10)]).toEqual([32, 10, 3]);
  });
});

describe('selectivity', () => {
  const bins = 16;
  const ranking = rankRows(tied);
  const bin = rankBins(ranking, bins);
  const areas = classAreas(ranking, labels, K);
  const { times, most, totals } = resample(labels, K, 200, Uint32Array.of(5, 6, 7, 8));
  const found = selectivity(bin, bins, labels, K, areas, {
    draws: 200,
    times,
    most,
    totals,
    terms: entropyTerms(N),
  });

  it('measures information as its definition does', () => {
    let total = 0;
    const p = (test: (r: number) => boolean): number =>
      Array.from({ length: N }, (_, r) => (test(r) ? 1 : 0)).reduce<number>((s, v) => s + v, 0) / N;
    const term = (joint: number, a: number, b: number): number => (joint > 0 ? joint * Math.log2(joint / (a * b)) : 0);
    for (let c = 0; c < K; c++) {
      let information = 0;
      for (let b = 0; b < bins; b++) {
        const [pb, pc] = [p((r) => bin[r] === b), p((r) => labels[r] === c)];
        const both = p((r) => bin[r] === b && labels[r] === c);
        information += term(both, pb, pc) + term(pb - both, pb, 1 - pc);
        total += term(both, pb, pc);
      }
      expect(found.information[c]).toBeCloseTo(information, 5);
    }
    expect(found.total).toBeCloseTo(total, 5);
  });

  it('draws each sample as large as the whole, and keeps equal values together', () => {
    for (let d = 0; d < 200; d += 67)
      expect(Array.from({ length: N }, (_, r) => times[r * 200 + d]).reduce((a, b) => a + b, 0)).toBe(N);
    for (let r = 1; r < N; r++) if (tied[r] === tied[0]) expect(bin[r]).toBe(bin[0]);
  });

  it.each([1, 3, 250])('counts each sample in full where a row is drawn up to %i times', (most) => {
    const draws = 5;
    const values = Float32Array.from({ length: 1000 }, (_, r) => r % 2);
    const classes = Uint16Array.from(values, (value, r) => (value + (r % 3)) % 2);
    const times = new Uint8Array(1000 * 8);
    // In sample d the rows from d on, `most` times each, until there are 1000.
    for (let d = 0; d < draws; d++) for (let i = 0; i < 1000; i++) times[((d + Math.floor(i / most)) % 1000) * 8 + d]++;
    const ranks = rankRows(values);
    const whole = classAreas(ranks, classes, 2);
    const { areaLow, areaHigh } = selectivity(rankBins(ranks, 7), 7, classes, 2, whole, {
      draws,
      times,
      most,
      totals: classTotals(times, classes, 2, draws),
      terms: entropyTerms(1000),
    });
    const drawn = Array.from({ length: draws }, (_, d) => {
      const rows = Array.from({ length: 1000 }, (_, r) => new Array<number>(times[r * 8 + d]).fill(r)).flat();
      return classAreas(
        rankRows(Float32Array.from(rows, (r) => values[r])),
        Uint16Array.from(rows, (r) => classes[r]),
        2,
      );
    });
    for (const c of [0, 1]) {
      const exact = drawn.map((a) => (Number.isNaN(a[c]) ? 0.5 : a[c])).sort((a, b) => a - b);
      expect(areaLow[c]).toBeCloseTo(quantile(exact, 0.025), 12);
      expect(areaHigh[c]).toBeCloseTo(quantile(exact, 0.975), 12);
    }
  });

  it('gives an interval about as wide as that of resampled exact areas', () => {
    const drawn = Array.from({ length: 200 }, (_, d) => {
      const rows = Array.from({ length: N }, (_, r) => new Array<number>(times[r * 200 + d]).fill(r)).flat();
      return classAreas(
        rankRows(Float32Array.from(rows, (r) => tied[r])),
        Uint16Array.from(rows, (r) => labels[r]),
        K,
      );
    });
    for (let c = 0; c < K; c++) {
      const exact = drawn.map((a) => a[c]).sort((a, b) => a - b);
      expect(found.areaLow[c]).toBeCloseTo(quantile(exact, 0.025), 2);
      expect(found.areaHigh[c]).toBeCloseTo(quantile(exact, 0.975), 2);
    }
  });
});

describe.each([
  [['relu', 'relu', 'softmax']],
  [['tanh', 'sigmoid', 'softmax']],
  [['gelu', 'gelu', 'softmax']],
] as const)('a net of %s', (activations) => {
  const { layers, inputs, values } = net(activations);
  const rows = Uint32Array.from({ length: N }, (_, r) => r);

  it.each([0, 1])('loses by ablation of layer %i what a net without the node loses', (l) => {
    const H = values[l].width;
    const means = Array.from({ length: H }, (_, h) => rows.reduce((sum, r) => sum + values[l].data[r * H + h], 0) / N);
    const found = ablate(values[l], means, layers.slice(l + 1), labels);
    const right = (node: number, value?: number): number[] => {
      const counts = new Array<number>(K).fill(0);
      for (const r of rows) {
        const input = Array.from(values[l].data.subarray(r * H, (r + 1) * H));
        if (value !== undefined) input[node] = value;
        if (argmax(forward(layers.slice(l + 1), input)) === labels[r]) counts[labels[r]]++;
      }
      return counts;
    };
    expect(Array.from(found.whole)).toEqual(right(0));
    const margin = (r: number, node?: number, value = 0): number => {
      const input = Array.from(values[l].data.subarray(r * H, (r + 1) * H), (v, h) => (h === node ? value : v));
      const logits = forward(layers.slice(l + 1), input);
      return logits[labels[r]] - Math.max(...logits.filter((_, k) => k !== labels[r]));
    };
    const check = ({ right: told, changed, loss, squares }: Removal, h: number, value: number): void => {
      expect(Array.from(told.subarray(h * K, (h + 1) * K))).toEqual(right(h, value));
      expect(changed[h]).toBe(Array.from(rows).filter((r) => margin(r) > 0 !== margin(r, h, value) > 0).length);
      for (let k = 0; k < K; k++) {
        const losses = Array.from(rows)
          .filter((r) => labels[r] === k)
          .map((r) => margin(r) - margin(r, h, value));
        expect(loss[h * K + k]).toBeCloseTo(
          losses.reduce((a, b) => a + b, 0),
          4,
        );
        expect(squares[h * K + k]).toBeCloseTo(
          losses.reduce((a, b) => a + b * b, 0),
          4,
        );
      }
    };
    const part = (from: number, to: number): LayerValues => ({
      width: H,
      data: values[l].data.subarray(from * H, to * H),
    });
    const first = ablate(part(0, 100), means, layers.slice(l + 1), labels.subarray(0, 100));
    expect(ablate(part(100, N), means, layers.slice(l + 1), labels.subarray(100), first), 'in two parts').toEqual(
      found,
    );
    const ranges = [
      { from: 0, to: 2 },
      { from: 2, to: H },
    ];
    const joined = joinAblations(
      ranges.map((range) => ablate(values[l], means, layers.slice(l + 1), labels, undefined, range)),
    );
    expect(joined, 'in ranges of nodes').toEqual(found);
    for (let h = 0; h < H; h++) {
      check(found.zero, h, 0);
      check(found.mean, h, means[h]);
    }
  });

  it('is right with the first nodes of an order alone as a net that sees the means of the others', () => {
    const [H, last] = [values[1].width, layers[2]];
    const order = [3, 0, 4, 1, 2];
    const means = Array.from({ length: H }, (_, h) => rows.reduce((sum, r) => sum + values[1].data[r * H + h], 0) / N);
    const found = rightWithFirst(values[1], means, last, order, labels);
    for (let m = 0; m <= H; m++) {
      const seen = order.slice(0, m);
      const right = Array.from(rows).filter(
        (r) =>
          argmax(
            forward(
              [last],
              Array.from({ length: H }, (_, h) => (seen.includes(h) ? values[1].data[r * H + h] : means[h])),
            ),
          ) === labels[r],
      );
      expect(found[m]).toBe(right.length);
    }
  });

  it('has the gradients that differences of its output say', () => {
    const step = activations[0] === 'relu' ? 1e-5 : 1e-3;
    for (const l of [0, 1]) {
      const H = values[l].width;
      const found = outgoing(layers.slice(l + 1), values.slice(l), rows);
      for (let h = 0; h < H; h++) {
        const mean = new Array<number>(K).fill(0);
        for (const r of rows) {
          const shifted = Float64Array.from(values[l].data.subarray(r * H, (r + 1) * H));
          const moved = (by: number): number[] =>
            forward(
              layers.slice(l + 1),
              shifted.map((v, j) => (j === h ? v + by : v)),
            );
          moved(step).forEach((value, k) => (mean[k] += (value - moved(-step)[k]) / (2 * step) / N));
        }
        mean.forEach((value, k) => expect(found[h * K + k]).toBeCloseTo(value, 2));
      }
    }
  });

  it('composes weights as differences of its sums say, over the rows on which the node is active', () => {
    expect(Array.from(incoming([layers[0]], values.slice(0, 1), (r) => inputs[r], rows))).toEqual(
      Array.from(layers[0].kernel),
    );
    const found = incoming(layers.slice(0, 2), values, (r) => inputs[r], rows);
    const linear: DenseLayer = { ...layers[1], activation: 'linear' };
    const step = activations[0] === 'relu' ? 1e-5 : 1e-3;
    for (let h = 0; h < 5; h++) {
      const active = Array.from(rows).filter((r) => activations[1] !== 'relu' || values[1].data[r * 5 + h] > 0);
      for (let i = 0; i < 9; i++) {
        let mean = 0;
        for (const r of active) {
          const moved = (by: number): number =>
            forward(
              [layers[0], linear],
              inputs[r].map((v, j) => (j === i ? v + by : v)),
            )[h];
          mean += (moved(step) - moved(-step)) / (2 * step) / active.length;
        }
        expect(found[i * 5 + h]).toBeCloseTo(mean, 2);
      }
    }
  });

  it('is climbed within [0, 1] beyond every start, to where no single input leads higher', () => {
    for (let h = 0; h < 5; h++) {
      const { input, activation } = ascend(
        layers.slice(0, 2),
        h,
        [inputs[0], inputs[1], new Float64Array(9).fill(0.5)],
        40,
      );
      expect(Math.min(...input)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...input)).toBeLessThanOrEqual(1);
      expect(forward(layers.slice(0, 2), input)[h]).toBeCloseTo(activation, 5);
      for (const start of [inputs[0], inputs[1]])
        expect(activation).toBeGreaterThanOrEqual(forward(layers.slice(0, 2), start)[h] - 1e-6);
      for (let i = 0; i < 9; i++)
        for (const by of [-0.1, 0.1])
          expect(
            forward(
              layers.slice(0, 2),
              input.map((v, j) => (j === i ? Math.min(1, Math.max(0, v + by)) : v)),
            )[h],
          ).toBeLessThan(activation + 0.02);
    }
  });
});

describe('the preferred input of a first layer', () => {
  it('is the best of all black and white images', () => {
    const weights = Float64Array.from({ length: 9 }, noise);
    const { input, activation } = preferredInputInBox(weights, 0.1, 'relu');
    const sum = (image: number): number => weights.reduce((total, w, i) => total + w * ((image >> i) & 1), 0.1);
    const best = Array.from({ length: 512 }, (_, image) => image).reduce((a, b) => (sum(b) > sum(a) ? b : a));
    expect(Array.from(input)).toEqual(Array.from({ length: 9 }, (_, i) => (best >> i) & 1));
    expect(activation).toBeCloseTo(sum(best), 12);
    expect(preferredInputInBox(new Float64Array(2), 0.5, 'linear')).toEqual({
      input: new Float64Array(2),
      activation: 0.5,
    });
  });
});

describe('nodes that are enough', () => {
  it('are the fewest from which on the share is kept', () => {
    expect(enough(Uint32Array.of(10, 97, 50, 96, 99, 100), 0.95)).toBe(3);
    expect(enough(Uint32Array.of(100, 100), 0.99)).toBe(0);
    expect(enough(Uint32Array.of(0, 50, 100), 0.99)).toBe(2);
  });

  it('have their correlations from all rows, or from several for each node of a wide layer', () => {
    expect(jointRows(55_000, 128)).toHaveLength(55_000);
    expect(jointRows(55_000, 512)).toHaveLength(30_517);
    expect(jointRows(55_000, 2048)).toHaveLength(5 * 2048);
    expect(jointRows(6000, 2048)).toHaveLength(6000);
  });
});

describe('the shape of a layer', () => {
  it('has as many effective dimensions as equal eigenvalues', () => {
    expect(effectiveRank([2, 2, 2, 0])).toBeCloseTo(3, 5);
    expect(effectiveRank([1, 0.5])).toBeCloseTo(Math.exp(-(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3)), 5);
    expect(effectiveRank([0, 0])).toBe(0);
  });

  it('puts like rows together, by average linkage', () => {
    const points = Float64Array.of(0, 10, 0.5, 11, 5, 0.2);
    // scipy.cluster.hierarchy.linkage(points, 'average') joins {0, 5}, {2}, then {1, 3}, then {4} with the first.
    expect(clusterOrder(points, 6, 1)).toEqual([0, 5, 2, 4, 1, 3]);
    expect(clusterOrder(new Float64Array(0), 0, 3)).toEqual([]);
    const many = Float64Array.from({ length: 400 }, noise);
    expect(clusterOrder(many, 100, 4).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

/** Written by goldens/nodes.py with scikit-learn and SciPy. */
interface Golden {
  readonly labels: number[];
  readonly values: number[][];
  readonly areas: number[][];
  readonly information: number[][];
  readonly total: number[];
  readonly groups: number[][];
}

describe('scikit-learn and SciPy', () => {
  const golden = JSON.parse(readFileSync(new URL('goldens/nodes.json', import.meta.url), 'utf8')) as Golden;
  const [rows, H, classes] = [golden.labels.length, golden.areas.length, 3];
  const label = Uint16Array.from(golden.labels);
  const node = (h: number): Float32Array => Float32Array.from(golden.values, (row) => row[h]);

  it('find the same areas under the ROC curve and the same information', () => {
    for (let h = 0; h < H; h++) {
      const ranking = rankRows(node(h));
      const areas = classAreas(ranking, label, classes);
      const found = selectivity(rankBins(ranking, 8), 8, label, classes, areas, {
        draws: 0,
        times: new Uint8Array(0),
        most: 0,
        totals: new Uint32Array(0),
        terms: entropyTerms(rows),
      });
      for (let c = 0; c < classes; c++) {
        expect(areas[c]).toBeCloseTo(golden.areas[h][c], 12);
        expect(found.information[c]).toBeCloseTo(golden.information[h][c], 5);
      }
      expect(found.total).toBeCloseTo(golden.total[h], 5);
    }
  });

  it('join the same groups: each lies together in the order', () => {
    const points = Float64Array.from(
      golden.values.slice(0, 12).flatMap((row, i) => row.map((value) => value + i / 64)),
    );
    const order = clusterOrder(points, 12, H);
    for (const group of golden.groups) {
      const places = group.map((row) => order.indexOf(row)).sort((a, b) => a - b);
      expect(places[places.length - 1] - places[0], String(group)).toBe(group.length - 1);
    }
  });
});
