import type { MatrixSource } from '@layerwise/kernels/pca';

/** Bytes of rows that are read at once. */
const BLOCK_BYTES = 4 << 20;

/** The rows of a source in order, a block at a time. */
export async function* blocksOf({
  rows,
  columns,
  read,
}: MatrixSource): AsyncGenerator<{ readonly from: number; readonly values: Uint8Array | Float32Array }> {
  const most = Math.max(1, Math.floor(BLOCK_BYTES / (4 * columns)));
  for (let from = 0; from < rows; from += most) yield { from, values: await read(from, Math.min(rows, from + most)) };
}

/** Whether every row is the same. */
export async function isConstant(source: MatrixSource): Promise<boolean> {
  if (source.rows === 0) return true;
  const first = (await source.read(0, 1)).slice();
  for await (const { values } of blocksOf(source))
    for (let i = 0, j = 0; i < values.length; i++, j = j + 1 === first.length ? 0 : j + 1)
      if (values[i] !== first[j]) return false;
  return true;
}
