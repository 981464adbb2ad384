import { Random } from '@layerwise/kernels/random';
import type { DenseLayer, FeatureStep, TrainedNet } from '@layerwise/nets';

const random = new Random(Uint32Array.of(11, 12, 13, 14));
const around = (scale: number) => (): number => scale * (2 * random.float() - 1);

function layer(name: string, inputs: number, units: number, activation: DenseLayer['activation']): DenseLayer {
  const kernel = Float32Array.from({ length: inputs * units }, around(Math.sqrt(6 / (inputs + units))));
  return {
    name,
    inputs,
    units,
    activation,
    kernel,
    bias: Float32Array.from({ length: units }, around(0.2)),
    hasBias: true,
    inputDropout: 0,
  };
}

function net(name: string, steps: readonly FeatureStep[], layers: readonly DenseLayer[]): TrainedNet {
  const inputs = layers[0]!.inputs;
  return {
    name,
    dataset: {
      name: 'strokes',
      width: 28,
      height: 28,
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      origin: 'made by a test',
    },
    map: { pixels: 784, columns: inputs, steps },
    net: { inputs, classes: 10, layers },
  };
}

const by255: FeatureStep = { kind: 'scale', scale: { factor: 1 / 255, offset: 0 } };

/** Nets of every kind that an experiment can have; weights are random. */
export const NETS: readonly TrainedNet[] = [
  net('pixels', [by255], [layer('hidden1', 784, 32, 'relu'), layer('output', 32, 10, 'softmax')]),
  net(
    'raw and without hidden layers',
    [],
    [layer('output', 784, 10, 'softmax')].map((each) => ({ ...each, kernel: each.kernel.map((value) => value / 300) })),
  ),
  net(
    'a scale per column',
    [
      {
        kind: 'scale',
        scale: {
          factor: Array.from({ length: 784 }, () => 0.01 * random.float()),
          offset: Array.from({ length: 784 }, around(0.5)),
        },
      },
    ],
    [layer('hidden1', 784, 20, 'tanh'), layer('hidden2', 20, 12, 'sigmoid'), layer('output', 12, 10, 'softmax')],
  ),
  net(
    'components',
    [
      by255,
      {
        kind: 'project',
        components: Float64Array.from({ length: 30 * 784 }, around(0.06)),
        mean: Float64Array.from({ length: 784 }, () => 0.3 * random.float()),
      },
    ],
    [layer('hidden1', 30, 16, 'relu'), layer('hidden2', 16, 16, 'linear'), layer('output', 16, 10, 'softmax')],
  ),
  net(
    'selected',
    [{ kind: 'select', columns: Array.from({ length: 50 }, (_, i) => 100 + 11 * i) }, by255],
    [layer('hidden1', 50, 16, 'relu'), layer('output', 16, 10, 'softmax')],
  ),
  net(
    'gelu',
    [by255],
    [layer('hidden1', 784, 12, 'gelu'), layer('hidden2', 12, 8, 'gelu'), layer('output', 8, 10, 'softmax')],
  ),
];
