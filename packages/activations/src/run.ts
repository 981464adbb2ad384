import {
  LayerwiseError,
  throwIfAborted,
  type ArtifactReader,
  type Column,
  type FeaturesInfo,
  type MatrixTable,
  type StageContext,
} from '@layerwise/contracts';
import { networkOf, openNet, type LabelledRows, type Net } from '@layerwise/kernels/train';
import { readModel } from '@layerwise/nets';

type Context = StageContext<Record<string, never>>;
const SPLITS = ['train', 'validation', 'test'] as const;

interface Split {
  readonly rows: LabelledRows;
  readonly id: Column;
  readonly label: Column;
}

/** The stage's work; see `stage.ts`. One split after the other, so that only one split's output is held. */
export async function activationsStage({ inputs, output, progress, workers, signal }: Context): Promise<void> {
  throwIfAborted(signal);
  const info = await inputs.features.json<FeaturesInfo>('features');
  const model = await readModel(inputs.model);
  if (model.inputs !== info.columns)
    throw new LayerwiseError(
      'DATA_INVALID',
      `activations: the model's inputs must be as many as the features, got ${model.inputs} and ${info.columns}`,
      { remedy: 'give the features that the model was trained on' },
    );
  const splits = Object.fromEntries(
    await Promise.all(
      SPLITS.map(async (name) => [name, await readSplit(inputs.features, name, info.columns)] as const),
    ),
  );
  const total = SPLITS.reduce((sum, name) => sum + splits[name].rows.labels.length, 0);
  const rows = Object.fromEntries(SPLITS.map((name) => [name, splits[name].rows]));
  let net: Net | undefined;
  let done = 0;
  try {
    net = await openNet({ network: networkOf(model), weights: model.layers, scale: info.scale, rows, workers, signal });
    for (const name of SPLITS) {
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

async function readSplit(features: ArtifactReader, name: string, columns: number): Promise<Split> {
  const { columns: found } = await features.matrix(name);
  const { id, label, features: column } = found;
  const values = column?.data;
  if (
    !id ||
    !(label?.data instanceof Uint16Array) ||
    column.width !== columns ||
    !(values instanceof Uint8Array || values instanceof Float32Array)
  ) {
    throw new LayerwiseError(
      'DATA_INVALID',
      `features: ${name}.arrow must hold id, label uint16 and features uint8[${columns}] or float32[${columns}]`,
      { remedy: 'check the stage that wrote the features' },
    );
  }
  return { rows: { values, labels: label.data }, id, label };
}

/** All rows of a split, block by block. */
async function extract(
  net: Net,
  name: string,
  { rows, id, label }: Split,
  told: (rows: number) => void,
): Promise<MatrixTable> {
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
    told(to);
  }
  const columns: Record<string, Column> = {
    id,
    label,
    predicted: { data: predicted, width: 1 },
    probabilities: { data: probabilities, width: classes },
  };
  layers.forEach((data, l) => (columns[`hidden${l + 1}`] = { data, width: hidden[l].units }));
  return { rows: count, columns };
}
