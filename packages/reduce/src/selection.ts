import {
  featureSplits,
  importancesTable,
  LayerwiseError,
  rankColumns,
  readFeatures,
  selectColumns,
  selectedInfo,
  throwIfAborted,
  withFeatures,
  type FeaturesInfo,
  type FeatureSplit,
  type StageContext,
} from '@layerwise/contracts';

/** What a stage that replaces features gets; P its parameters. */
export type ReduceContext<P> = StageContext<P, { readonly features: 'features' }, 'features'>;

/** How much each of the D columns is worth. */
export interface Importances {
  /** float64[D], at least 0; they sum to 1, or are all 0. */
  readonly importances: Float64Array;
  /** float64[D]: their standard standardDeviations where they are means (ddof 0), else 0. */
  readonly standardDeviations: Float64Array;
}

/** The training rows with what features.json says of them. D columns, K classes. */
export interface Source {
  readonly info: FeaturesInfo;
  /** K. */
  readonly classes: number;
  readonly train: FeatureSplit;
}

/**
 * The work of a stage that keeps the `topK` most important columns, as they are and in their order. Importances are
 * of the training rows alone; of equal ones the lower column comes first.
 *
 * @param id of the stage, for messages
 * @param rank the importances; a RangeError or TypeError of it is an error in the data
 * @throws LayerwiseError PARAMS_INVALID where there are fewer columns, DATA_INVALID
 */
export async function runSelection(
  { params, inputs, output, signal }: ReduceContext<{ readonly topK: number }>,
  id: string,
  rank: (source: Source) => Promise<Importances>,
): Promise<void> {
  const info = await inputs.features.json('features');
  checkColumns(id, { topK: params.topK }, info.columns);
  const train = await readFeatures(inputs.features, 'train');
  const { importances, standardDeviations } = await rank({ info, classes: info.dataset.classes.length, train }).catch(
    (error: unknown) => {
      throwIfAborted(signal);
      throw dataError(id, error);
    },
  );
  const order = rankColumns(importances);
  const selected = order.slice(0, params.topK).sort((a, b) => a - b);
  await output.table('importances', importancesTable(importances, standardDeviations, order, params.topK));
  for (const name of featureSplits) {
    const split = name === 'train' ? train : await readFeatures(inputs.features, name);
    await output.matrix(name, withFeatures(split.table, selectColumns(split, selected)));
  }
  await output.json('features', selectedInfo(info, selected));
}

/** Refuses parameters that ask for more columns than there are. @throws LayerwiseError PARAMS_INVALID naming the parameter */
export function checkColumns(id: string, asked: Readonly<Record<string, number | undefined>>, columns: number): void {
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || value <= columns) continue;
    throw new LayerwiseError(
      'PARAMS_INVALID',
      `${id}.${name} must be at most ${columns}, the number of columns of the features, got ${value}`,
      { remedy: `lower ${name}` },
    );
  }
}

/** What a kernel refuses as an error in the data; any other error as it is. */
export function dataError(id: string, error: unknown): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error;
  return new LayerwiseError('DATA_INVALID', `${id} cannot use these training features: ${error.message}`, {
    remedy: 'check the dataset and the preprocess section of the study',
    cause: error,
  });
}
