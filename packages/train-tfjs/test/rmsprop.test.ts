import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rmspropBesideRoot } from '../dist/rmsprop.js';

const slopes = [1e-8, -2e-5, 0.3, 4, 0];

describe('RMSprop with epsilon beside the root', () => {
  it.each([0, 0.6])('follows its formula over steps, momentum %s', (momentum) => {
    const [learningRate, rho, epsilon] = [0.01, 0.9, 1e-4];
    const optimizer = rmspropBesideRoot(tf, { learningRate, rho, momentum, epsilon });
    const w = tf.variable(tf.tensor1d(slopes.map(() => 1)));
    const tensors = tf.memory().numTensors;
    for (let step = 0; step < 4; step++) optimizer.minimize(() => tf.sum(tf.mul(w, tf.tensor1d(slopes))));
    const right = slopes.map((g) => {
      let [value, v, m] = [1, 0, 0];
      for (let step = 0; step < 4; step++) {
        v = rho * v + (1 - rho) * g * g;
        m = momentum * m + (learningRate * g) / (Math.sqrt(v) + epsilon);
        value -= m;
      }
      return value;
    });
    w.dataSync().forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 6));
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    w.dispose();
  });
});
