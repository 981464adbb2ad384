import type { FeaturesInfo } from '@layerwise/contracts';
import type { LayerWeights, Network } from '@layerwise/kernels/train';
import type { TrainParams } from './params.js';

/**
 * A trained net as a TensorFlow.js LayersModel (a Keras Sequential model with its weights beside it), in two files.
 * Its input are features after the scale in `userDefinedMetadata.scale`; weights are float32, little-endian, kernel
 * (in x out) then bias of each layer in turn.
 */
export function layersModel(network: Network, params: TrainParams, info: FeaturesInfo, weights: readonly LayerWeights[]): { model: unknown; bytes: Uint8Array } {
  const model = {
    format: 'layers-model',
    generatedBy: 'layerwise',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'layerwise', layers: layers(network) },
      keras_version: '2.15.0',
      backend: 'tensorflow',
    },
    userDefinedMetadata: { scale: info.scale, features: info.origin, classes: info.dataset.classes, optimizer: params.optimizer, batch: params.batch },
    weightsManifest: [{ paths: ['weights.bin'], weights: weights.flatMap(({ kernel, bias }, l) => specs(layerName(network, l), kernel.length / bias.length, bias.length)) }],
  };
  return { model, bytes: concatenate(weights.flatMap(({ kernel, bias }) => [kernel, bias])) };
}

function layerName(network: Network, l: number): string {
  return l < network.hidden.length ? `hidden${l + 1}` : 'output';
}

function specs(name: string, inputs: number, units: number): unknown[] {
  return [
    { name: `${name}/kernel`, shape: [inputs, units], dtype: 'float32' },
    { name: `${name}/bias`, shape: [units], dtype: 'float32' },
  ];
}

/** Keras layer configurations: dropout where there is some, dense layers, the softmax. */
function layers(network: Network): unknown[] {
  const list: { class_name: string; config: Record<string, unknown> }[] = [];
  if (network.inputDropout > 0) list.push(dropout('input_dropout', network.inputDropout));
  network.hidden.forEach((layer, l) => {
    list.push(dense(layerName(network, l), layer.units, layer.activation, layer.l2));
    if (layer.dropout > 0) list.push(dropout(`hidden${l + 1}_dropout`, layer.dropout));
  });
  list.push(dense('output', network.classes, 'softmax', 0));
  list[0].config.batch_input_shape = [null, network.inputs];
  return list;
}

function dropout(name: string, rate: number): { class_name: string; config: Record<string, unknown> } {
  return { class_name: 'Dropout', config: { name, trainable: true, dtype: 'float32', rate, noise_shape: null, seed: null } };
}

function dense(name: string, units: number, activation: string, l2: number): { class_name: string; config: Record<string, unknown> } {
  return {
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      dtype: 'float32',
      units,
      activation,
      use_bias: true,
      kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
      bias_initializer: { class_name: 'Zeros', config: {} },
      kernel_regularizer: l2 > 0 ? { class_name: 'L2', config: { l2 } } : null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    },
  };
}

function concatenate(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = new Uint8Array(4 * arrays.reduce((sum, array) => sum + array.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const array of arrays) {
    for (const value of array) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}
