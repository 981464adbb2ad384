import { readFileSync } from 'node:fs';
import { activationOf, respond, type ActivationName, type TrainedNet } from '@layerwise/nets';
import { Random } from '@layerwise/kernels/random';
import { describe, expect, it } from 'vitest';
import { NETS } from '../../nets/test/made.js';
import { safetensors, toSafetensors } from '../src/formats/safetensors.js';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Reads the file as its specification has it. */
function open(bytes: Buffer): {
  readonly metadata: Record<string, string>;
  readonly tensors: Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
} {
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    Entry
  > & { readonly __metadata__: Record<string, string> };
  const data = bytes.subarray(8 + length);
  let covered = 0;
  const tensors = new Map(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        expect(dtype).toBe('F32');
        expect(from).toBe(covered);
        expect(to - from).toBe(4 * shape.reduce((a, b) => a * b, 1));
        covered = to;
        return [
          name,
          { shape, data: Float32Array.from({ length: (to - from) / 4 }, (_, i) => data.readFloatLE(from + 4 * i)) },
        ];
      },
    ),
  );
  expect(covered).toBe(data.length);
  return { metadata, tensors };
}

const fileOf = (net: TrainedNet): Buffer =>
  Buffer.from(safetensors.files(net, { model: new Uint8Array(), weights: new Uint8Array() })[0]!.bytes);

describe('safetensors', () => {
  it('has the bytes that the library itself writes', () => {
    const golden = readFileSync(new URL('./goldens/small.safetensors', import.meta.url));
    const made = toSafetensors(
      {
        'output.weight': { shape: [3, 2], data: Float32Array.of(1.5, -2, 0.25, 3, 4, 5) },
        'hidden1.weight': { shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
        'output.bias': { shape: [3], data: Float32Array.of(0, -1, 2) },
      },
      { classes: '["a","b","c"]' },
    );
    expect(Buffer.from(made).equals(golden)).toBe(true);
  });

  it.each(NETS.map((net) => [net.name, net] as const))('%s: gives the probabilities of the net', (_, net) => {
    const { tensors, metadata } = open(fileOf(net));
    const activations = JSON.parse(metadata.activations!) as (ActivationName | 'softmax')[];
    expect(JSON.parse(metadata.classes!)).toEqual(net.dataset.classes);
    const random = new Random(Uint32Array.of(1, 2, 3, 4));
    for (let image = 0; image < 20; image++) {
      const pixels = Uint8Array.from({ length: 784 }, () => (random.below(5) === 0 ? random.below(256) : 0));
      let x: number[] = Array.from(pixels);
      net.net.layers.forEach(({ name }, l) => {
        const [weight, bias] = [tensors.get(`${name}.weight`)!, tensors.get(`${name}.bias`)!];
        expect(weight.shape).toEqual([bias.shape[0], x.length]);
        const sums = Array.from(bias.data, (b, o) =>
          x.reduce((sum, v, i) => sum + v * weight.data[o * x.length + i]!, b),
        );
        const activation = activations[l]!;
        if (activation !== 'softmax') {
          x = sums.map((z) =>
            activationOf(activation).apply(z, {
              exp: Math.exp,
              tanh: Math.tanh,
              sigmoid: (v) => 1 / (1 + Math.exp(-v)),
            }),
          );
          return;
        }
        const top = Math.max(...sums);
        const powers = sums.map((z) => Math.exp(z - top));
        x = powers.map((p) => p / powers.reduce((a, b) => a + b));
      });
      respond(net, pixels).probabilities.forEach((p, k) => expect(x[k]).toBeCloseTo(p, 4));
    }
  });
});
