// Votes of a forest: for each row and class the sum, in tree order, of the share of that class in the leaf reached.

/**
 * Adds to votes (float64[N][K]) for rows [from, to) of x (uint8 or, if `floats`, float32 [N][D]) and all trees.
 * nodes: 16 bytes each: feature int32, threshold float32, left child or first entry, entries of a leaf;
 * roots: uint32[trees]; entries: uint32 class, then 4 bytes unused, then float64 share; a row goes left if x <= threshold.
 * bags, if not 0: uint8[trees][stride], a bit per row; trees whose bit is set are left out for that row.
 */
export function addVotes(
  x: usize,
  floats: u32,
  from: u32,
  to: u32,
  D: u32,
  nodes: usize,
  roots: usize,
  trees: u32,
  entries: usize,
  K: u32,
  bags: usize,
  stride: u32,
  votes: usize,
): void {
  for (let t: u32 = 0; t < trees; t++) {
    const root = load<u32>(roots + (<usize>t << 2));
    const bag = bags ? bags + <usize>t * stride : 0;
    for (let r = from; r < to; r++) {
      if (bag && (load<u8>(bag + (r >> 3)) >> <u8>(r & 7)) & 1) continue;
      const leaf = floats ? walkFloats(x + ((<usize>r * D) << 2), nodes, root) : walkBytes(x + <usize>r * D, nodes, root);
      vote(leaf, entries, votes + ((<usize>r * K) << 3));
    }
  }
}

@inline
function walkBytes(row: usize, nodes: usize, root: u32): usize {
  let node = nodes + (<usize>root << 4);
  let feature = load<i32>(node);
  while (feature >= 0) {
    const right: u32 = <f32>load<u8>(row + feature) <= load<f32>(node, 4) ? 0 : 1;
    node = nodes + (<usize>(load<u32>(node, 8) + right) << 4);
    feature = load<i32>(node);
  }
  return node;
}

@inline
function walkFloats(row: usize, nodes: usize, root: u32): usize {
  let node = nodes + (<usize>root << 4);
  let feature = load<i32>(node);
  while (feature >= 0) {
    const right: u32 = load<f32>(row + (<usize>feature << 2)) <= load<f32>(node, 4) ? 0 : 1;
    node = nodes + (<usize>(load<u32>(node, 8) + right) << 4);
    feature = load<i32>(node);
  }
  return node;
}

@inline
function vote(leaf: usize, entries: usize, votes: usize): void {
  let entry = entries + (<usize>load<u32>(leaf, 8) << 4);
  const end = entry + (<usize>load<u32>(leaf, 12) << 4);
  for (; entry < end; entry += 16) {
    const cell = votes + (<usize>load<u32>(entry) << 3);
    store<f64>(cell, load<f64>(cell) + load<f64>(entry, 8));
  }
}
