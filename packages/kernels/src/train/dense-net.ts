import type { DenseLayer, DenseNet } from '@layerwise/nets';
import type { LayerWeights, Network } from './network.js';

/** What a trained net is to the kernel: its shape, and what only training uses left out. */
export function networkOf({ inputs, classes, layers }: DenseNet): Network {
  const hidden = layers.slice(0, -1).map(({ units, activation }) => {
    if (activation === 'softmax') throw new RangeError('only the last layer of a net may be a softmax');
    return { units, activation, dropout: 0, l2: 0 };
  });
  return { inputs, inputDropout: 0, hidden, classes };
}

/** A network with its weights as one value; layers are called hidden1, hidden2, ..., output. */
export function denseNet(network: Network, weights: readonly LayerWeights[]): DenseNet {
  const { inputs, inputDropout, hidden, classes } = network;
  const layers = weights.map(({ kernel, bias }, l): DenseLayer => ({
    name: hidden[l] ? `hidden${l + 1}` : 'output',
    inputs: kernel.length / bias.length,
    units: bias.length,
    activation: hidden[l]?.activation ?? 'softmax',
    kernel,
    bias,
    hasBias: true,
    inputDropout: l === 0 ? inputDropout : (hidden[l - 1]?.dropout ?? 0),
  }));
  return { inputs, classes, layers };
}
