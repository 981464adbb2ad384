import { LayerwiseError } from '@layerwise/contracts';
import type { PcaModel } from '@layerwise/kernels/pca';
import { isConstant, viewTable, type Drawing, type View } from './draw.js';
import type { ViewPlan } from './plan.js';

/** Coordinates of the shown rows along the leading components. */
export interface PrincipalSpace {
  readonly rows: number;
  /** Number of components; fewer than were asked for where the rank is lower. */
  readonly count: number;
  /** float32 [rows x count]. */
  readonly positions: Float32Array;
  /** Explained share of the variance, [count]. */
  readonly explained: readonly number[];
}

/** Fits the leading components on every row, in scaled units, and places the shown rows. No component where all rows are the same. */
export async function principalSpace(
  { source, points, workers, signal }: Drawing,
  count: number,
): Promise<PrincipalSpace> {
  const { data, width: columns, scale, name } = source;
  const rows = Math.min(points, source.rows);
  if (isConstant(source)) return { rows, count: 0, positions: new Float32Array(0), explained: [] };
  const { fitPca, project } = await import('@layerwise/kernels/pca');
  const options = { workers, signal };
  const matrix = { data, rows: source.rows, columns };
  const fit = (wanted: { components: number } | { variance: number }): Promise<PcaModel> =>
    fitPca(matrix, wanted, { scale, ...options });
  try {
    // Of a lower rank there are fewer than `count` components: then all of them.
    const model = await fit({ components: count }).catch((error: unknown) =>
      error instanceof RangeError ? fit({ variance: 1 }) : Promise.reject(error),
    );
    const positions = await project(model, { data: data.subarray(0, rows * columns), rows, columns }, options);
    return {
      rows,
      count: model.count,
      positions,
      explained: Array.from(model.spectrum.subarray(0, model.count), (v) => v / model.total),
    };
  } catch (error) {
    if (error instanceof TypeError)
      throw new LayerwiseError('DATA_INVALID', `components of ${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The first components of a space; coordinates and shares of components that it lacks are 0. */
export function principalView(
  { source }: Drawing,
  plan: ViewPlan & { method: 'pca' },
  { rows, count, positions, explained }: PrincipalSpace,
): View {
  const { name, dimensions } = plan;
  const position = new Float32Array(rows * dimensions);
  for (let k = 0; k < Math.min(count, dimensions); k++) {
    for (let r = 0; r < rows; r++) position[r * dimensions + k] = positions[r * count + k];
  }
  const shares = Array.from({ length: dimensions }, (_, k) => explained[k] ?? 0);
  const view = {
    name,
    method: 'pca',
    source: source.name,
    split: 'train',
    dimensions,
    rows,
    explained: shares,
  } as const;
  return { view, table: viewTable(source, rows, position, dimensions) };
}
