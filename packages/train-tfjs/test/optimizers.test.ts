import { check, type Fields } from '@layerwise/contracts';
import { OPTIMIZERS, type Optimizer, type OptimizerName } from '@layerwise/kernels/train/optimizers';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Descent } from '../../kernels/dist/train/reference.js';
import { makeOptimizer } from '../dist/optimizers.js';

const gradients = [1e-4, -2e-3, 0.3, 4, 0];
const STEPS = 5;

const variants: Partial<Record<OptimizerName, object[]>> = {
  rmsprop: [{}, { momentum: 0.6 }, { epsilonInSqrt: false, epsilon: 1e-3 }],
  // TensorFlow.js corrects the mean square before it adds epsilon, Keras and Layerwise after: alike where epsilon is tiny.
  adam: [{ epsilon: 1e-12 }],
  adamw: [{ epsilon: 1e-12 }, { epsilon: 1e-12, weightDecay: 0.5 }],
  sgd: [{}, { momentum: 0.6 }, { momentum: 0.6, nesterov: true }],
};
const all = (Object.keys(OPTIMIZERS) as OptimizerName[]).flatMap((kind) =>
  (variants[kind] ?? [{}]).map((settings) => [kind, settings] as const),
);

describe('optimisers of TensorFlow.js', () => {
  it.each(all)('%s %j: steps as the plain formulas', (kind, given) => {
    const { value } = check(OPTIMIZERS[kind].params as Fields, { learningRate: 0.05, ...given });
    const settings = { kind, ...value } as unknown as Optimizer;
    const w = tf.variable(tf.tensor1d(gradients.map((_, i) => i - 1.5)));
    const optimizer = makeOptimizer(tf, settings);
    for (let step = 0; step < STEPS; step++) optimizer.minimize(() => tf.sum(tf.mul(w, tf.tensor1d(gradients))));
    const layer = { kernel: Float64Array.from(gradients, (_, i) => i - 1.5), bias: new Float64Array(0) };
    const descent = new Descent(settings, [layer]);
    const by = { kernel: Float64Array.from(gradients), bias: new Float64Array(0) };
    for (let step = 0; step < STEPS; step++) descent.step([layer], [by]);
    w.dataSync().forEach((value, i) => expect(value).toBeCloseTo(layer.kernel[i]!, 5));
    optimizer.dispose();
    w.dispose();
  });
});
