import {
  featureSplits,
  integer,
  LayerwiseError,
  readFeatures,
  number,
  throwIfAborted,
  withFeatures,
  type FeaturesInfo,
  type Infer,
} from '@layerwise/contracts';
import type { EigenSolver, Keep, PcaModel } from '@layerwise/kernels/pca';
import { dataError, type ReduceContext } from './selection.js';

/** The parameters of every package that replaces features by principal components. */
export const componentParams = {
  variance: number({
    above: 0,
    max: 1,
    optional: true,
    doc: 'keep the fewest components that explain more than this share of the variance',
  }),
  components: integer({ min: 1, optional: true, insteadOf: 'variance', doc: 'keep this many components' }),
};

/** {@link componentParams}, checked. */
export type ComponentParams = Infer<typeof componentParams>;

/**
 * The work of a stage that replaces features by their principal components: fitted on the training rows alone, then
 * every split is projected on them. Component signs: the loading of largest absolute value is positive.
 *
 * @param id of the stage, for messages
 * @param solver loads what finds the eigenvectors of the covariance; without it, our own kernel
 * @throws LayerwiseError PARAMS_INVALID for more components than the rank, DATA_INVALID
 */
export async function runComponents(
  { params, inputs, output, progress, signal, workers }: ReduceContext<ComponentParams>,
  id: string,
  solver?: () => Promise<EigenSolver>,
): Promise<void> {
  const { fitPca, project } = await import('@layerwise/kernels/pca');
  const info = await inputs.features.json('features');
  const stopped = (error: unknown): never => {
    throwIfAborted(signal);
    throw explained(id, error, params);
  };
  progress({ done: 0, total: 4, unit: 'steps', detail: 'covariance of the training rows' });
  const train = await readFeatures(inputs.features, 'train');
  const eigen = solver && (await solver());
  const model = await fitPca(train, keepOf(params), {
    scale: info.scale,
    workers,
    signal,
    ...(eigen && { eigen }),
  }).catch(stopped);
  await writeModel(output, model);
  for (const [index, split] of featureSplits.entries()) {
    progress({ done: index + 1, total: 4, unit: 'steps', detail: `${model.count} components, projecting ${split}` });
    const rows = split === 'train' ? train : await readFeatures(inputs.features, split);
    const features = await project(model, rows, { workers, signal }).catch(stopped);
    await output.matrix(split, withFeatures(rows.table, { data: features, width: model.count }));
  }
  await output.json('features', {
    origin: 'components',
    columns: model.count,
    scale: { factor: 1, offset: 0 },
    dataset: info.dataset,
    sourceScale: info.scale,
    explained: model.spectrum.subarray(0, model.count).reduce((sum, variance) => sum + variance, 0) / model.total,
  } satisfies FeaturesInfo);
  progress({ done: 4, total: 4, unit: 'steps', detail: `${model.count} components` });
}

/** The table of parameters has seen to it that exactly one of the two is given. */
const keepOf = ({ variance, components }: ComponentParams): Keep =>
  variance === undefined ? { components: components as number } : { variance };

function explained(id: string, error: unknown, { components }: ComponentParams): unknown {
  if (error instanceof RangeError && components !== undefined && error.message.includes('rank')) {
    return new LayerwiseError('PARAMS_INVALID', `${id}.components: ${error.message}`, {
      remedy: 'ask for fewer components, or give variance instead',
      cause: error,
    });
  }
  return dataError(id, error);
}

/** Components, mean and spectrum, as listed in the contracts' schemas. */
async function writeModel(
  output: ReduceContext<unknown>['output'],
  { columns, count, total, components, mean, spectrum }: PcaModel,
): Promise<void> {
  const ratios = spectrum.map((variance) => variance / total);
  await output.matrix('components', {
    rows: count,
    columns: {
      component: { data: components, width: columns },
      variance: { data: spectrum.slice(0, count), width: 1 },
      ratio: { data: ratios.slice(0, count), width: 1 },
    },
  });
  await output.matrix('mean', { rows: 1, columns: { mean: { data: mean, width: columns } } });
  let sum = 0;
  await output.table('spectrum', {
    component: { type: 'int32', values: Int32Array.from(spectrum.keys(), (i) => i + 1) },
    variance: { type: 'float64', values: spectrum },
    ratio: { type: 'float64', values: ratios },
    cumulative: { type: 'float64', values: ratios.map((ratio) => (sum += ratio)) },
  });
}
