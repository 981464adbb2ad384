import { zipSync } from 'fflate';
import { activationOf, type TrainedNet } from '@layerwise/nets';
import type { ExportFormat } from '../format.js';
import { toHdf5, type Group } from '../hdf5.js';
import { stackOf, type StackLayer } from '../stack.js';

/** Version of Keras whose format is written; later ones read it. */
const KERAS_VERSION = '3.0.0';

/**
 * The net as a `.keras` file (Keras 3): a Sequential model that takes float32[N, D], the values 0 to 255 of the original
 * images, and gives the probabilities. A zip of configuration and HDF5 weights, with no time of making in it.
 */
export function toKeras(net: TrainedNet): Uint8Array {
  const stack = stackOf(net);
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const files = {
    'metadata.json': text({ keras_version: KERAS_VERSION, date_saved: '1980-01-01@00:00:00' }),
    'config.json': text(configOf(stack, net.map.pixels)),
    'model.weights.h5': toHdf5(weightsOf(stack)),
  };
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}

/** Weights are found by the layer's class and its number among those of the class: dense, dense_1, ... */
function weightsOf(stack: readonly StackLayer[]): Group {
  const layers: Record<string, Group> = {};
  let count = 0;
  for (const layer of stack) {
    if (layer.kind !== 'dense') continue;
    const [inputs, outputs] = [layer.kernel.length / layer.bias.length, layer.bias.length];
    layers[count === 0 ? 'dense' : `dense_${count}`] = {
      vars: { 0: { shape: [inputs, outputs], data: layer.kernel }, 1: { shape: [outputs], data: layer.bias } },
    };
    count++;
  }
  return { layers, vars: {} };
}

function configOf(stack: readonly StackLayer[], pixels: number): unknown {
  const build = { input_shape: [null, pixels] };
  const layers = [
    object('keras.layers', 'InputLayer', {
      batch_shape: [null, pixels],
      dtype: 'float32',
      sparse: false,
      name: 'pixels',
    }),
    ...stack.map(layerConfig),
  ];
  return {
    ...object('keras', 'Sequential', {
      name: 'layerwise',
      trainable: true,
      layers,
      build_input_shape: build.input_shape,
    }),
    build_config: build,
  };
}

function layerConfig(layer: StackLayer): unknown {
  const common = { name: layer.name, trainable: true, dtype: 'float32' };
  if (layer.kind === 'rescaling')
    return object('keras.layers', 'Rescaling', { ...common, scale: layer.scale.factor, offset: layer.scale.offset });
  const inputs = layer.kernel.length / layer.bias.length;
  const dense = {
    ...common,
    units: layer.bias.length,
    activation: layer.activation === 'softmax' ? layer.activation : activationOf(layer.activation).keras,
    use_bias: true,
  };
  return { ...object('keras.layers', 'Dense', dense), build_config: { input_shape: [null, inputs] } };
}

function object(module: string, name: string, config: unknown): Record<string, unknown> {
  return { module, class_name: name, config, registered_name: null };
}

/** One file with the steps before the net as layers. */
export const keras: ExportFormat = {
  id: 'keras',
  title: 'model.keras',
  usage: ({ map }) =>
    'Keras 3 or later, the steps above included as layers: ' +
    `\`keras.models.load_model('model.keras').predict(x)\` with x float32[N, ${map.pixels}] of the values 0 to 255.`,
  files: (net) => [{ file: 'model.keras', bytes: toKeras(net) }],
};
