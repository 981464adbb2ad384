import {
  featureSplits,
  LayerwiseError,
  readFeatures,
  throwIfAborted,
  type Column,
  type MatrixOf,
  type Reader,
  type Schemas,
  type StageContext,
} from '@layerwise/contracts';
import { networkOf, openNet, type LabelledRows, type Net } from '@layerwise/kernels/train';
import { readModel } from '@layerwise/nets';

type Context = StageContext<
  Record<string, never>,
  { readonly features: 'features'; readonly model: 'model' },
  'activations'
>;
type Rows = MatrixOf<Schemas['activations'], 'train'>;

interface Split {
  readonly rows: LabelledRows;
  readonly id: Column<Uint32Array>;
  readonly label: Column<Uint16Array>;
}

/** The stage's work; see `stage.ts`. One split after the other, so that only one split's output is held. */
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
  const splits = Object.fromEntries(
    await Promise.all(
      featureSplits.map(async (name) => [name, await readSplit(inputs.features, name, info.columns)] as const),
    ),
  );
  const total = featureSplits.reduce((sum, name) => sum + splits[name].rows.labels.length, 0);
  const rows = Object.fromEntries(featureSplits.map((name) => [name, splits[name].rows]));
  let net: Net | undefined;
  let done = 0;
  try {
    net = await openNet({ network: networkOf(model), weights: model.layers, scale: info.scale, rows, workers, signal });
    for (const name of featureSplits) {
      const table = await extract(net, name, splits[name], (count) => {
        throwIfAborted(signal);
        progress({ done: done + count, total, unit: 'rows', detail: name });
      });
      await output.matrix(name, table);
      done += table.rows;
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
  }
}

async function readSplit(
  features: Reader<'features'>,
  name: (typeof featureSplits)[number],
  width: number,
): Promise<Split> {
  const { table, data, labels } = await readFeatures(features, name, width);
  return { rows: { values: data, labels }, id: table.columns.id, label: table.columns.label };
}

/** All rows of a split, block by block. */
async function extract(
  net: Net,
  name: string,
  { rows, id, label }: Split,
  progress: (rows: number) => void,
): Promise<Rows> {
  const count = rows.labels.length;
  const { classes, hidden } = net.network;
  const predicted = new Uint16Array(count);
  const probabilities = new Float32Array(count * classes);
  const layers = hidden.map(({ units }) => new Float32Array(count * units));
  for (let from = 0; from < count; from += net.blockRows) {
    const to = Math.min(count, from + net.blockRows);
    const block = await net.predict(name, from, to);
    predicted.set(block.predicted, from);
    probabilities.set(block.probabilities, from * classes);
    layers.forEach((layer, l) => layer.set(block.hidden[l], from * hidden[l].units));
    progress(to);
  }
  const named = layers.map((data, l) => [`hidden${l + 1}`, { data, width: hidden[l].units }] as const);
  return {
    rows: count,
    columns: {
      id,
      label,
      predicted: { data: predicted, width: 1 },
      probabilities: { data: probabilities, width: classes },
      ...Object.fromEntries(named),
    },
  };
}
