import { Random } from '@layerwise/kernels/random';
import type { Activation, DenseLayer, Step, TrainedNet } from '@layerwise/export';

const random = new Random(Uint32Array.of(11, 12, 13, 14));
const around = (scale: number) => (): number => scale * (2 * random.float() - 1);

function layer(name: string, inputs: number, outputs: number, activation: Activation): DenseLayer {
  return { name, activation, kernel: Float32Array.from({ length: inputs * outputs }, around(Math.sqrt(6 / (inputs + outputs)))), bias: Float32Array.from({ length: outputs }, around(0.2)) };
}

function net(name: string, steps: readonly Step[], layers: readonly DenseLayer[]): TrainedNet {
  return { name, dataset: { name: 'strokes', width: 28, height: 28, classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], origin: 'made by a test' }, pixels: 784, steps, layers };
}

const by255: Step = { kind: 'scale', scale: { factor: 1 / 255, offset: 0 } };

/** Nets of every kind that an experiment can have; weights are random. */
export const NETS: readonly TrainedNet[] = [
  net('pixels', [by255], [layer('hidden1', 784, 32, 'relu'), layer('output', 32, 10, 'softmax')]),
  net('raw and without hidden layers', [], [layer('output', 784, 10, 'softmax')].map((each) => ({ ...each, kernel: each.kernel.map((value) => value / 300) }))),
  net('a scale per column', [{ kind: 'scale', scale: { factor: Array.from({ length: 784 }, () => 0.01 * random.float()), offset: Array.from({ length: 784 }, around(0.5)) } }], [layer('hidden1', 784, 20, 'tanh'), layer('hidden2', 20, 12, 'sigmoid'), layer('output', 12, 10, 'softmax')]),
  net('components', [by255, { kind: 'project', components: Float64Array.from({ length: 30 * 784 }, around(0.06)), mean: Float64Array.from({ length: 784 }, () => 0.3 * random.float()) }], [layer('hidden1', 30, 16, 'relu'), layer('hidden2', 16, 16, 'linear'), layer('output', 16, 10, 'softmax')]),
  net('selected', [{ kind: 'select', columns: Array.from({ length: 50 }, (_, i) => 100 + 11 * i) }, by255], [layer('hidden1', 50, 16, 'relu'), layer('output', 16, 10, 'softmax')]),
];
