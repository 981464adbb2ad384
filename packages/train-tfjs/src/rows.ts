import { perColumn, type Affine } from '@layerwise/contracts';
import type { RowSource } from '@layerwise/kernels/train';

/** N rows of one split. */
export interface Split {
  readonly rows: number;
  /** uint16[N]. */
  readonly labels: Uint16Array;
  /** Rows at the given positions, scaled: float32[count * D]. */
  batch(rows: ArrayLike<number>, from: number, to: number): Float32Array;
}

/** A split whose rows are scaled when they are taken: D columns. They are held, as they are stored. */
export async function openSplit(source: RowSource, columns: number, scale: Affine): Promise<Split> {
  const { labels } = source;
  const values = (await source.read(0, labels.length)).slice();
  const { factor, offset } = perColumn(scale, columns);
  return {
    rows: labels.length,
    labels,
    batch(positions, from, to) {
      const batch = new Float32Array((to - from) * columns);
      for (let i = from, at = 0; i < to; i++) {
        const start = positions[i] * columns;
        for (let column = 0; column < columns; column++, at++) {
          batch[at] = values[start + column] * factor[column] + offset[column];
        }
      }
      return batch;
    },
  };
}

/** 0 … n-1. */
export function inOrder(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, row) => row);
}
