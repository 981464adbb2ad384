import type { MatrixSource } from './matrix.js';

const SAMPLE = 512;
const FEW = 4; // rows of the sample that are not worth another question

/** Levels of the tree. */
export const DEPTH = 8;

/**
 * Questions that tell apart rows with different non-zero columns: int32[2^DEPTH], a binary tree as `orderRows` of
 * assembly/pca/order.ts reads it. Each asks whether a column is zero, the one that halves a sample of the N rows of D bytes best.
 */
export async function zeroQuestions({ rows: N, columns: D, read }: MatrixSource): Promise<Int32Array> {
  const questions = new Int32Array(2 ** DEPTH).fill(-1);
  const count = Math.min(N, SAMPLE);
  const sample = new Uint8Array(count * D);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * N) / count);
    sample.set(await read(row, row + 1), i * D);
  }
  ask(
    sample,
    D,
    Uint32Array.from({ length: count }, (_, i) => i),
    1,
    questions,
  );
  return questions;
}

/** Chooses the question of a node and of those under it; node n has the nodes 2n and 2n + 1 under it. */
function ask(data: Uint8Array, D: number, rows: Uint32Array, node: number, questions: Int32Array): void {
  if (node >= questions.length || rows.length <= FEW) return;
  const column = halving(data, D, rows);
  if (column < 0) return;
  questions[node] = column;
  const lit = (row: number): boolean => data[row * D + column] !== 0;
  ask(
    data,
    D,
    rows.filter((row) => !lit(row)),
    2 * node,
    questions,
  );
  ask(data, D, rows.filter(lit), 2 * node + 1, questions);
}

/** The column (the first of equals) that is zero in nearest to half of the rows; -1 when all rows agree on every column. */
function halving(data: Uint8Array, D: number, rows: Uint32Array): number {
  const counts = new Uint32Array(D);
  for (const row of rows) {
    const from = row * D;
    for (let j = 0; j < D; j++) if (data[from + j] !== 0) counts[j]++;
  }
  let best = -1;
  let smaller = 0;
  for (let j = 0; j < D; j++) {
    const side = Math.min(counts[j], rows.length - counts[j]);
    if (side > smaller) [best, smaller] = [j, side];
  }
  return best;
}
