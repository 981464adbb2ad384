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
 * @param pixels uint8[N * D]
 * @param columns D
 */
export function fitScale(scale: Scale, pixels: Uint8Array, columns: number): Affine {
  if (scale === 'none') return { factor: 1, offset: 0 };
  if (scale === 'by255') return { factor: 1 / 255, offset: 0 };
  const found = statistics(pixels, columns);
  return scale === 'minmax' ? minmax(found) : standard(found);
}

interface Statistics {
  readonly rows: number;
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function statistics(pixels: Uint8Array, columns: number): Statistics {
  const rows = columns > 0 ? pixels.length / columns : 0;
  const [min, max] = [new Uint8Array(columns).fill(255), new Uint8Array(columns)];
  const [sum, squares] = [new Float64Array(columns), new Float64Array(columns)];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const value = pixels[at];
      if (value < min[column]) min[column] = value;
      if (value > max[column]) max[column] = value;
      sum[column] += value;
      squares[column] += value * value;
    }
  }
  return { rows, min, max, sum, squares };
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
