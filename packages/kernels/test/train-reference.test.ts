import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { Random } from '@layerwise/kernels/random';
import { glorotUniform, type Network } from '@layerwise/kernels/train';
import type { ActivationName } from '@layerwise/nets';
import { gradients, loss, toLayers64, type Batch64 } from '../dist/train/reference.js';

const layer = (units: number, activation: ActivationName, dropout = 0, l2 = 0) => ({ units, activation, dropout, l2 });
const nets: Record<string, Network> = {
  'softmax regression': { inputs: 7, inputDropout: 0, hidden: [], classes: 3 },
  'tanh and sigmoid, L2': {
    inputs: 9,
    inputDropout: 0,
    hidden: [layer(6, 'tanh', 0, 0.01), layer(5, 'sigmoid', 0, 0.02)],
    classes: 4,
  },
  'relu, linear': { inputs: 8, inputDropout: 0, hidden: [layer(12, 'relu'), layer(5, 'linear')], classes: 3 },
  'gelu, L2': { inputs: 9, inputDropout: 0, hidden: [layer(7, 'gelu', 0, 0.01), layer(6, 'gelu')], classes: 3 },
  'dropout everywhere': {
    inputs: 10,
    inputDropout: 0.2,
    hidden: [layer(11, 'tanh', 0.3), layer(9, 'relu', 0.5)],
    classes: 3,
  },
};

function batchOf({ inputs, classes }: Network): Batch64 {
  const random = new Random(new Uint32Array([5, 6, 7, 8]));
  const rows = 6;
  return {
    values: Float64Array.from({ length: rows * inputs }, () => 2 * random.float() - 1),
    labels: Uint16Array.from({ length: rows }, () => random.below(classes)),
  };
}

describe.each(Object.entries(nets))('the gradients of the twin: %s', (name, network) => {
  const layers = toLayers64(glorotUniform(network, new Uint32Array([1, 2, 3, 4])));
  const batch = batchOf(network);
  const dropping = { seed: new Uint32Array([9, 8, 7, 6]), step: 3 };

  it('are those of finite differences', () => {
    const found = gradients(network, layers, batch, dropping);
    const h = 1e-6;
    let worst = 0;
    layers.forEach((weights, l) => {
      for (const part of ['kernel', 'bias'] as const) {
        weights[part].forEach((w, i) => {
          weights[part][i] = w + h;
          const above = loss(network, layers, batch, dropping);
          weights[part][i] = w - h;
          const below = loss(network, layers, batch, dropping);
          weights[part][i] = w;
          worst = Math.max(worst, Math.abs((above - below) / (2 * h) - found[l][part][i]));
        });
      }
    });
    console.log(`${name}: at most ${worst.toExponential(1)} from finite differences`);
    expect(worst).toBeLessThan(name.startsWith('gelu') ? 1e-7 : 1e-8);
  });

  it.skipIf(name === 'dropout everywhere')('are those of TensorFlow.js on the same batch', () => {
    const found = gradients(network, layers, batch);
    const sizes = [network.inputs, ...network.hidden.map(({ units }) => units), network.classes];
    const variables = layers.flatMap(({ kernel, bias }, l) => [
      tf.variable(tf.tensor2d(Float32Array.from(kernel), [sizes[l], sizes[l + 1]])),
      tf.variable(tf.tensor1d(Float32Array.from(bias))),
    ]);
    const { grads } = tf.variableGrads(() => {
      let x: tf.Tensor = tf.tensor2d(Float32Array.from(batch.values), [batch.labels.length, network.inputs]);
      let penalty: tf.Scalar = tf.scalar(0);
      layers.forEach((_, l) => {
        x = x.matMul(variables[2 * l]).add(variables[2 * l + 1]);
        const hidden = network.hidden[l];
        if (!hidden) return;
        penalty = penalty.add(variables[2 * l].square().sum().mul(hidden.l2));
        if (hidden.activation === 'gelu') x = x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);
        else if (hidden.activation !== 'linear') x = x[hidden.activation]();
      });
      const labels = tf.oneHot(tf.tensor1d(Array.from(batch.labels), 'int32'), network.classes);
      return tf.losses.softmaxCrossEntropy(labels, x).add(penalty).asScalar();
    });
    let worst = 0;
    variables.forEach((variable, v) => {
      const mine = found[v >> 1][v % 2 === 0 ? 'kernel' : 'bias'];
      const theirs = grads[variable.name].dataSync();
      mine.forEach((g, i) => (worst = Math.max(worst, Math.abs(g - theirs[i]))));
    });
    console.log(`${name}: at most ${worst.toExponential(1)} from TensorFlow.js`);
    expect(worst).toBeLessThan(1e-6);
  });
});
