import { denseNet, glorotUniform } from '@layerwise/kernels/train';
import { layersModel, parametersOf, parseLayersModel, widthsOf, type DenseNet } from '@layerwise/nets';
import { describe, expect, it } from 'vitest';

const NETWORK = {
  inputs: 4,
  inputDropout: 0.1,
  hidden: [
    { units: 3, activation: 'relu', dropout: 0.5, l2: 0.25 },
    { units: 2, activation: 'tanh', dropout: 0, l2: 0 },
  ],
  classes: 3,
} as const;
const net = denseNet(NETWORK, glorotUniform(NETWORK, Uint32Array.of(1, 2, 3, 4)));
const written = layersModel(net, { l2: [0.25, 0, 0] }, { batch: 32 });

interface Entry {
  class_name: string;
  config: Record<string, unknown>;
}
interface Model {
  modelTopology: Record<string, unknown> & { config: { layers: Entry[] } };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

/** A copy of the written model, changed. */
function changed(change: (model: Model) => void): Model {
  const copy = structuredClone(written.model) as Model;
  change(copy);
  return copy;
}
const layerOf = (model: Model, name: string): Entry =>
  model.modelTopology.config.layers.find(({ config }) => config['name'] === name)!;

describe('a LayersModel', () => {
  it('is read as the net that was written', () => {
    expect(parseLayersModel(written.model, written.bytes)).toEqual(net);
    expect(widthsOf(net)).toBe('4-3-2-3');
    expect(net.layers.map(parametersOf)).toEqual([4 * 3 + 3, 3 * 2 + 2, 2 * 3 + 3]);
  });

  it('has the penalty and the dropout of each layer, and says how many inputs the first takes', () => {
    const { layers } = (written.model as Model).modelTopology.config;
    expect(layers.map(({ config }) => config['name'])).toEqual([
      'input_dropout',
      'hidden1',
      'hidden1_dropout',
      'hidden2',
      'output',
    ]);
    expect(layers[0]!.config['batch_input_shape']).toEqual([null, 4]);
    expect(layers[1]!.config['kernel_regularizer']).toEqual({ class_name: 'L1L2', config: { l1: 0, l2: 0.25 } });
    expect(layers[3]!.config['kernel_regularizer']).toBeNull();
  });

  const same: Record<string, Model> = {
    'in model_config, as Keras wraps it': changed(
      (model) => void (model.modelTopology = { model_config: model.modelTopology } as never),
    ),
    'as a list of layers': changed(
      (model) => void (model.modelTopology.config = model.modelTopology.config.layers as never),
    ),
    'with the names of Keras 3': changed((model) => void (layerOf(model, 'hidden1').config['batch_shape'] = [null, 4])),
    'with an input layer': changed(
      (model) =>
        void model.modelTopology.config.layers.unshift({ class_name: 'InputLayer', config: { name: 'pixels' } }),
    ),
    'flattened first': changed(
      (model) => void model.modelTopology.config.layers.unshift({ class_name: 'Flatten', config: { name: 'flat' } }),
    ),
  };
  it.each(Object.entries(same))('is the same net %s', (_, model) => {
    expect(parseLayersModel(model, written.bytes)).toEqual(net);
  });

  it('without a bias has zeros there that are no parameters', () => {
    const bare: DenseNet = {
      ...net,
      layers: net.layers.map((layer) => ({ ...layer, bias: new Float32Array(layer.units), hasBias: false })),
    };
    const { model, bytes } = layersModel(bare, { l2: [] }, {});
    expect(bytes).toHaveLength(4 * (12 + 6 + 6));
    expect(parseLayersModel(model, bytes)).toEqual(bare);
    expect(bare.layers.map(parametersOf)).toEqual([12, 6, 6]);
  });

  it('may have its weights in several files', () => {
    const model = changed((copy) => void (copy.weightsManifest[0]!.paths = ['a.bin', 'b.bin']));
    expect(parseLayersModel(model, written.bytes)).toEqual(net);
  });

  const refused: Record<string, [code: string, says: RegExp, model: Model, bytes?: Uint8Array]> = {
    'a convolution among the layers': [
      'UNSUPPORTED',
      /'conv' must be Dense, got Conv2D/,
      changed(
        (model) =>
          void model.modelTopology.config.layers.splice(1, 0, { class_name: 'Conv2D', config: { name: 'conv' } }),
      ),
    ],
    'a last layer without a softmax': [
      'UNSUPPORTED',
      /'output', must be a softmax, got linear/,
      changed((model) => void (layerOf(model, 'output').config['activation'] = 'linear')),
    ],
    'a softmax in the middle': [
      'UNSUPPORTED',
      /only the last layer may be a softmax, got one in 'hidden1'/,
      changed((model) => void (layerOf(model, 'hidden1').config['activation'] = 'softmax')),
    ],
    'an activation that is not known': [
      'UNSUPPORTED',
      /activation of layer 'hidden2' must be one of .*got "mish"/,
      changed((model) => void (layerOf(model, 'hidden2').config['activation'] = 'mish')),
    ],
    'a functional model': [
      'UNSUPPORTED',
      /Sequential/,
      changed((model) => void (model.modelTopology['class_name'] = 'Functional')),
    ],
    'float16 weights': [
      'UNSUPPORTED',
      /hidden1\/kernel must be float32/,
      changed((model) => void (model.weightsManifest[0]!.weights[0]!.dtype = 'float16')),
    ],
    'bytes too many': [
      'ARTIFACT_CORRUPT',
      /4 more follow/,
      written.model as Model,
      new Uint8Array([...written.bytes, 0, 0, 0, 0]),
    ],
    'bytes too few': ['ARTIFACT_CORRUPT', /output\/bias/, written.model as Model, written.bytes.slice(0, -4)],
    'a weight that is not a number': [
      'ARTIFACT_CORRUPT',
      /finite numbers, got NaN in hidden1\/kernel at 0/,
      written.model as Model,
      new Uint8Array([0, 0, 0xc0, 0x7f, ...written.bytes.slice(4)]),
    ],
    'units that its kernel does not have': [
      'ARTIFACT_CORRUPT',
      /'hidden2' must have a kernel of inputs x 5/,
      changed((model) => void (layerOf(model, 'hidden2').config['units'] = 5)),
    ],
    'a dropout of everything': [
      'ARTIFACT_CORRUPT',
      /rate from 0 to below 1, got 1/,
      changed((model) => void (layerOf(model, 'input_dropout').config['rate'] = 1)),
    ],
  };
  it.each(Object.entries(refused))('is refused with %s', (_, [code, says, model, bytes = written.bytes]) => {
    expect(() => parseLayersModel(model, bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(says) as unknown }),
    );
  });
});
