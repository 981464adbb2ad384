import { blocksOf, type MatrixSource } from '@layerwise/kernels/pca';

/** Whether every row is the same. */
export async function isConstant(source: MatrixSource): Promise<boolean> {
  if (source.rows === 0) return true;
  const first = (await source.read(0, 1)).slice();
  for await (const { values } of blocksOf(source))
    for (let i = 0, j = 0; i < values.length; i++, j = j + 1 === first.length ? 0 : j + 1)
      if (values[i] !== first[j]) return false;
  return true;
}
