/** Trained nets as predict, export and the nodes read them: model.json and weights.bin. */
import { parseLayersModel } from '@layerwise/nets';

const dense = (name, units, activation) => ({ class_name: 'Dense', config: { name, units, activation } });
const spec = (name, ...shape) => ({ name, shape, dtype: 'float32' });
export const model = {
  modelTopology: {
    class_name: 'Sequential',
    config: {
      layers: [
        dense('hidden1', 3, 'relu'),
        { class_name: 'Dropout', config: { name: 'd', rate: 0.1 } },
        dense('output', 2, 'softmax'),
      ],
    },
  },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        spec('hidden1/kernel', 4, 3),
        spec('hidden1/bias', 3),
        spec('output/kernel', 3, 2),
        spec('output/bias', 2),
      ],
    },
  ],
};
export const weights = new Uint8Array(Float32Array.from({ length: 23 }, (_, i) => i / 10).buffer);

const changed = (change) => {
  const copy = structuredClone(model);
  return change(copy) ?? copy;
};
const withSpec = (index, ...shape) => changed((copy) => void (copy.weightsManifest[0].weights[index].shape = shape));

const bad = {
  null: [null, weights],
  'a list': [[], weights],
  'a text': ['model', weights],
  'no topology': [changed(({ weightsManifest }) => ({ weightsManifest })), weights],
  'a topology without layers': [changed((copy) => void (copy.modelTopology.config = {})), weights],
  'layers that are a number': [changed((copy) => void (copy.modelTopology.config.layers = 3)), weights],
  'a layer that is null': [changed((copy) => void (copy.modelTopology.config.layers[0] = null)), weights],
  'a layer without a configuration': [
    changed((copy) => void delete copy.modelTopology.config.layers[0].config),
    weights,
  ],
  'no layers': [changed((copy) => void (copy.modelTopology.config.layers = [])), weights],
  'no weights manifest': [changed(({ modelTopology }) => ({ modelTopology })), weights],
  'a weights manifest of null': [changed((copy) => void (copy.weightsManifest = [null])), weights],
  'a weight without a shape': [changed((copy) => void delete copy.weightsManifest[0].weights[0].shape), weights],
  'a shape below zero': [withSpec(0, -4, 3), weights],
  'a shape that is a fraction': [withSpec(0, 4.5, 3), weights],
  'a shape of 2^53 numbers': [withSpec(0, 2 ** 27, 2 ** 26), weights],
  'a shape of text': [withSpec(0, '4', '3'), weights],
  'a bias of no numbers': [withSpec(1, 0), weights],
  'a kernel that does not fit its bias': [withSpec(0, 5, 2), weights],
  'a layer that does not fit the one before': [
    changed((copy) => {
      copy.weightsManifest[0].weights[2].shape = [2, 2];
    }),
    weights,
  ],
  'a layer with the weights of no layer': [
    changed((copy) => void (copy.modelTopology.config.layers[0].config.name = 'other')),
    weights,
  ],
  'weights cut short': [model, weights.subarray(0, 40)],
  'no weights': [model, new Uint8Array(0)],
  'weights longer than the manifest says': [model, new Uint8Array([...weights, 0, 0, 0, 0])],
  'weights that are NaN': [model, new Uint8Array(Float32Array.from({ length: 23 }, () => NaN).buffer)],
  'weights that are infinite': [
    model,
    new Uint8Array(Float32Array.from({ length: 23 }, (_, i) => (i === 22 ? Infinity : 0)).buffer),
  ],
};
const unsupported = {
  'a layer that is not dense': changed((copy) => void (copy.modelTopology.config.layers[0].class_name = 'LSTM')),
  'an activation of its own': changed((copy) => void (copy.modelTopology.config.layers[0].config.activation = 'swish')),
  'an activation that is a number': changed((copy) => void (copy.modelTopology.config.layers[0].config.activation = 7)),
};

export function cases() {
  return [
    ...Object.entries(bad).map(([name, [value, bytes]]) => ({
      name,
      code: 'ARTIFACT_CORRUPT',
      says: /must/,
      run: async () => void parseLayersModel(value, bytes),
    })),
    ...Object.entries(unsupported).map(([name, value]) => ({
      name,
      code: 'UNSUPPORTED',
      says: /must be/,
      run: async () => void parseLayersModel(value, weights),
    })),
  ];
}
