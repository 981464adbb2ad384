import type { Affine } from '@layerwise/contracts';
import type { DenseLayer, TrainedNet } from '@layerwise/nets';

/** A layer of the whole net, from raw pixels on, as formats with named layers know them. */
export type StackLayer =
  /** value * factor + offset, in numbers or one per column. */
  | { readonly kind: 'rescaling'; readonly name: string; readonly scale: Affine }
  /** activation(inputs x kernel + bias); float32, kernel row after row, one row an input. */
  | {
      readonly kind: 'dense';
      readonly name: string;
      readonly activation: DenseLayer['activation'];
      readonly kernel: Float32Array;
      readonly bias: Float32Array;
    };

/**
 * The net as a stack of layers from raw pixels on: a selection of pixels becomes a dense layer whose kernel holds ones
 * and zeros, a projection on components one whose bias takes the mean off.
 */
export function stackOf({ map: { steps, pixels }, net }: TrainedNet): StackLayer[] {
  const before = steps.map((step, at): StackLayer => {
    if (step.kind === 'scale')
      return { kind: 'rescaling', name: at === 0 ? 'scale' : `scale_${at}`, scale: step.scale };
    if (step.kind === 'select')
      return {
        kind: 'dense',
        name: 'select_pixels',
        activation: 'linear',
        kernel: picking(step.columns, pixels),
        bias: new Float32Array(step.columns.length),
      };
    const { components, mean } = step;
    const outputs = components.length / mean.length;
    const kernel = new Float32Array(components.length);
    const bias = new Float32Array(outputs);
    for (let e = 0; e < outputs; e++) {
      let sum = 0;
      for (let i = 0; i < mean.length; i++) {
        kernel[i * outputs + e] = components[e * mean.length + i];
        sum += components[e * mean.length + i] * mean[i];
      }
      bias[e] = -sum;
    }
    return { kind: 'dense', name: 'principal_components', activation: 'linear', kernel, bias };
  });
  return [
    ...before,
    ...net.layers.map(({ name, activation, kernel, bias }): StackLayer => ({
      kind: 'dense',
      name,
      activation,
      kernel,
      bias,
    })),
  ];
}

function picking(columns: readonly number[], pixels: number): Float32Array {
  const kernel = new Float32Array(pixels * columns.length);
  columns.forEach((column, e) => (kernel[column * columns.length + e] = 1));
  return kernel;
}
