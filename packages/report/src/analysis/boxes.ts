import { binEdges, forAlike, overlapBins } from '@layerwise/kernels/overlap';

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
 * Boxes of every node of a layer, for each of several groupings of the same rows.
 * @param data float32[N x H]
 * @param groupings class of each row, N each
 * @param range of nodes: the first, and the one after the last
 * @returns the nodes of each grouping
 */
export function layerBoxes(
  data: Float32Array,
  width: number,
  groupings: readonly Uint16Array[],
  classes: number,
  [from, to]: readonly [number, number] = [0, width],
): NodeBoxes[][] {
  const rows = groupings[0]?.length ?? 0;
  const bins = overlapBins(rows, classes);
  const columns = Array.from({ length: Math.min(BLOCK, to - from) }, () => new Float32Array(rows));
  const nodes = groupings.map((): NodeBoxes[] => []);
  for (let first = from; first < to; first += BLOCK) {
    const block = Math.min(BLOCK, to - first);
    gather(data, width, first, block, columns);
    for (const [n, column] of columns.slice(0, block).entries()) {
      const binned = inBins(
        column,
        binEdges((row) => column[row], rows, bins),
      );
      groupings.forEach((group, g) => nodes[g].push(nodeBoxes(first + n, binned, group, classes)));
    }
  }
  return nodes;
}

/** Nodes gathered in one pass over the rows: as many floats as a cache line holds. */
const BLOCK = 16;

/** Copies `block` columns from `first` on. */
function gather(
  data: Float32Array,
  width: number,
  first: number,
  block: number,
  columns: readonly Float32Array[],
): void {
  const rows = columns[0]?.length ?? 0;
  for (let i = 0; i < rows; i++) {
    const row = i * width + first;
    for (let n = 0; n < block; n++) columns[n][i] = data[row + n];
  }
}

/** Values of N rows, and the bin of each. */
interface Binned {
  readonly values: Float32Array;
  /** uint8[N]. */
  readonly bin: Uint8Array;
  readonly bins: number;
  /** All values of the first bin, where they are one: of a rectified node mostly 0. */
  readonly first?: number;
}

/** Cells of the grid by which a value finds its bin. */
const CELLS = 1024;

/** Puts each value into the bin whose edge is the first that is not below it. @param edges ascending, fewer than 256 */
function inBins(values: Float32Array, edges: Float32Array): Binned {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = CELLS / (high - low);
  /** Grows with the value, so that the edges of earlier cells lie below it. */
  const cellOf = (value: number): number => ((value - low) * scale) | 0;
  const below = new Uint8Array(CELLS + 2).fill(edges.length);
  for (let e = 0, cell = 0; e < edges.length; e++) for (; cell <= cellOf(edges[e]); cell++) below[cell] = e;
  const bin = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let b = below[((value - low) * scale) | 0];
    while (b < edges.length && edges[b] < value) b++;
    bin[i] = b;
  }
  return { values, bin, bins: edges.length + 1, ...(low === edges[0] && { first: low }) };
}

function nodeBoxes(node: number, binned: Binned, group: Uint16Array, classes: number): NodeBoxes {
  const { bins, first } = binned;
  const { ordered, starts } = byClassAndBin(binned, group, classes);
  const places = Array.from({ length: classes }, (_, c) => starts.subarray(c * bins, (c + 1) * bins + 1));
  let sum = 0;
  let pairs = 0;
  let most: NodeBoxes['most'];
  forAlike(
    places.map((place) => place.subarray(1).map((end, b) => end - place[b])),
    (a, b, overlap) => {
      sum += overlap;
      pairs++;
      if (!most || overlap > most.overlap) most = { a, b, overlap };
    },
  );
  const boxes = places.map((place) => box(ordered, place, first));
  let apart = 0;
  forPairs(boxes, (a, b) => {
    if (gapOf(a, b) > 0) apart++;
  });
  return { node, boxes, overlap: pairs === 0 ? 1 : sum / pairs, pairs, ...(most && { most }), apart };
}

/** The values ordered by class, in a class by bin. @returns `starts` of each class and bin among them, and the end of the last: uint32[K x bins + 1] */
function byClassAndBin(
  { values, bin, bins }: Binned,
  group: Uint16Array,
  classes: number,
): { readonly ordered: Float32Array; readonly starts: Uint32Array } {
  const starts = new Uint32Array(classes * bins + 1);
  for (let i = 0; i < values.length; i++) starts[group[i] * bins + bin[i] + 1]++;
  for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
  const next = starts.slice();
  const ordered = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) ordered[next[group[i] * bins + bin[i]]++] = values[i];
  return { ordered, starts };
}

/**
 * Five numbers of values that stand by bins, no value of a bin above one of a later bin; within a bin their order is lost.
 * @param starts of the bins in `values`, and the end of the last
 * @param first all values of the first bin, where they are known to be one
 */
export function box(values: Float32Array, starts: ArrayLike<number>, first?: number): Box {
  const start = starts[0];
  const count = starts[starts.length - 1] - start;
  let b = 0;
  let from = start;
  /** The value at place `i` of the order, asked for from the lowest up; one asked for before stays where it is. */
  const ordered = (i: number): number => {
    const place = start + i;
    while (starts[b + 1] <= place) b++;
    if (b === 0 && first !== undefined) return first + 0;
    if (place >= from) {
      select(values, Math.max(from, starts[b]), starts[b + 1] - 1, place);
      from = place;
    }
    return values[place] + 0;
  };
  const last = count - 1;
  const at = (share: number): number => {
    if (last < 0) return NaN;
    const place = share * last;
    const low = Math.floor(place);
    const below = ordered(low);
    if (place === low) return below;
    return below + (place - low) * (ordered(low + 1) - below);
  };
  return { min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1), count };
}

/**
 * Moves values from `first` to `last` until the one at `place` stands as in the sorted array, none before it larger and
 * none after it smaller (Hoare 1961, FIND).
 */
export function select(values: Float32Array, first: number, last: number, place: number): void {
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
