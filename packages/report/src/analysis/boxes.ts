import { binEdges, forOverlaps, overlapBins } from '@layerwise/kernels/overlap';

/** Five numbers of a group of values; quartiles interpolate linearly between order statistics (numpy's default). Empty groups hold NaN. */
export interface Box {
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
  readonly count: number;
}

/** The boxes of one node, one per class, and how much they overlap. */
export interface NodeBoxes {
  readonly node: number;
  readonly boxes: readonly Box[];
  /** Mean over pairs of classes with rows of how much of their histograms is alike: 0 is all apart, 1 all the same, also without a pair. */
  readonly overlap: number;
  /** Pairs of classes with rows, and the one that overlaps most, of equals the first. */
  readonly pairs: number;
  readonly most?: { readonly a: number; readonly b: number; readonly overlap: number };
  /** Pairs of classes whose boxes do not touch. */
  readonly apart: number;
}

/**
 * Boxes of every node of a layer.
 * @param data float32[N x H]
 * @param group class of each row
 */
export function layerBoxes(data: Float32Array, width: number, group: Uint16Array, classes: number): NodeBoxes[] {
  const sizes = new Array<number>(classes).fill(0);
  for (const g of group) sizes[g] = sizes[g] + 1;
  const starts = sizes.map((_, g) => sizes.slice(0, g).reduce((a, b) => a + b, 0));
  const sorted = Array.from({ length: Math.min(BLOCK, width) }, () => new Float32Array(group.length));
  const bins = overlapBins(group.length, classes);
  const nodes: NodeBoxes[] = [];
  for (let first = 0; first < width; first += BLOCK) {
    const block = Math.min(BLOCK, width - first);
    gather(data, width, first, block, group, starts, sorted);
    for (let n = 0; n < block; n++) {
      const node = first + n;
      const edges = binEdges((row) => data[row * width + node], group.length, bins);
      nodes.push(
        nodeBoxes(
          node,
          starts.map((start, g) => (sorted[n] as Float32Array).subarray(start, start + sizes[g])),
          edges,
        ),
      );
    }
  }
  return nodes;
}

/** Nodes gathered in one pass over the rows: as many floats as a cache line holds. */
const BLOCK = 16;

/** Copies `block` columns from `first` on, the rows of a class side by side. */
function gather(
  data: Float32Array,
  width: number,
  first: number,
  block: number,
  group: Uint16Array,
  starts: readonly number[],
  columns: readonly Float32Array[],
): void {
  const next = Uint32Array.from(starts);
  for (let i = 0; i < group.length; i++) {
    const place = next[group[i]];
    next[group[i]] = place + 1;
    const row = i * width + first;
    for (let n = 0; n < block; n++) columns[n][place] = data[row + n];
  }
}

/** Five numbers of `values`, whose order is lost. A rectified node is 0 for most rows: only among the others is searched. */
export function box(values: Float32Array): Box {
  let kept = 0;
  let negative = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < 0) negative++;
    if (value !== 0) values[kept++] = value;
  }
  const others = values.subarray(0, kept);
  const zeros = values.length - kept;
  let from = 0;
  /** The value at place `i` of the order, asked for from the lowest up; one asked for before stays where it is. */
  const ordered = (i: number): number => {
    if (i >= negative && i < negative + zeros) return 0;
    const place = i < negative ? i : i - zeros;
    if (place >= from) {
      select(others, from, place);
      from = place;
    }
    return others[place];
  };
  const last = values.length - 1;
  const at = (share: number): number => {
    if (last < 0) return NaN;
    const place = share * last;
    const low = Math.floor(place);
    const below = ordered(low);
    return below + (place - low) * (ordered(Math.min(low + 1, last)) - below);
  };
  return { min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1), count: values.length };
}

/** Moves values from `first` on until the one at `place` stands as in the sorted array, none before it larger and none after it smaller (Hoare 1961, FIND). */
function select(values: Float32Array, first: number, place: number): void {
  let last = values.length - 1;
  while (first < last) {
    const pivot = values[(first + last) >> 1];
    let [i, j] = [first, last];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (place <= j) last = j;
    else if (place >= i) first = i;
    else return;
  }
}

/** @param parts values of each class, whose order is lost */
function nodeBoxes(node: number, parts: readonly Float32Array[], edges: Float32Array): NodeBoxes {
  let sum = 0;
  let pairs = 0;
  let most: NodeBoxes['most'];
  forOverlaps(parts, edges, (a, b, overlap) => {
    sum += overlap;
    pairs++;
    if (!most || overlap > most.overlap) most = { a, b, overlap };
  });
  const boxes = parts.map(box);
  let apart = 0;
  forPairs(boxes, (a, b) => {
    if (gapOf(a, b) > 0) apart++;
  });
  return { node, boxes, overlap: pairs === 0 ? 1 : sum / pairs, pairs, ...(most && { most }), apart };
}

/** Length between two boxes [q1, q3]; negative where they share some. */
const gapOf = (a: Box, b: Box): number => Math.max(a.q1, b.q1) - Math.min(a.q3, b.q3);

function forPairs(boxes: readonly Box[], visit: (a: Box, b: Box, i: number, j: number) => void): void {
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      const a = boxes[i];
      const b = boxes[j];
      if (a.count > 0 && b.count > 0) visit(a, b, i, j);
    }
  }
}

/** The two classes whose boxes lie farthest apart, of equals the first; undefined where all touch. */
export function farthestPair(boxes: readonly Box[]): { readonly a: number; readonly b: number } | undefined {
  let widest = 0;
  let found: { readonly a: number; readonly b: number } | undefined;
  forPairs(boxes, (p, q, a, b) => {
    const gap = gapOf(p, q);
    if (gap > widest) [widest, found] = [gap, { a, b }];
  });
  return found;
}

/** Nodes on which classes overlap least first, ties by node. */
export function bySeparation(nodes: readonly NodeBoxes[]): NodeBoxes[] {
  return [...nodes].sort((a, b) => a.overlap - b.overlap || a.node - b.node);
}
