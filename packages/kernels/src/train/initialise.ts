import { Random } from '../random.js';
import { widths, type LayerWeights, type Network } from './network.js';

/**
 * Glorot-uniform kernels (Glorot and Bengio 2010): uniform in ±sqrt(6 / (in + out)); zero biases.
 * One draw of 24 bits for each weight, layer after layer, row after row.
 */
export function glorotUniform(network: Network, seed: Uint32Array): LayerWeights[] {
  const random = new Random(seed);
  const sizes = widths(network);
  return sizes.slice(1).map((units, l) => {
    const limit = Math.sqrt(6 / (sizes[l] + units));
    const kernel = new Float32Array(sizes[l] * units);
    for (let i = 0; i < kernel.length; i++) kernel[i] = (2 * random.float() - 1) * limit;
    return { kernel, bias: new Float32Array(units) };
  });
}
