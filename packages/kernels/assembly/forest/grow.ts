// One tree of a random forest (Breiman 2001): CART with Gini impurity on a bootstrap sample, features drawn per split.
import { Job } from './records';
import { nextBelow } from '../shared/random';
import { bestFeature, bestHigh, bestLow, bestScore, partition, scoreFeature, startNode } from './split';

/**
 * Grows a tree. Nodes are int32[4]: feature, code left of the cut, index of the left child (the right one follows it),
 * code right of the cut; or, for a leaf, -1, 0, first entry, number of entries. Children come after their parent.
 * @returns the number of nodes
 */
export function growTree(address: usize): u32 {
  const job = changetype<Job>(address);
  const count = drawSamples(job);
  for (let f: u32 = 0; f < job.columns; f++) store<u32>(job.features + (<usize>f << 2), f);
  memory.fill(job.importances, 0, <usize>job.columns << 3);
  memory.fill(job.totals, 0, <usize>((job.classes + 15) & ~15) << 2);
  job.entryCount = 0;
  job.depth = 0;
  let nodes: u32 = 1;
  let top = job.stack;
  top = push(top, 0, count, 0, 0, 0);
  while (top > job.stack) {
    top -= 20;
    const start = load<u32>(top), end = load<u32>(top, 4), depth = load<u32>(top, 8), node = load<u32>(top, 12);
    let known = load<u32>(top, 16);
    job.depth = max(job.depth, depth);
    const place = job.nodes + (<usize>node << 4);
    const weight = sumClasses(job, start, end);
    const square = sumSquares(job);
    if (mustEnd(job, start, end, depth, weight, square)) {
      leaf(job, place);
      continue;
    }
    startNode(weight, square);
    known = search(job, start, end, known);
    if (bestFeature < 0) {
      leaf(job, place);
      continue;
    }
    const cell = job.importances + (<usize>bestFeature << 3);
    store<f64>(cell, load<f64>(cell) + (bestScore - <f64>square / <f64>weight));
    const middle = partition(job, bestFeature, bestLow, start, end);
    store<i32>(place, bestFeature);
    store<u32>(place, bestLow, 4);
    store<u32>(place, nodes, 8);
    store<u32>(place, bestHigh, 12);
    top = push(top, middle, end, depth + 1, nodes + 1, known);
    top = push(top, start, middle, depth + 1, nodes, known);
    nodes += 2;
  }
  return nodes;
}

@inline
function push(top: usize, start: u32, end: u32, depth: u32, node: u32, known: u32): usize {
  store<u32>(top, start);
  store<u32>(top, end, 4);
  store<u32>(top, depth, 8);
  store<u32>(top, node, 12);
  store<u32>(top, known, 16);
  return top + 20;
}

/** Draws N rows with replacement (or takes each once); lists those drawn, ascending, with how often. */
function drawSamples(job: Job): u32 {
  const rows = job.rows;
  const weights = job.weights;
  if (job.bootstrap) {
    memory.fill(weights, 0, <usize>rows << 2);
    for (let i: u32 = 0; i < rows; i++) {
      const cell = weights + (<usize>nextBelow(job.seed, rows) << 2);
      store<u32>(cell, load<u32>(cell) + 1);
    }
  } else {
    for (let i: u32 = 0; i < rows; i++) store<u32>(weights + (<usize>i << 2), 1);
  }
  let count: u32 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    const weight = load<u32>(weights + (<usize>i << 2));
    if (!weight) continue;
    const sample = job.samples + (<usize>count << 3);
    store<u32>(sample, i);
    store<u32>(sample, (weight << 16) | <u32>load<u16>(job.labels + (<usize>i << 1)), 4);
    count++;
  }
  return count;
}

/** Fills job.totals with the class weights of [start, end); returns their sum. */
function sumClasses(job: Job, start: u32, end: u32): u32 {
  const totals = job.totals;
  memory.fill(totals, 0, <usize>job.classes << 2);
  let sum: u32 = 0;
  const last = job.samples + (<usize>end << 3);
  for (let p = job.samples + (<usize>start << 3); p < last; p += 8) {
    const tag = load<u32>(p, 4);
    const cell = totals + (<usize>(tag & 0xffff) << 2);
    store<u32>(cell, load<u32>(cell) + (tag >> 16));
    sum += tag >> 16;
  }
  return sum;
}

function sumSquares(job: Job): i64 {
  let sum: i64 = 0;
  const last = job.totals + (<usize>job.classes << 2);
  for (let p = job.totals; p < last; p += 4) sum += <i64>load<u32>(p) * <i64>load<u32>(p);
  return sum;
}

function mustEnd(job: Job, start: u32, end: u32, depth: u32, weight: u32, square: i64): bool {
  const n = end - start;
  return square == <i64>weight * <i64>weight || depth >= job.maxDepth || n < job.minSplit || n < 2 * job.minLeaf;
}

/** Writes a leaf with the class weights in job.totals. */
function leaf(job: Job, place: usize): void {
  store<i32>(place, -1);
  store<u32>(place, 0, 4);
  store<u32>(place, job.entryCount, 8);
  let count: u32 = 0;
  for (let c: u32 = 0; c < job.classes; c++) {
    const weight = load<u32>(job.totals + (<usize>c << 2));
    if (!weight) continue;
    const entry = job.entries + (<usize>(job.entryCount + count) << 3);
    store<u32>(entry, c);
    store<u32>(entry, weight, 4);
    count++;
  }
  job.entryCount += count;
  store<u32>(place, count, 12);
}

@inline
function at(p: usize, i: u32): u32 {
  return load<u32>(p + (<usize>i << 2));
}

@inline
function swap(p: usize, i: u32, j: u32): void {
  const held = at(p, i);
  store<u32>(p + (<usize>i << 2), at(p, j));
  store<u32>(p + (<usize>j << 2), held);
}

/**
 * Draws features without replacement, as scikit-learn does: constant ones count as drawn, known ones (constant in a
 * node above; they lead the list) at no cost, and drawing goes on past maxFeatures until one was not constant.
 * @returns how many features are known to be constant in the children
 */
function search(job: Job, start: u32, end: u32, known: u32): u32 {
  const features = job.features;
  let left = job.columns;
  let visited: u32 = 0;
  let found: u32 = 0;
  let drawnConstants: u32 = 0;
  while (left > known + found && (visited < job.maxFeatures || visited <= found + drawnConstants)) {
    visited++;
    let j = drawnConstants + nextBelow(job.seed, left - found - drawnConstants);
    if (j < known) {
      swap(features, drawnConstants, j);
      drawnConstants++;
      continue;
    }
    j += found;
    if (scoreFeature(job, at(features, j), start, end)) {
      left--;
      swap(features, left, j);
    } else {
      swap(features, j, known + found);
      found++;
    }
  }
  memory.copy(features, job.constants, <usize>known << 2);
  memory.copy(job.constants + (<usize>known << 2), features + (<usize>known << 2), <usize>found << 2);
  return known + found;
}
