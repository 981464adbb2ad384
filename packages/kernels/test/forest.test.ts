import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  growForest,
  outOfBagAccuracy,
  predict,
  type Forest,
  type ForestOptions,
  type LabelledMatrix,
  type Tree,
} from '@layerwise/kernels/forest';
import { ReferenceTree, type ReferenceNode } from '@layerwise/kernels/forest/reference';
import { madeBytes, madeFloats, maxDifference, words } from './made.js';

interface GoldenTree {
  readonly feature: number[];
  readonly threshold: number[];
  readonly children_left: number[];
  readonly children_right: number[];
}
interface Goldens {
  readonly bytes: { readonly tree: GoldenTree; readonly importances: number[] };
  readonly floats: { readonly tree: GoldenTree; readonly importances: number[] };
  readonly display: { readonly segments: number[][]; readonly importances: number[] };
}
const goldens = JSON.parse(readFileSync(new URL('./goldens/pca-forest.json', import.meta.url), 'utf8')) as Goldens;

const seed = (tree: number): Uint32Array => Uint32Array.from(words(4, 7919 * tree + 1), (word) => word + 1);

/** Codes of float values are cut between values, so a cut is told by the rows it parts: [feature, rows going left] down the tree. */
function shape(node: ReferenceNode, data: LabelledMatrix, rows: number[]): unknown {
  if ('weights' in node) return node.weights;
  const left = rows.filter((r) => data.data[r * data.columns + node.feature]! <= node.low);
  const right = rows.filter((r) => !left.includes(r));
  return [node.feature, left.length, shape(node.left, data, left), shape(node.right, data, right)];
}

function treeShape(tree: Tree, data: LabelledMatrix, rows: number[], i = 0): unknown {
  const feature = tree.feature[i]!;
  if (feature < 0) {
    const weights = new Array<number>(data.classes).fill(0);
    for (let k = tree.child[i]!; k < tree.child[i]! + tree.entries[i]!; k++)
      weights[tree.entryClass[k]!] = tree.entryWeight[k]!;
    return weights;
  }
  const left = rows.filter((r) => data.data[r * data.columns + feature]! <= tree.threshold[i]!);
  const right = rows.filter((r) => !left.includes(r));
  return [
    feature,
    left.length,
    treeShape(tree, data, left, tree.child[i]!),
    treeShape(tree, data, right, tree.child[i]! + 1),
  ];
}

const drawn = (tree: Tree, rows: number): number[] =>
  Array.from({ length: rows }, (_, r) => r).filter((r) => (tree.bag[r >> 3]! >> (r & 7)) & 1);

/** Bytes with few values and many constant stretches, where ties and constants abound. */
function coarse(rows: number, columns: number, classes: number, state: number): LabelledMatrix {
  const made = madeBytes(rows, columns, classes, state);
  return {
    ...made,
    data: made.data.map((value, i) => (i % columns < columns / 2 ? (value > 110 ? value >> 5 : 0) : value >> 4)),
  };
}

describe('growForest', () => {
  const cases: [string, LabelledMatrix, Partial<ForestOptions>][] = [
    ['bytes', madeBytes(300, 12, 4, 3), {}],
    ['bytes of few values', coarse(400, 20, 5, 4), {}],
    ['floats', madeFloats(250, 9, 3, 5), {}],
    [
      'floats of few values',
      { ...coarse(200, 10, 3, 6), data: Float32Array.from(coarse(200, 10, 3, 6).data, (value) => value / 8 - 1) },
      {},
    ],
    ['20 classes', madeBytes(300, 8, 20, 7), {}],
    ['all features, no bootstrap', madeBytes(200, 6, 4, 8), { maxFeatures: 6, bootstrap: false }],
    ['one feature a split', coarse(200, 10, 4, 9), { maxFeatures: 1 }],
    ['depth 3', madeBytes(300, 10, 4, 10), { maxDepth: 3 }],
    ['at least 5 rows a leaf, 20 a split', coarse(400, 10, 4, 11), { minSamplesLeaf: 5, minSamplesSplit: 20 }],
  ];
  it.each(cases)('grows the trees of its plain twin: %s', async (_name, data, options) => {
    const forest = await growForest(data, { ...options, trees: 3, seed });
    for (const [i, tree] of forest.trees.entries()) {
      const twin = new ReferenceTree(data, seed(i), options);
      const rows = drawn(tree, data.rows);
      expect(treeShape(tree, data, rows)).toEqual(shape(twin.root, data, rows));
      expect(maxDifference(tree.importances, twin.importances)).toBeLessThan(1e-12);
    }
  });

  it.each([
    ['bytes', madeBytes(400, 12, 4, 7)],
    ['floats', madeFloats(400, 12, 4, 7)],
  ] as const)('cuts as a tree of scikit-learn does: %s', async (name, data) => {
    const { tree: theirs, importances } = goldens[name];
    const forest = await growForest(data, { trees: 1, seed, maxFeatures: 12, maxDepth: 3, bootstrap: false });
    const ours = forest.trees[0]!;
    const compare = (i: number, j: number): void => {
      if (theirs.feature[j]! < 0) return void expect(ours.feature[i]).toBeLessThan(0);
      expect(ours.feature[i]).toBe(theirs.feature[j]);
      if (name === 'floats') expect(Math.abs(ours.threshold[i]! - theirs.threshold[j]!)).toBeLessThan(1e-5);
      else expect(ours.threshold[i]).toBe(Math.floor(theirs.threshold[j]!));
      compare(ours.child[i]!, theirs.children_left[j]!);
      compare(ours.child[i]! + 1, theirs.children_right[j]!);
    };
    compare(0, 0);
    expect(maxDifference(forest.importances, importances)).toBeLessThan(1e-12);
  });

  it('gives the seven-segment display the importances of theory and of scikit-learn', async () => {
    const { segments, importances } = goldens.display;
    const display = {
      data: Uint8Array.from(segments.flat()),
      rows: 10,
      columns: 7,
      labels: Uint16Array.from(segments.keys()),
      classes: 10,
    };
    const forest = await growForest(display, { trees: 8000, seed, maxFeatures: 1, bootstrap: false });
    expect(maxDifference(forest.importances, totallyRandomImportances(segments))).toBeLessThan(0.004);
    expect(maxDifference(forest.importances, importances)).toBeLessThan(0.004);
  });

  it('is the same forest for 1, 2 and 3 workers', async () => {
    const data = madeBytes(500, 15, 4, 12);
    const [one, ...others] = await Promise.all(
      [1, 2, 3].map((workers) => growForest(data, { trees: 7, seed, workers })),
    );
    for (const other of others) expect(other).toEqual(one);
  });

  it('gives rows that are equal but of different classes one leaf', async () => {
    const data = {
      data: Uint8Array.of(1, 1, 1, 5, 5, 5),
      rows: 6,
      columns: 1,
      labels: Uint16Array.of(0, 0, 1, 1, 1, 1),
      classes: 2,
    };
    const forest = await growForest(data, { trees: 1, seed, bootstrap: false });
    expect(treeShape(forest.trees[0]!, data, [0, 1, 2, 3, 4, 5])).toEqual([0, 3, [2, 1], [0, 3]]);
    expect(Array.from((await predict(forest, data)).probabilities).slice(0, 2)).toEqual([2 / 3, 1 / 3]);
  });

  it('has no importances when all columns are constant', async () => {
    const data = {
      data: new Uint8Array(20),
      rows: 10,
      columns: 2,
      labels: Uint16Array.from({ length: 10 }, (_, r) => r % 2),
      classes: 2,
    };
    const forest = await growForest(data, { trees: 3, seed });
    expect(Array.from(forest.importances)).toEqual([0, 0]);
    expect(forest.trees.every(({ feature }) => feature.length === 1)).toBe(true);
  });

  it('cuts between neighbouring floats without losing either side', async () => {
    const next = Math.fround(1 + 2 ** -23);
    const data = {
      data: Float32Array.of(1, 1, next, next),
      rows: 4,
      columns: 1,
      labels: Uint16Array.of(0, 0, 1, 1),
      classes: 2,
    };
    const forest = await growForest(data, { trees: 1, seed, bootstrap: false });
    expect(await accuracy(forest, data)).toBe(1);
  });

  it('refuses sizes, labels, options and entries that make no sense', async () => {
    const good = madeBytes(10, 3, 2, 1);
    const options = { trees: 1, seed };
    await expect(growForest({ ...good, rows: 9 }, options)).rejects.toThrow(/9 x 3 must have/);
    await expect(growForest({ ...good, labels: new Uint16Array(9) }, options)).rejects.toThrow(
      /one label per row, got 9 labels for 10 rows/,
    );
    await expect(growForest({ ...good, labels: new Uint16Array(10).fill(1) }, options)).rejects.toThrow(
      /all 10 rows have label 1/,
    );
    await expect(
      growForest({ ...good, labels: Uint16Array.from({ length: 10 }, (_, r) => r % 3) }, options),
    ).rejects.toThrow(/labels must be 0 to 1, got 2 in row 2/);
    await expect(
      growForest({ data: new Uint8Array(0), rows: 0, columns: 3, labels: new Uint16Array(0), classes: 2 }, options),
    ).rejects.toThrow(/at least 2 rows are needed, got 0/);
    await expect(
      growForest({ ...good, data: Float32Array.from(good.data, (value, i) => (i === 4 ? Infinity : value)) }, options),
    ).rejects.toThrow('got Infinity in row 1, column 1');
    await expect(growForest(good, { ...options, maxFeatures: 4 })).rejects.toThrow(
      /maxFeatures must be a whole number in \[1, 3\], got 4/,
    );
    await expect(growForest(good, { ...options, trees: 0 })).rejects.toThrow(/trees must be/);
  });

  it('does not change its input', async () => {
    const data = madeBytes(60, 5, 3, 3);
    const before = { data: data.data.slice(), labels: data.labels.slice() };
    const forest = await growForest(data, { trees: 2, seed });
    await predict(forest, data);
    expect({ data: data.data, labels: data.labels }).toEqual(before);
  });
});

describe('predict and outOfBagAccuracy', () => {
  it.each([madeBytes(200, 8, 4, 21), madeFloats(200, 8, 4, 21)])(
    'average the leaves that the plain walk reaches',
    async (data) => {
      const forest = await growForest(data, { trees: 5, seed, maxDepth: 3 });
      const plain = Float64Array.from({ length: 200 * 4 }, (_, i) =>
        forest.trees.reduce((sum, tree) => sum + shareOf(tree, data, Math.floor(i / 4), i % 4) / 5, 0),
      );
      const { classes, probabilities } = await predict(forest, data, { workers: 2 });
      expect(maxDifference(probabilities, plain)).toBeLessThan(1e-12);
      expect(Array.from(classes)).toEqual(
        Array.from(classes, (_, r) => argmax(probabilities.subarray(4 * r, 4 * r + 4))),
      );
    },
  );

  it('score rows by the trees that did not draw them', async () => {
    const data = madeBytes(150, 8, 4, 22);
    const forest = await growForest(data, { trees: 4, seed });
    let [right, voted] = [0, 0];
    for (let r = 0; r < 150; r++) {
      const others = forest.trees.filter((tree) => !((tree.bag[r >> 3]! >> (r & 7)) & 1));
      if (others.length === 0) continue;
      voted++;
      if (
        argmax([0, 1, 2, 3].map((c) => others.reduce((sum, tree) => sum + shareOf(tree, data, r, c), 0))) ===
        data.labels[r]
      )
        right++;
    }
    expect(voted).toBeLessThan(150);
    expect(await outOfBagAccuracy(forest, data)).toBe(right / voted);
  });

  it('take no rows, and refuse other columns', async () => {
    const data = madeBytes(50, 4, 2, 23);
    const forest: Forest = await growForest(data, { trees: 2, seed, bootstrap: false });
    expect(await accuracy(forest, { ...data, data: new Uint8Array(0), rows: 0, labels: new Uint16Array(0) })).toBeNaN();
    expect(await outOfBagAccuracy(forest, data)).toBeNaN();
    await expect(predict(forest, { data: new Uint8Array(6), rows: 2, columns: 3 })).rejects.toThrow(
      /grown on 4 columns, got 3/,
    );
  });

  it('learn what can be learned: nearly all of a separable problem, chance of noise', async () => {
    const data = madeBytes(2000, 10, 4, 24);
    const noise = { ...data, labels: Uint16Array.from(words(2000, 77), (word) => word % 4) };
    expect(await outOfBagAccuracy(await growForest(data, { trees: 30, seed, workers: 2 }), data)).toBeGreaterThan(0.9);
    expect(
      Math.abs((await outOfBagAccuracy(await growForest(noise, { trees: 30, seed, workers: 2 }), noise)) - 0.25),
    ).toBeLessThan(0.05);
  });
});

function shareOf(tree: Tree, { data, columns }: LabelledMatrix, row: number, label: number): number {
  let i = 0;
  while (tree.feature[i]! >= 0)
    i = tree.child[i]! + (data[row * columns + tree.feature[i]!]! <= tree.threshold[i]! ? 0 : 1);
  const entries = Array.from({ length: tree.entries[i]! }, (_, k) => tree.child[i]! + k);
  const weight = (k: number): number => tree.entryWeight[k]!;
  return (
    entries.filter((k) => tree.entryClass[k] === label).reduce((sum, k) => sum + weight(k), 0) /
    entries.reduce((sum, k) => sum + weight(k), 0)
  );
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Importances of totally randomised, fully grown trees in the limit of many (Louppe, Wehenkel, Sutera and Geurts 2013, theorem 1),
 * with Gini impurity: the decrease by X_m given the variables B, over all B without m, weighted 1 / (C(p, |B|) (p - |B|)); scaled to sum to 1.
 */
function totallyRandomImportances(segments: number[][]): number[] {
  const p = 7;
  const impurity = (rows: number[]): number => 1 - 1 / rows.length; // every row is a class of its own
  const groups = (rows: number[], mask: number): number[][] => {
    const found = new Map<string, number[]>();
    for (const r of rows) {
      const key = segments[r]!.filter((_, j) => (mask >> j) & 1).join('');
      found.set(key, [...(found.get(key) ?? []), r]);
    }
    return [...found.values()];
  };
  const all = Array.from(segments.keys());
  const left = (mask: number): number =>
    groups(all, mask).reduce((sum, rows) => sum + (rows.length / 10) * impurity(rows), 0);
  const choose = [1, 7, 21, 35, 35, 21, 7, 1];
  const importances = Array.from({ length: p }, (_, m) => {
    let sum = 0;
    for (let mask = 0; mask < 1 << p; mask++) {
      if ((mask >> m) & 1) continue;
      const size = Array.from({ length: p }, (_, j) => (mask >> j) & 1).reduce((a, b) => a + b, 0);
      sum += (left(mask) - left(mask | (1 << m))) / (choose[size]! * (p - size));
    }
    return sum;
  });
  const total = importances.reduce((a, b) => a + b, 0);
  return importances.map((value) => value / total);
}
