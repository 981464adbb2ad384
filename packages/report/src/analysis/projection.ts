import type { Experiment } from '../data/experiment.js';

/**
 * The input pattern of a node of the first hidden layer, drawn back onto the image: what the node weighs
 * positively and negatively. Pixels keep their weight; a component spreads its weight over its pixels.
 * @returns float64[width x height], or undefined where the net has no first dense layer
 */
export function inputPattern({ features, network, components, images }: Experiment, node: number): Float64Array | undefined {
  const layer = network.layers.find((candidate) => candidate.kind === 'dense');
  if (!layer?.kernel) return undefined;
  const size = images.width * images.height;
  const pattern = new Float64Array(size);
  const weight = (input: number): number => (layer.kernel as Float32Array)[input * layer.units + node] as number;
  for (let d = 0; d < features.columns; d++) {
    if (features.origin !== 'components') pattern[features.selected?.[d] ?? d] = weight(d) * factor(features.scale.factor, d);
    else if (!components) return undefined;
    else for (let p = 0; p < size; p++) pattern[p] = (pattern[p] as number) + weight(d) * (components.component[d * size + p] as number);
  }
  return pattern;
}

function factor(factors: number | readonly number[], column: number): number {
  return typeof factors === 'number' ? factors : (factors[column] as number);
}

/** Class with the largest output of a linear layer at hidden values `h`, ties to the lower class. */
export function winner(kernel: Float32Array, bias: Float32Array | undefined, classes: number, h: readonly number[]): number {
  let best = 0;
  let top = -Infinity;
  for (let k = 0; k < classes; k++) {
    let sum = bias?.[k] ?? 0;
    for (let j = 0; j < h.length; j++) sum += (h[j] as number) * (kernel[j * classes + k] as number);
    if (sum > top) {
      top = sum;
      best = k;
    }
  }
  return best;
}
