const SAMPLE = 512;
const DEPTH = 8;
const FEW = 4; // rows of the sample that are not worth another question
const WORTH_IT = 4096; // rows

/**
 * An order of N rows of D bytes that puts rows with the same non-zero columns near each other, so that runs of rows
 * share their zero columns: uint32[N], a permutation, or undefined for few rows.
 * A binary tree of up to 8 questions "is column j zero?", each about the column that halves a sample of the rows best.
 */
export function alikeFirst(data: Uint8Array, N: number, D: number): Uint32Array | undefined {
  if (N < WORTH_IT) return undefined;
  const questions = new Int32Array(2 ** DEPTH).fill(-1);
  const sample = Uint32Array.from({ length: SAMPLE }, (_, i) => Math.floor((i * N) / SAMPLE));
  ask(data, D, sample, 1, questions);
  return sortByLeaf(leaves(data, N, D, questions));
}

/** Chooses the question of a node and of those under it; node n has the nodes 2n and 2n + 1 under it. */
function ask(data: Uint8Array, D: number, rows: Uint32Array, node: number, questions: Int32Array): void {
  if (node >= questions.length || rows.length <= FEW) return;
  const column = halving(data, D, rows);
  if (column < 0) return;
  questions[node] = column;
  const lit = (row: number): boolean => data[row * D + column] !== 0;
  ask(data, D, rows.filter((row) => !lit(row)), 2 * node, questions);
  ask(data, D, rows.filter(lit), 2 * node + 1, questions);
}

/** The column (the first of equals) that is zero in nearest to half of the rows; -1 when all rows agree on every column. */
function halving(data: Uint8Array, D: number, rows: Uint32Array): number {
  const counts = new Uint32Array(D);
  for (const row of rows) {
    const from = row * D;
    for (let j = 0; j < D; j++) if (data[from + j] !== 0) (counts[j] as number)++;
  }
  let best = -1;
  let smaller = 0;
  for (let j = 0; j < D; j++) {
    const side = Math.min(counts[j] as number, rows.length - (counts[j] as number));
    if (side > smaller) [best, smaller] = [j, side];
  }
  return best;
}

/** uint8[N]: the leaf of each row, numbered from left to right. */
function leaves(data: Uint8Array, N: number, D: number, questions: Int32Array): Uint8Array {
  const result = new Uint8Array(N);
  for (let row = 0; row < N; row++) {
    let node = 1;
    let depth = 0;
    for (let column; node < questions.length && (column = questions[node] as number) >= 0; depth++) node = 2 * node + (data[row * D + column] !== 0 ? 1 : 0);
    result[row] = (node << (DEPTH - depth)) - 2 ** DEPTH;
  }
  return result;
}

/** Row numbers by leaf, those of one leaf in their own order. */
function sortByLeaf(leaf: Uint8Array): Uint32Array {
  const next = new Uint32Array(257);
  for (const one of leaf) (next[one + 1] as number)++;
  for (let i = 1; i < 257; i++) next[i] = (next[i] as number) + (next[i - 1] as number);
  const order = new Uint32Array(leaf.length);
  for (let row = 0; row < leaf.length; row++) order[(next[leaf[row] as number] as number)++] = row;
  return order;
}
