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
  /** Mean over pairs of classes of {@link overlap}: 0 is no two boxes touch, 1 is every box lies in every other. */
  readonly overlap: number;
  /** Pairs of classes whose boxes do not touch. */
  readonly apart: number;
}

/**
 * Boxes of every node of a layer.
 * @param data float32[N x H]
 * @param group class of each row
 */
export function layerBoxes(data: Float32Array, width: number, group: Uint16Array, classes: number): NodeBoxes[] {
  const rows = group.length;
  const sizes = new Array<number>(classes).fill(0);
  for (const g of group) sizes[g] = (sizes[g] as number) + 1;
  const buffers = sizes.map((size) => new Float32Array(size));
  return Array.from({ length: width }, (_, node) => {
    const fill = new Array<number>(classes).fill(0);
    for (let i = 0; i < rows; i++) {
      const g = group[i] as number;
      (buffers[g] as Float32Array)[fill[g] as number] = data[i * width + node] as number;
      fill[g] = (fill[g] as number) + 1;
    }
    return nodeBoxes(node, buffers.map(box));
  });
}

/** Five numbers of `values`, which get sorted in place. */
export function box(values: Float32Array): Box {
  values.sort();
  const last = values.length - 1;
  const at = (share: number): number => {
    if (last < 0) return NaN;
    const place = share * last;
    const low = Math.floor(place);
    const below = values[low] as number;
    return below + (place - low) * ((values[Math.min(low + 1, last)] as number) - below);
  };
  return { min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1), count: values.length };
}

function nodeBoxes(node: number, boxes: readonly Box[]): NodeBoxes {
  let sum = 0;
  let pairs = 0;
  let apart = 0;
  forPairs(boxes, (a, b) => {
    const share = overlap(a, b);
    sum += share;
    pairs++;
    if (share === 0) apart++;
  });
  return { node, boxes, overlap: pairs === 0 ? 1 : sum / pairs, apart };
}

/** Length that two boxes [q1, q3] share, as a share of the shorter one; a box without length counts as inside (1) or outside (0). */
export function overlap(a: Box, b: Box): number {
  const shared = Math.min(a.q3, b.q3) - Math.max(a.q1, b.q1);
  if (shared < 0) return 0;
  const shorter = Math.min(a.q3 - a.q1, b.q3 - b.q1);
  return shorter === 0 ? 1 : shared / shorter;
}

function forPairs(boxes: readonly Box[], visit: (a: Box, b: Box, i: number, j: number) => void): void {
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      const a = boxes[i] as Box;
      const b = boxes[j] as Box;
      if (a.count > 0 && b.count > 0) visit(a, b, i, j);
    }
  }
}

/** Pairs of classes by the overlap of their boxes, least first; only classes with rows. */
export function classPairs(boxes: readonly Box[]): { readonly a: number; readonly b: number; readonly overlap: number }[] {
  const pairs: { a: number; b: number; overlap: number }[] = [];
  forPairs(boxes, (p, q, a, b) => pairs.push({ a, b, overlap: overlap(p, q) }));
  return pairs.sort((p, q) => p.overlap - q.overlap || p.a - q.a || p.b - q.b);
}

/** Nodes that keep most classes apart first, ties by node. */
export function bySeparation(nodes: readonly NodeBoxes[]): NodeBoxes[] {
  return [...nodes].sort((a, b) => a.overlap - b.overlap || a.node - b.node);
}
