import { leadingComponents, moments, project } from '@layerwise/kernels/tsne/components';
import { scaleOf } from './columns.js';
import { viewTable, type View } from './draw.js';
import type { ViewPlan } from './plan.js';
import type { Source } from './sources.js';

/** The leading principal components of all rows of a source, in scaled units. */
interface PrincipalSpace {
  /** Mean of the stored values: [D]. */
  readonly mean: Float64Array;
  /** Factor of each column: [D]. */
  readonly factors: Float64Array;
  /** [count x D], orthonormal; of largest magnitude positive. */
  readonly vectors: Float64Array;
  /** Variance of each component (ddof 1). */
  readonly values: Float64Array;
  /** Of all columns together. */
  readonly variance: number;
}

/** Fits the leading components on every row. `count` is lowered to D. */
export function principalSpace(source: Source, count: number): PrincipalSpace {
  const D = source.width;
  const { mean, covariance } = moments(source);
  const factors = Float64Array.from({ length: D }, (_, c) => scaleOf(source.scale, c).factor);
  let variance = 0;
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < D; j++) covariance[i * D + j] *= factors[i] * factors[j];
    variance += covariance[i * D + i];
  }
  const { vectors, values } = leadingComponents(covariance, D, Math.min(count, D));
  return { mean, factors, vectors, values, variance };
}

/** The rows projected on the leading components; `explained` is 0 where nothing varies. */
export function principalView(source: Source, plan: ViewPlan & { method: 'pca' }, space: PrincipalSpace, points: number): View {
  const rows = Math.min(points, source.rows);
  const { name } = plan;
  const dimensions = plan.dimensions;
  const kept = space.vectors.subarray(0, dimensions * source.width);
  const shown = { data: source.data.subarray(0, rows * source.width), rows, width: source.width };
  const position = project(shown, space.mean, kept, space.factors);
  const explained = Array.from(space.values.subarray(0, dimensions), (v) => (space.variance > 0 ? v / space.variance : 0));
  const view = { name, method: 'pca', source: source.name, split: 'train', dimensions, rows, explained } as const;
  return { view, table: viewTable(source, rows, position, dimensions) };
}
