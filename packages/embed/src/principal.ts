import { LayerwiseError, type Warning } from '@layerwise/contracts';
import type { PcaModel } from '@layerwise/kernels/pca';
import { isConstant } from './constant.js';
import { viewTable, type Drawing, type View } from './draw.js';
import type { ViewPlan } from './plan.js';
import type { Source } from './sources.js';

type PoolOptions = Pick<Drawing, 'workers' | 'signal'>;

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

/** Columns up to which components are fitted on every row: their covariance takes memory by the square, time by the cube. */
export const WIDEST = 2048;
/** Rows that stand for all where there are more columns. */
const SAMPLE_ROWS = 1024;
/** Components by which t-SNE places the rows there. */
export const WIDE_COMPONENTS = 50;

/** Says what is done with a wide source. */
export function sampleWarning({ name, columns, rows }: Source): Warning {
  return {
    code: 'COMPONENTS_SAMPLED',
    message:
      `${name}: of ${columns} columns the components come from ${Math.min(rows, SAMPLE_ROWS)} of the ${rows} rows, evenly ` +
      `spaced, and t-SNE places the rows by ${WIDE_COMPONENTS} of them at most; up to ${WIDEST} columns they come from all rows`,
  };
}

/** Fits the leading components on every row, in scaled units, and places the shown rows. No component where all rows are the same. */
export async function principalSpace(
  { source, points, workers, signal }: Drawing,
  count: number,
): Promise<PrincipalSpace> {
  const rows = Math.min(points, source.rows);
  if (await isConstant(source)) return { rows, count: 0, positions: new Float32Array(0), explained: [] };
  const { project } = await import('@layerwise/kernels/pca');
  const options = { workers, signal };
  try {
    const model = await (source.columns > WIDEST ? fitSample(source, count, options) : fitAll(source, count, options));
    if (model.count === 0) return { rows, count: 0, positions: new Float32Array(0), explained: [] };
    const positions = await project(model, { ...source, rows }, options);
    return {
      rows,
      count: model.count,
      positions,
      explained: Array.from(model.spectrum.subarray(0, model.count), (v) => v / model.total),
    };
  } catch (error) {
    if (error instanceof TypeError)
      throw new LayerwiseError('DATA_INVALID', `components of ${source.name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Of a lower rank there are fewer than `count` components: then all of them. */
async function fitAll(source: Source, count: number, options: PoolOptions): Promise<PcaModel> {
  const { fitPca } = await import('@layerwise/kernels/pca');
  const fit = (wanted: { components: number } | { variance: number }): Promise<PcaModel> =>
    fitPca(source, wanted, { scale: source.scale, ...options });
  return fit({ components: count }).catch((error: unknown) =>
    error instanceof RangeError ? fit({ variance: 1 }) : Promise.reject(error),
  );
}

async function fitSample(source: Source, count: number, options: PoolOptions): Promise<PcaModel> {
  const { checkMatrix, fitPcaByRows } = await import('@layerwise/kernels/pca');
  const rows = Math.min(source.rows, SAMPLE_ROWS);
  const data = new Float32Array(rows * source.columns);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor((i * source.rows) / rows);
    data.set(await source.read(row, row + 1), i * source.columns);
  }
  const sample = { data, rows, columns: source.columns };
  checkMatrix(sample);
  return fitPcaByRows(sample, count, { scale: source.scale, ...options });
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
