import type { Affine } from '@layerwise/contracts';

/** How stored pixels (0 to 255) become the numbers that are computed with. */
export type Scale = 'by255' | 'minmax' | 'standard' | 'none';

/**
 * The affine map of a scale, fitted on the rows given and no others.
 * - `by255`: x / 255; `none`: x.
 * - `minmax`: per column (x - min) / (max - min), as scikit-learn's MinMaxScaler; a constant column is divided by 1.
 * - `standard`: per column (x - mean) / deviation with ddof 0, as StandardScaler; a constant column is divided by 1.
 *
 * Sums are of whole numbers, exact in float64 up to 2^53, so the order of rows does not matter.
 *
 * @param blocks of rows, uint8[n * D] each
 * @param columns D
 */
export async function fitScale(
  scale: Scale,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  columns: number,
): Promise<Affine> {
  if (scale === 'none') return { factor: 1, offset: 0 };
  if (scale === 'by255') return { factor: 1 / 255, offset: 0 };
  const found = await statistics(blocks, columns);
  return scale === 'minmax' ? minmax(found) : standard(found);
}

interface Statistics {
  readonly rows: number;
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

async function statistics(
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  columns: number,
): Promise<Statistics> {
  const [min, max] = [new Uint8Array(columns).fill(255), new Uint8Array(columns)];
  const [sum, squares] = [new Float64Array(columns), new Float64Array(columns)];
  let values = 0;
  for await (const pixels of blocks) {
    for (let at = 0; at < pixels.length;) {
      for (let column = 0; column < columns; column++, at++) {
        const value = pixels[at];
        if (value < min[column]) min[column] = value;
        if (value > max[column]) max[column] = value;
        sum[column] += value;
        squares[column] += value * value;
      }
    }
    values += pixels.length;
  }
  return { rows: columns > 0 ? values / columns : 0, min, max, sum, squares };
}

function minmax({ min, max, rows }: Statistics): Affine {
  const low = (column: number): number => (rows > 0 ? min[column] : 0);
  const factor = Array.from(max, (high, column) => 1 / (high - low(column) || 1));
  return { factor, offset: factor.map((value, column) => 0 - low(column) * value) };
}

function standard({ rows, min, max, sum, squares }: Statistics): Affine {
  const factor = Array.from(max, (high, column) => {
    if (rows === 0 || high === min[column]) return 1;
    const total = sum[column];
    return rows / Math.sqrt(rows * squares[column] - total * total);
  });
  return {
    factor,
    offset: factor.map((value, column) => (rows > 0 ? 0 - (sum[column] / rows) * value : 0)),
  };
}
