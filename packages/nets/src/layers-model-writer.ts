import { activationOf } from './activations.js';
import type { DenseLayer, DenseNet } from './dense-net.js';
import { toLittleEndian } from './little-endian.js';

/** What training says of a layer beyond the net itself. */
export interface LayerNotes {
  /** L2 penalty of each layer's kernel, 0 for none; in the order of the layers. */
  readonly l2: readonly number[];
}

/**
 * A net as a TensorFlow.js LayersModel (a Keras Sequential model with its weights beside it).
 * @param metadata kept as `userDefinedMetadata`
 * @returns what model.json holds, and weights.bin: float32, little-endian, kernel (inputs x units) then bias of each layer
 */
export function layersModel(
  net: DenseNet,
  { l2 }: LayerNotes,
  metadata: unknown,
): { readonly model: unknown; readonly bytes: Uint8Array } {
  const model = {
    format: 'layers-model',
    generatedBy: 'layerwise',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'layerwise', layers: topology(net, l2) },
      keras_version: '2.15.0',
      backend: 'tensorflow',
    },
    userDefinedMetadata: metadata,
    weightsManifest: [{ paths: ['weights.bin'], weights: net.layers.flatMap(weightSpecs) }],
  };
  return {
    model,
    bytes: toLittleEndian(...net.layers.flatMap(({ kernel, bias, hasBias }) => (hasBias ? [kernel, bias] : [kernel]))),
  };
}

function weightSpecs({ name, inputs, units, hasBias }: DenseLayer): unknown[] {
  const kernel = { name: `${name}/kernel`, shape: [inputs, units], dtype: 'float32' };
  return hasBias ? [kernel, { name: `${name}/bias`, shape: [units], dtype: 'float32' }] : [kernel];
}

/** Keras layer configurations: dropout where there is some, dense layers, the softmax. */
function topology({ inputs, layers }: DenseNet, l2: readonly number[]): unknown[] {
  const list: { class_name: string; config: Record<string, unknown> }[] = [];
  layers.forEach((layer, l) => {
    const before = layers[l - 1]?.name ?? 'input';
    if (layer.inputDropout > 0) list.push(dropout(`${before}_dropout`, layer.inputDropout));
    list.push(dense(layer, l2[l] ?? 0));
  });
  if (list[0]) list[0].config['batch_input_shape'] = [null, inputs];
  return list;
}

function dropout(name: string, rate: number): { class_name: string; config: Record<string, unknown> } {
  return {
    class_name: 'Dropout',
    config: { name, trainable: true, dtype: 'float32', rate, noise_shape: null, seed: null },
  };
}

function dense(
  { name, units, activation, hasBias }: DenseLayer,
  l2: number,
): { class_name: string; config: Record<string, unknown> } {
  return {
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      dtype: 'float32',
      units,
      activation: activation === 'softmax' ? activation : activationOf(activation).keras,
      use_bias: hasBias,
      kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
      bias_initializer: { class_name: 'Zeros', config: {} },
      kernel_regularizer: l2 > 0 ? { class_name: 'L1L2', config: { l1: 0, l2 } } : null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    },
  };
}
