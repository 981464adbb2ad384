import {
  featureSplits,
  LayerwiseError,
  openFeatures,
  throwIfAborted,
  type FeatureRows,
  type MatrixShape,
  type StageContext,
} from '@layerwise/contracts';
import { networkOf, openNet, type Net } from '@layerwise/kernels/train';
import { readModel } from '@layerwise/nets';

type Context = StageContext<
  Record<string, never>,
  { readonly features: 'features'; readonly model: 'model' },
  'activations'
>;
type SplitName = (typeof featureSplits)[number];

/** The stage's work; see `stage.ts`. Rows are read, computed and written a block at a time. */
export async function activationsStage({ inputs, output, progress, workers, signal }: Context): Promise<void> {
  throwIfAborted(signal);
  const info = await inputs.features.json('features');
  const model = await readModel(inputs.model);
  if (model.inputs !== info.columns)
    throw new LayerwiseError(
      'DATA_INVALID',
      `activations: the model's inputs must be as many as the features, got ${model.inputs} and ${info.columns}`,
      { remedy: 'give the features that the model was trained on' },
    );
  const splits: Partial<Record<SplitName, FeatureRows>> = {};
  let net: Net | undefined;
  let done = 0;
  try {
    for (const name of featureSplits) splits[name] = await openFeatures(inputs.features, name, info.columns);
    const rows = splits as Record<SplitName, FeatureRows>;
    const total = featureSplits.reduce((sum, name) => sum + rows[name].count, 0);
    net = await openNet({ network: networkOf(model), weights: model.layers, scale: info.scale, rows, workers, signal });
    for (const name of featureSplits) {
      await extract(net, name, rows[name], output, (count) => {
        throwIfAborted(signal);
        progress({ done: done + count, total, unit: 'rows', detail: name });
      });
      done += rows[name].count;
    }
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof RangeError)
      throw new LayerwiseError('DATA_INVALID', `activations: ${error.message}`, {
        remedy: 'check the stages that wrote the features and the model',
        cause: error,
      });
    throw error;
  } finally {
    await net?.close();
    for (const split of Object.values(splits)) await split.close();
  }
}

/** All rows of a split, block by block. */
async function extract(
  net: Net,
  name: SplitName,
  { count, id, labels }: FeatureRows,
  output: Context['output'],
  progress: (rows: number) => void,
): Promise<void> {
  const { classes, hidden } = net.network;
  const layers = hidden.map(({ units }, l) => [`hidden${l + 1}`, { dtype: 'float32', width: units }] as const);
  const shape: MatrixShape = {
    rows: count,
    columns: {
      id: { dtype: 'uint32', width: 1 },
      label: { dtype: 'uint16', width: 1 },
      predicted: { dtype: 'uint16', width: 1 },
      probabilities: { dtype: 'float32', width: classes },
      ...Object.fromEntries(layers),
    },
  };
  await output.fill(name, shape, async (write) => {
    await write('id', 0, id);
    await write('label', 0, labels);
    for (let from = 0; from < count; from += net.blockRows) {
      const to = Math.min(count, from + net.blockRows);
      const block = await net.predict(name, from, to);
      await write('predicted', from, block.predicted);
      await write('probabilities', from, block.probabilities);
      for (const [l, [column]] of layers.entries()) await write(column, from, block.hidden[l]);
      progress(to);
    }
  });
}
