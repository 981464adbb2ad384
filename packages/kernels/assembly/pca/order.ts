// An order of rows in which those with the same non-zero columns are near each other.

const LEAVES: i32 = 256;

/**
 * list: uint32[rows], the offsets in x of `rows` rows of D bytes by leaf of a binary tree, those of one leaf in their own order.
 * questions: int32[2^depth]; node n asks whether column questions[n] is zero (no: 2n + 1, yes: 2n); -1 ends early; depth at most 8.
 * scratch: uint8[rows] after uint32[257].
 */
export function orderRows(x: usize, rows: i32, D: i32, questions: usize, depth: i32, list: usize, scratch: usize): void {
  const leaf = scratch + 4 * (LEAVES + 1);
  memory.fill(scratch, 0, 4 * (LEAVES + 1));
  for (let r = 0; r < rows; r++) {
    const number = leafOf(x + <usize>r * D, questions, depth);
    store<u8>(leaf + r, number);
    const count = scratch + (<usize>number << 2);
    store<u32>(count, load<u32>(count, 4) + 1, 4);
  }
  for (let i: usize = 4; i < 4 * LEAVES; i += 4) store<u32>(scratch + i, load<u32>(scratch + i) + load<u32>(scratch + i - 4));
  for (let r = 0; r < rows; r++) {
    const next = scratch + (<usize>load<u8>(leaf + r) << 2);
    const place = load<u32>(next);
    store<u32>(next, place + 1);
    store<u32>(list + (<usize>place << 2), <u32>r * D);
  }
}

function leafOf(row: usize, questions: usize, depth: i32): i32 {
  let node = 1;
  let level = 0;
  for (; level < depth; level++) {
    const column = load<i32>(questions + (<usize>node << 2));
    if (column < 0) break;
    node = 2 * node + (load<u8>(row + column) ? 1 : 0);
  }
  return (node << (depth - level)) - (1 << depth);
}
