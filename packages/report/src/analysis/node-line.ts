import type { LayerFindings } from '../data/nodes.js';
import { count, listed, percent } from '../page/format.js';
import { several } from '../page/names.js';

/** Classes of at least a tenth are named until they are so much of the strongest images, four at most, as the sentence of `nodes` does. */
const [ENOUGH, LEAST, NAMED] = [0.8, 0.1, 4];
/** A class is pushed to where the gradient is at least so much of the largest; so many are named at most. */
const [CLEARLY, PUSHED] = [0.5, 3];

/** The classes that a node stands for: the most frequent among the images that activate it most. @param shares by class */
export function classesOf(shares: readonly number[]): number[] {
  const order = [...shares.keys()].filter((c) => shares[c] >= LEAST).sort((a, b) => shares[b] - shares[a] || a - b);
  const named: number[] = [];
  let sum = 0;
  for (const c of order) {
    if (sum >= ENOUGH || named.length === NAMED) break;
    named.push(c);
    sum += shares[c];
  }
  return named;
}

/** A node of a layer in a line, and the classes that it stands for. */
export type NodeLine = (node: number) => { readonly line: string; readonly classes: readonly number[] };

/** Tells nodes in a line each: which classes activate it most, where it looks, which classes it pushes to and away from. */
export function nodeLines(layer: LayerFindings, names: readonly string[]): NodeLine {
  const K = names.length;
  const [shares, gradients, rows] = [
    layer.classes('strongest'),
    layer.classes('gradient'),
    layer.node('strongestRows'),
  ];
  return (node) => {
    const own = shares.slice(node * K, (node + 1) * K);
    const classes = classesOf(own);
    const some = (of: readonly number[]): string => listed(of.map((c) => several(names[c])));
    const most = standing(own, classes, rows[node], some);
    const { towards, away } = pushes(gradients.slice(node * K, (node + 1) * K));
    const pushed = [
      towards.length > 0 && `towards ${some(towards)}`,
      away.length > 0 && `away from ${some(away)}`,
    ].filter(Boolean);
    return {
      line: [most, layer.looks[node], pushed.length > 0 && `pushes ${pushed.join(', ')}`].filter(Boolean).join('; '),
      classes,
    };
  };
}

/** What a node stands for. @param shares of the classes among its strongest rows @param classes those to name */
function standing(
  shares: readonly number[],
  classes: readonly number[],
  rows: number,
  some: (of: readonly number[]) => string,
): string {
  if (rows === 0) return 'no class (no image activates it more than others)';
  const strongest = `of its strongest ${count(rows)}`;
  const largest = shares.reduce((top, share) => Math.max(top, share), 0);
  if (classes.length === 0) return `many classes (none more than ${percent(largest, 0)} ${strongest})`;
  const sum = classes.reduce((total, c) => total + shares[c], 0);
  return `${some(classes)} (${percent(sum, 0)} ${strongest})`;
}

/** Only differences of logits matter to a softmax, so a class is pushed to as against the mean of all. */
function pushes(gradients: readonly number[]): {
  readonly towards: readonly number[];
  readonly away: readonly number[];
} {
  const known = gradients.filter((value) => Number.isFinite(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const gradient = gradients.map((value) => value - mean);
  const strong = (sign: 1 | -1): number[] => {
    const most = gradient.reduce((top, value) => Math.max(top, sign * value || 0), 0);
    return [...gradient.keys()]
      .filter((c) => most > 0 && sign * gradient[c] >= CLEARLY * most)
      .sort((a, b) => sign * (gradient[b] - gradient[a]) || a - b)
      .slice(0, PUSHED);
  };
  return { towards: strong(1), away: strong(-1) };
}
