import type { ForestOptions, LabelledMatrix } from '../forest.js';
import { Random } from '../random.js';

/** A node of the plain twin: a leaf's class weights, or a cut. */
export type ReferenceNode =
  | { readonly weights: readonly number[] }
  | {
      readonly feature: number;
      readonly low: number;
      readonly high: number;
      readonly left: ReferenceNode;
      readonly right: ReferenceNode;
    };

/** Row numbers of a node. */
type Rows = readonly number[];

/**
 * Plain twin of the forest kernel: one CART tree on a bootstrap sample, features drawn per split as scikit-learn draws them,
 * every cut tried by sorting. It draws the same random numbers and so gives the same tree.
 */
export class ReferenceTree {
  readonly importances: Float64Array;
  readonly root: ReferenceNode;
  private readonly random: Random;
  private readonly weights: Uint32Array;
  private readonly features: number[];
  private readonly constants: number[] = [];
  private readonly data: LabelledMatrix;
  private readonly options: Required<
    Pick<ForestOptions, 'maxFeatures' | 'maxDepth' | 'minSamplesSplit' | 'minSamplesLeaf' | 'bootstrap'>
  >;

  constructor(
    data: LabelledMatrix,
    seed: Uint32Array,
    { maxFeatures, maxDepth, minSamplesSplit, minSamplesLeaf, bootstrap }: Partial<ForestOptions> = {},
  ) {
    this.data = data;
    this.options = {
      maxFeatures: maxFeatures ?? Math.max(1, Math.floor(Math.sqrt(data.columns))),
      maxDepth: maxDepth ?? Infinity,
      minSamplesSplit: minSamplesSplit ?? 2,
      minSamplesLeaf: minSamplesLeaf ?? 1,
      bootstrap: bootstrap ?? true,
    };
    this.random = new Random(seed);
    this.importances = new Float64Array(data.columns);
    this.features = Array.from({ length: data.columns }, (_, j) => j);
    this.weights = new Uint32Array(data.rows).fill(this.options.bootstrap ? 0 : 1);
    if (this.options.bootstrap) for (let i = 0; i < data.rows; i++) this.weights[this.random.below(data.rows)]++;
    const drawn = Array.from(this.weights.keys()).filter((r) => this.weights[r] > 0);
    this.root = this.grow(drawn, 0, 0);
    const sum = this.importances.reduce((a, b) => a + b, 0) || 1;
    this.importances = this.importances.map((value) => value / sum);
  }

  private grow(rows: Rows, depth: number, known: number): ReferenceNode {
    const weights = this.classWeights(rows);
    const { maxDepth, minSamplesSplit, minSamplesLeaf } = this.options;
    const pure = weights.filter((weight) => weight > 0).length === 1;
    if (pure || depth >= maxDepth || rows.length < minSamplesSplit || rows.length < 2 * minSamplesLeaf)
      return { weights };
    const { best, constants } = this.search(rows, known);
    if (!best) return { weights };
    const weight = weights.reduce((a, b) => a + b, 0);
    this.importances[best.feature] += best.score - squares(weights) / weight;
    const side = (left: boolean): Rows => rows.filter((r) => this.value(r, best.feature) <= best.low === left);
    const left = this.grow(side(true), depth + 1, constants);
    return {
      feature: best.feature,
      low: best.low,
      high: best.high,
      left,
      right: this.grow(side(false), depth + 1, constants),
    };
  }

  /** Draws features until maxFeatures are drawn and one was not constant; the first `known` of the list are constant here. */
  private search(rows: Rows, known: number): { best: Cut | undefined; constants: number } {
    const { features, random, constants } = this;
    const swap = (i: number, j: number): void => void ([features[i], features[j]] = [features[j], features[i]]);
    let best: Cut | undefined;
    let [left, visited, found, drawn] = [features.length, 0, 0, 0];
    while (left > known + found && (visited < this.options.maxFeatures || visited <= found + drawn)) {
      visited++;
      const j = drawn + random.below(left - found - drawn);
      if (j < known) {
        swap(drawn++, j);
        continue;
      }
      const cuts = this.cuts(rows, features[j + found]);
      if (cuts) {
        swap(--left, j + found);
        for (const cut of cuts) if (!best || cut.score > best.score) best = cut;
      } else swap(j + found, known + found++);
    }
    for (let i = 0; i < known; i++) features[i] = constants[i]!;
    for (let i = known; i < known + found; i++) constants[i] = features[i]!;
    return { best, constants: known + found };
  }

  /** All allowed cuts of a feature, by rising value; nothing if it is constant. */
  private cuts(rows: Rows, feature: number): Cut[] | undefined {
    const values = [...new Set(rows.map((r) => this.value(r, feature)))].sort((a, b) => a - b);
    if (values.length === 1) return undefined;
    return values.slice(1).flatMap((high, i) => {
      const low = values[i];
      const left = rows.filter((r) => this.value(r, feature) <= low);
      const right = rows.filter((r) => this.value(r, feature) > low);
      if (Math.min(left.length, right.length) < this.options.minSamplesLeaf) return [];
      return [{ feature, low, high, score: this.purity(left) + this.purity(right) }];
    });
  }

  private purity(rows: Rows): number {
    const weights = this.classWeights(rows);
    return squares(weights) / weights.reduce((a, b) => a + b, 0);
  }

  private classWeights(rows: Rows): number[] {
    const weights = new Array<number>(this.data.classes).fill(0);
    for (const r of rows) weights[this.data.labels[r]] += this.weights[r];
    return weights;
  }

  private value(row: number, feature: number): number {
    return this.data.data[row * this.data.columns + feature];
  }
}

interface Cut {
  readonly feature: number;
  /** The values on either side. */
  readonly low: number;
  readonly high: number;
  readonly score: number;
}

const squares = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight * weight, 0);
