import { onPixels, type TrainedNet } from '@layerwise/nets';
import type { ExportFormat } from '../format.js';

/** A named array of float32, row after row. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A safetensors file (https://github.com/huggingface/safetensors, format of version 0.3 and later): the length of the
 * header in 8 bytes, the header in JSON filled up with blanks to a multiple of 8, the numbers; all little-endian,
 * tensors in the order of their names.
 */
export function toSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const named = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of named)
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += data.byteLength)] };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  bytes.set(text, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  let at = start;
  for (const [, { data }] of named) for (const value of data) view.setFloat32((at += 4) - 4, value, true);
  return bytes;
}

/** Weights as PyTorch has them, [units, inputs]; the map from pixels is composed into the first layer. */
function netTensors({ map, net }: TrainedNet): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const [l, layer] of net.layers.entries()) {
    const { kernel, bias } = l === 0 ? onPixels(map, layer) : layer;
    const { name, units } = layer;
    const inputs = kernel.length / units;
    const weight = Float32Array.from(kernel, (_, at) => kernel[(at % inputs) * units + Math.floor(at / inputs)]);
    tensors[`${name}.weight`] = { shape: [units, inputs], data: weight };
    tensors[`${name}.bias`] = { shape: [units], data: Float32Array.from(bias) };
  }
  return tensors;
}

/** Weights for PyTorch, JAX and whatever else reads safetensors. */
export const safetensors: ExportFormat = {
  id: 'safetensors',
  title: 'model.safetensors',
  usage: ({ map, net }) =>
    `Weights and biases for PyTorch (\`safetensors.torch.load_file\`), JAX and others; the scaling above is ` +
    `composed into the first layer. Its input \`x\` are ${map.pixels} numbers from 0 to 255. Layer by layer ` +
    `\`x = torch.nn.functional.linear(x, w['hidden1.weight'], w['hidden1.bias'])\` and the activation ` +
    `function: ${net.layers.map(({ name, activation }) => `${name} ${activation}`).join(', ')}.`,
  files: (net) => [
    {
      file: 'model.safetensors',
      bytes: toSafetensors(netTensors(net), {
        activations: JSON.stringify(net.net.layers.map(({ activation }) => activation)),
        classes: JSON.stringify(net.dataset.classes),
      }),
    },
  ],
};
